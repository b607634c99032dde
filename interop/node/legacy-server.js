// A server of Socket.IO 2 or 3 with the namespaces `/` and `/admin`. Environment:
//   SOCKET_IO    2 or 3
//   PORT         default 0, a free port
//   REDIS_URL    default redis://127.0.0.1:6379
//   ADAPTER_KEY  the adapter's `key`, the prefix of its channel names
//   out  {"listening":port,"pid":n}    the subscriptions are in effect
//        {"resubscribed":true}         the subscriptions are in effect again, after a Redis outage
//        {"serverEvent":"reload","args":[…],"namespace":"/"}    a server-side event, which this adapter does not support
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import Server2 from "socket.io-2";
import adapter5 from "socket.io-redis-5";
import { Server as Server3 } from "socket.io-3";
import adapter6 from "socket.io-redis-6";
import { open } from "../../examples/node-cluster/namespace.js";
import { connect } from "./legacy-redis.js";
import { write } from "./json-lines.js";

const versions = {
  2: { Server: Server2, createAdapter: adapter5 },
  3: { Server: Server3, createAdapter: adapter6 },
};

const { SOCKET_IO, PORT = "0", REDIS_URL = "redis://127.0.0.1:6379", ADAPTER_KEY } = process.env;
if (!Object.hasOwn(versions, SOCKET_IO)) throw new Error(`SOCKET_IO must be 2 or 3, not ${SOCKET_IO}`);
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
// This client emits "ready" after it has repeated its subscriptions.
sub.on("ready", () => write({ resubscribed: true }));

function start(namespace) {
  // An "error" event without a listener would end the process.
  namespace.adapter.on("error", (error) => console.error(`legacy-server: ${error.message}`));
  // Clients of version 2 have no auth. They send their rooms in the query.
  namespace.use(({ handshake }, next) => {
    handshake.auth ??= { rooms: JSON.parse(handshake.query.rooms ?? "[]") };
    next();
  });
  return open(namespace, { subscribed: ping, say: write });
}

async function end() {
  // A client that does not close its connection must not keep the server running.
  await Promise.race([new Promise((resolve) => io.close(resolve)), setTimeout(500)]);
  process.exit(0);
}
