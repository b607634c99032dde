import { createServer } from "node:http";
import { once } from "node:events";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { createAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";

// How long the classic adapter waits for the other servers, in milliseconds. The sharded adapter always waits 5 seconds.
const REQUESTS_TIMEOUT = 1000;

const adapters = {
  classic: (pub, sub) => createAdapter(pub, sub, { requestsTimeout: REQUESTS_TIMEOUT }),
  sharded: (pub, sub) => createShardedAdapter(pub, sub),
};

// Three servers in one cluster, each with its own Redis connections and with one client on "/" and one on "/admin".
export class Servers {
  io = [];
  clients = [];
  admins = [];
  // Each server's socket of its client on "/".
  sockets = [];
  // True once this test has closed Redis connections.
  ended = false;
  #redis = [];

  constructor(url, client, adapter) {
    Object.assign(this, { url, client, adapter });
  }

  async start() {
    this.#redis = await Promise.all(Array.from({ length: 3 }, () => connections(this.client, this.url)));
    for (const { io, client, admin, socket } of await Promise.all(this.#redis.map((redis) => this.#open(redis)))) {
      this.io.push(io);
      this.clients.push(client);
      this.admins.push(admin);
      this.sockets.push(socket);
    }
    await this.subscribed();
  }

  // Waits until all subscriptions are in effect: Redis answers the commands of a connection in order.
  async subscribed() {
    await Promise.all(this.#redis.map(({ sub }) => sub.ping()));
  }

  // Calls `emit` and returns the number and arguments of each client that receives its event "e". `emit` must send from
  // server `io` only, so that a later event of that server arrives after it.
  reached = async (emit, { io = this.io[0], clients = this.clients } = {}) => {
    const received = [];
    const ended = clients.map((client, number) => {
      client.off("e").on("e", (...args) => received.push([number, ...args]));
      return new Promise((resolve) => client.once("end", resolve));
    });
    await emit();
    io.emit("end");
    await Promise.all(ended);
    return received.sort(([a], [b]) => a - b);
  };

  // Closes the Redis connections of one server, without closing the server.
  cut(number) {
    this.ended = true;
    this.#redis.splice(number, 1).forEach(closeConnections);
  }

  async close() {
    this.ended = true;
    for (const client of [...this.clients, ...this.admins]) client.disconnect();
    await Promise.all(this.io.map((io) => Promise.race([io.close(), sleep(500)])));
    this.#redis.forEach(closeConnections);
    // The promises of interrupted commands are rejected by then.
    await setImmediate();
  }

  async #open({ pub, sub }) {
    const http = createServer();
    const io = new Server(http, { adapter: adapters[this.adapter](pub, sub) });
    io.of("/admin");
    http.listen(0, "127.0.0.1");
    await once(http, "listening");

    const joined = once(io, "connection");
    const url = `http://127.0.0.1:${http.address().port}`;
    const [client, admin] = ["/", "/admin"].map((name) => connect(url + name, { transports: ["websocket"] }));
    await Promise.all([client, admin].map((each) => new Promise((resolve) => each.once("connect", resolve))));
    const [socket] = await joined;
    return { io, client, admin, socket };
  }
}

// Polls until `holds` returns true.
export async function until(holds) {
  while (!(await holds())) await sleep(5);
}

// The two connections of a server. A subscribed connection cannot publish.
async function connections(name, url) {
  const module = await import(name);
  const pub = name.startsWith("ioredis")
    ? new module.Redis(url, { lazyConnect: true, maxRetriesPerRequest: null })
    : module.createClient({ url });
  const sub = pub.duplicate();
  for (const client of [pub, sub]) {
    // Each namespace adds listeners. Node warns about a leak at more than ten.
    client.setMaxListeners(0);
    client.on("error", () => {});
  }
  await Promise.all([pub.connect(), sub.connect()]);
  return { pub, sub };
}

function closeConnections({ pub, sub }) {
  for (const client of [pub, sub]) {
    // The method has different names in the packages.
    if (client.destroy) client.destroy();
    else client.disconnect();
  }
}
