// One Socket.IO server of a cluster. Environment:
//   PORT             default 3001; 0 selects a free port
//   REDIS_URL        default redis://127.0.0.1:6379; rediss: and unix:/path/to/socket work too
//   REDIS_CLUSTER    host:port,host:port,… of some nodes of a Redis Cluster, instead of REDIS_URL
//   REDIS_SENTINEL   name@host:port,host:port,… of the sentinels, instead of REDIS_URL; requires ioredis
//   REDIS_CLIENT     redis (default) or ioredis
//   ADAPTER          classic (default), sharded, streams, streams-0.2 (requires ioredis) or none
//   ADAPTER_OPTIONS  the adapter's options as JSON, for example {"subscriptionMode":"static"}
//   NODE_NAME        the acknowledgement of server-side events; default node-<port>
// Reports on stdout, one JSON object per line, and to the parent process.
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Server } from "socket.io";
import { createAdapter } from "./adapter.js";
import { connectRedis, redisLocation } from "./redis.js";
import { open } from "./namespace.js";

const { PORT = "3001", REDIS_CLIENT = "redis", ADAPTER = "classic", ADAPTER_OPTIONS = "{}", NODE_NAME } = process.env;

const redis = await connectRedis(REDIS_CLIENT, redisLocation(process.env));

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

for (const event of ["SIGTERM", "SIGINT", "disconnect"]) process.on(event, stop);

say({ listening: port, pid: process.pid });
// Redis replies in order: the reply to a PING after the subscriptions means that they are active.
redis.sub.on("ready", () => redis.sub.ping().then(() => say({ resubscribed: true }), () => {}));

// For programs that control this server.
export { io, redis };

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
  process.send?.(message);
}

async function stop() {
  // Do not wait long for clients that do not close their connection.
  await Promise.race([io.close(), setTimeout(500)]);
  process.exit(0);
}
