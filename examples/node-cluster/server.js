// One Socket.IO server of a cluster. Environment:
//   PORT          3001; 0 lets the system choose
//   REDIS_URL     redis://127.0.0.1:6379
//   REDIS_CLIENT  redis or ioredis
//   ADAPTER_KEY   the adapter's `key`, the start of its channel names
//   NODE_NAME     what it answers to a server-side event that asks; node-<port> without it
// It says what happens on stdout, one JSON object a line.
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Server } from "socket.io";
import { createAdapter } from "@socket.io/redis-adapter";
import { connect, subscribed } from "./redis.js";
import { open } from "./namespace.js";

const {
  PORT = "3001",
  REDIS_URL = "redis://127.0.0.1:6379",
  REDIS_CLIENT = "redis",
  ADAPTER_KEY,
  NODE_NAME,
} = process.env;

const { pub, sub } = await connect(REDIS_CLIENT, REDIS_URL);

const http = createServer();
http.listen(Number(PORT), "127.0.0.1");
await once(http, "listening").catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const { port } = http.address();
const name = NODE_NAME ?? `node-${port}`;

const io = new Server({ adapter: createAdapter(pub, sub, ADAPTER_KEY ? { key: ADAPTER_KEY } : {}) });
const context = { sub, name, say };
io.on("new_namespace", (namespace) => open(namespace, context));
io.of("/admin");
io.of((_name, _auth, next) => next(null, true));
await open(io.of("/"), context);
io.attach(http);

process.on("SIGTERM", end);
process.on("SIGINT", end);
process.on("disconnect", end);

say({ listening: port, pid: process.pid });
sub.on("ready", () => subscribed(sub).then(() => say({ resubscribed: true }), () => {}));

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
  process.send?.(message);
}

async function end() {
  // A client that does not close its side must not keep the server.
  await Promise.race([io.close(), setTimeout(500)]);
  process.exit(0);
}
