import { createAdapter as createClassicAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { createAdapter as createOldStreamsAdapter } from "redis-streams-adapter-0.2";

const adapters = {
  // The in-memory adapter: one server without a cluster.
  none: () => undefined,
  classic: ({ pub, sub }, options) => createClassicAdapter(pub, sub, options),
  sharded: ({ pub, sub }, options) => createShardedAdapter(pub, sub, options),
  streams: ({ pub }, options) => createStreamsAdapter(pub, options),
  "streams-0.2": ({ pub }, options) => {
    // Version 0.2 reads nothing with node-redis 5, and reports no error.
    if (pub.sSubscribe) throw new Error("ADAPTER=streams-0.2 requires REDIS_CLIENT=ioredis");
    return createOldStreamsAdapter(pub, options);
  },
};

// The adapter of this name. `options` are the adapter's own.
export function createAdapter(name, connections, options) {
  if (!Object.hasOwn(adapters, name)) {
    throw new Error(`unknown ADAPTER ${name}: use one of ${Object.keys(adapters).join(", ")}`);
  }
  return adapters[name](connections, options);
}
