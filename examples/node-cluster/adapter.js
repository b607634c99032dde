import { createAdapter as createClassicAdapter, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { createAdapter as createOldStreamsAdapter } from "redis-streams-adapter-0.2";

const adapters = {
  // Socket.IO's own, which knows of no other server.
  none: () => undefined,
  classic: ({ pub, sub }, options) => createClassicAdapter(pub, sub, options),
  sharded: ({ pub, sub }, options) => createShardedAdapter(pub, sub, options),
  streams: ({ pub }, options) => createStreamsAdapter(pub, options),
  "streams-0.2": ({ pub }, options) => {
    // It would read nothing, and say nothing of that.
    if (pub.sSubscribe) throw new Error("ADAPTER=streams-0.2 needs REDIS_CLIENT=ioredis");
    return createOldStreamsAdapter(pub, options);
  },
};

// An adapter by its name, with the options of its own documentation.
export function createAdapter(name, connections, options) {
  if (!Object.hasOwn(adapters, name)) {
    throw new Error(`ADAPTER is one of ${Object.keys(adapters).join(", ")}, not ${name}`);
  }
  return adapters[name](connections, options);
}
