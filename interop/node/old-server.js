// One server of Socket.IO 2 or 3, with the namespaces `/` and `/admin`. Environment:
//   SOCKET_IO    2 or 3
//   PORT         0, which lets the system choose
//   REDIS_URL    redis://127.0.0.1:6379
//   ADAPTER_KEY  the adapter's `key`, the start of its channel names
//   out  {"listening":port,"pid":n}    its subscriptions are in effect
//        {"resubscribed":true}         they are again, after Redis was away
//        {"serverEvent":"reload","args":[…],"namespace":"/"}    its adapter is too old to hear any: this would be news
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import Server2 from "socket.io-2";
import adapter5 from "socket.io-redis-5";
import { Server as Server3 } from "socket.io-3";
import adapter6 from "socket.io-redis-6";
import { open } from "../../examples/node-cluster/namespace.js";
import { connect } from "./old-redis.js";
import { write } from "./wire.js";

const versions = {
  2: { Server: Server2, createAdapter: adapter5 },
  3: { Server: Server3, createAdapter: adapter6 },
};

const { SOCKET_IO, PORT = "0", REDIS_URL = "redis://127.0.0.1:6379", ADAPTER_KEY } = process.env;
if (!Object.hasOwn(versions, SOCKET_IO)) throw new Error(`SOCKET_IO is 2 or 3, not ${SOCKET_IO}`);
const { Server, createAdapter } = versions[SOCKET_IO];

const { pub, sub, ping } = connect(REDIS_URL);

const http = createServer();
http.listen(Number(PORT), "127.0.0.1");
await once(http, "listening");

const io = new Server({ adapter: createAdapter({ pubClient: pub, subClient: sub, key: ADAPTER_KEY }) });
await Promise.all(["/", "/admin"].map((name) => start(io.of(name))));
io.attach(http);

process.on("SIGTERM", end);
process.on("SIGINT", end);

write({ listening: http.address().port, pid: process.pid });
// This client is ready only when it has repeated its subscriptions.
sub.on("ready", () => write({ resubscribed: true }));

function start(namespace) {
  // Nobody else listens, and an error that nobody listens to would end the process.
  namespace.adapter.on("error", (error) => console.error(`old server: ${error.message}`));
  // Clients of version 2 have no auth: they ask for their rooms in the query.
  namespace.use(({ handshake }, next) => {
    handshake.auth ??= { rooms: JSON.parse(handshake.query.rooms ?? "[]") };
    next();
  });
  return open(namespace, { subscribed: ping, say: write });
}

async function end() {
  // A client that does not close its side must not keep the server.
  await Promise.race([new Promise((resolve) => io.close(resolve)), setTimeout(500)]);
  process.exit(0);
}
