import { createClient, createCluster } from "redis";
import { Cluster, Redis } from "ioredis";
import { Subscriptions } from "./subscriptions.js";

const clients = {
  redis: ({ url, cluster, sentinel }) => {
    if (sentinel) throw new Error("REDIS_SENTINEL needs REDIS_CLIENT=ioredis");
    if (cluster) return createCluster({ rootNodes: cluster.map((node) => ({ url: `redis://${node}` })) });
    return createClient(isPath(url) ? { socket: { path: pathOf(url) } } : { url });
  },
  ioredis: ({ url, cluster, sentinel }) => {
    const options = { lazyConnect: true, maxRetriesPerRequest: null };
    if (sentinel) return new Redis({ ...options, ...sentinel });
    // Without shardedSubscribers it subscribes on one node, which has one third of the channels.
    if (cluster) return new Cluster(cluster, { lazyConnect: true, shardedSubscribers: true, redisOptions: options });
    return new Redis(isPath(url) ? pathOf(url) : url, options);
  },
};

// Where Redis is, as server.js describes it.
export function whereabouts({ REDIS_URL, REDIS_CLUSTER, REDIS_SENTINEL }) {
  if (REDIS_CLUSTER) return { cluster: REDIS_CLUSTER.split(",") };
  if (REDIS_SENTINEL) {
    const [name, nodes] = REDIS_SENTINEL.split("@");
    const sentinels = nodes.split(",").map((node) => ({ host: node.split(":")[0], port: Number(node.split(":")[1]) }));
    return { sentinel: { name, sentinels } };
  }
  return { url: REDIS_URL ?? "redis://127.0.0.1:6379" };
}

// The adapter needs two connections: one that is subscribed can do nothing else. Beside them this gives two functions
// that wait: until what was subscribed to is in effect, and until Redis has what was published.
export async function connect(kind, where) {
  if (!Object.hasOwn(clients, kind)) {
    throw new Error(`REDIS_CLIENT is one of ${Object.keys(clients).join(", ")}, not ${kind}`);
  }
  const pub = clients[kind](where);
  const sub = pub.duplicate();
  prepare(pub, sub);
  await Promise.all([pub.connect(), sub.connect()]);

  const publications = watchPublications(pub);
  const subscriptions = new Subscriptions(pub, sub);
  return { pub, sub, subscribed: () => subscriptions.settled(), published: () => Promise.all(publications) };
}

function watchPublications(pub) {
  const publications = new Set();
  for (const name of ["publish", "sPublish", "spublish", "xAdd", "xadd"]) {
    const publish = pub[name]?.bind(pub);
    if (!publish) continue;
    pub[name] = (...message) => {
      // The adapter does not look at what becomes of its answers: one that an outage cut off would end the process.
      const published = publish(...message).catch(() => {});
      const done = published.then(() => publications.delete(done));
      publications.add(done);
      return published;
    };
  }
  return publications;
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

function isPath(url) {
  return url.startsWith("unix:");
}

function pathOf(url) {
  return new URL(url).pathname;
}
