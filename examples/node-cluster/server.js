// One Socket.IO server of a cluster. Environment:
//   PORT             3001; 0 lets the system choose
//   REDIS_URL        redis://127.0.0.1:6379; rediss: and unix:/path/to/socket are understood, too
//   REDIS_CLUSTER    host:port,host:port,… of some of a Redis Cluster's nodes, in place of REDIS_URL
//   REDIS_SENTINEL   name@host:port,host:port,… of the sentinels, in place of REDIS_URL; for ioredis
//   REDIS_CLIENT     redis or ioredis
//   ADAPTER          classic, sharded, streams, streams-0.2, which is for ioredis, or none
//   ADAPTER_OPTIONS  the adapter's own options in JSON, such as {"subscriptionMode":"static"}
//   NODE_NAME        what it answers to a server-side event that asks; node-<port> without it
// It says what happens on stdout, one JSON object a line.
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Server } from "socket.io";
import { createAdapter } from "./adapter.js";
import { connect, whereabouts } from "./redis.js";
import { open } from "./namespace.js";

const { PORT = "3001", REDIS_CLIENT = "redis", ADAPTER = "classic", ADAPTER_OPTIONS = "{}", NODE_NAME } = process.env;

const redis = await connect(REDIS_CLIENT, whereabouts(process.env));

const http = createServer();
http.listen(Number(PORT), "127.0.0.1");
await once(http, "listening").catch((error) => {
  console.error(error.message);
  process.exit(1);
});
const { port } = http.address();
const name = NODE_NAME ?? `node-${port}`;

const io = new Server({ adapter: createAdapter(ADAPTER, redis, JSON.parse(ADAPTER_OPTIONS)) });
const context = { subscribed: redis.subscribed, name, say };
io.on("new_namespace", (namespace) => open(namespace, context));
io.of("/admin");
io.of((_name, _auth, next) => next(null, true));
await open(io.of("/"), context);
io.attach(http);

process.on("SIGTERM", end);
process.on("SIGINT", end);
process.on("disconnect", end);

say({ listening: port, pid: process.pid });
// Redis answers a connection in order, so a ping behind a subscription comes back when the subscription is in effect.
redis.sub.on("ready", () => redis.sub.ping().then(() => say({ resubscribed: true }), () => {}));

// For a program that drives this server.
export { io, redis };

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
  process.send?.(message);
}

async function end() {
  // A client that does not close its side must not keep the server.
  await Promise.race([io.close(), setTimeout(500)]);
  process.exit(0);
}
