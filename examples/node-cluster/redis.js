import { createClient } from "redis";
import { Redis } from "ioredis";

const kinds = {
  redis: (url) => createClient({ url }),
  ioredis: (url) => new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null }),
};

// The adapter needs two connections: one that is subscribed can do nothing else.
export async function connect(kind, url) {
  if (!Object.hasOwn(kinds, kind)) {
    throw new Error(`REDIS_CLIENT is one of ${Object.keys(kinds).join(", ")}, not ${kind}`);
  }
  const pub = kinds[kind](url);
  const sub = pub.duplicate();
  prepare(pub, sub);
  await Promise.all([pub.connect(), sub.connect()]);

  // The adapter does not look at what becomes of its answers: one that an outage cut off would end the process.
  const publish = pub.publish.bind(pub);
  pub.publish = (...message) => publish(...message).catch(() => {});
  return { pub, sub };
}

// Redis answers a connection in order, so a ping behind a subscription comes back when the subscription is in effect.
export async function subscribed(sub) {
  await sub.ping();
}

function prepare(...clients) {
  // Both fail at every attempt to reconnect, but one outage is worth one line.
  const away = new Set();
  for (const client of clients) {
    // Every namespace adds listeners of its own, and Node takes more than ten for a leak.
    client.setMaxListeners(0);
    client.on("error", (error) => {
      if (away.size === 0) console.error(`redis is away: ${error.message || error.code}`);
      away.add(client);
    });
    client.on("ready", () => {
      if (away.delete(client) && away.size === 0) console.error("redis is back");
    });
  }
}
