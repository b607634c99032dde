import { createClient, createCluster } from "redis";
import { Cluster, Redis } from "ioredis";
import { Subscriptions } from "./subscriptions.js";

const clients = {
  redis: ({ url, cluster, sentinel }) => {
    if (sentinel) throw new Error("REDIS_SENTINEL requires REDIS_CLIENT=ioredis");
    if (cluster) return createCluster({ rootNodes: cluster.map((node) => ({ url: `redis://${node}` })) });
    return createClient(isPath(url) ? { socket: { path: pathOf(url) } } : { url });
  },
  ioredis: ({ url, cluster, sentinel }) => {
    const options = { lazyConnect: true, maxRetriesPerRequest: null };
    if (sentinel) return new Redis({ ...options, ...sentinel });
    // Without shardedSubscribers, it subscribes to shard channels on one node only.
    if (cluster) return new Cluster(cluster, { lazyConnect: true, shardedSubscribers: true, redisOptions: options });
    return new Redis(isPath(url) ? pathOf(url) : url, options);
  },
};

// The URL, cluster nodes or sentinels in the environment, in the form that server.js documents.
export function redisLocation({ REDIS_URL, REDIS_CLUSTER, REDIS_SENTINEL }) {
  if (REDIS_CLUSTER) return { cluster: REDIS_CLUSTER.split(",") };
  if (REDIS_SENTINEL) {
    const [name, nodes] = REDIS_SENTINEL.split("@");
    const sentinels = nodes.split(",").map((node) => ({ host: node.split(":")[0], port: Number(node.split(":")[1]) }));
    return { sentinel: { name, sentinels } };
  }
  return { url: REDIS_URL ?? "redis://127.0.0.1:6379" };
}

// Connects two clients, because a subscribed connection accepts no other commands. `subscribed` resolves when all
// subscriptions so far are active, `published` when Redis has received all messages so far.
export async function connectRedis(kind, location) {
  if (!Object.hasOwn(clients, kind)) {
    throw new Error(`unknown REDIS_CLIENT ${kind}: use one of ${Object.keys(clients).join(", ")}`);
  }
  const pub = clients[kind](location);
  const sub = pub.duplicate();
  handleErrors(pub, sub);
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
      // The adapter ignores this promise. Without a handler, a rejection in an outage would end the process.
      const published = publish(...message).catch(() => {});
      const done = published.then(() => publications.delete(done));
      publications.add(done);
      return published;
    };
  }
  return publications;
}

function handleErrors(...clients) {
  // Both clients fail at each reconnection attempt. Log each outage once.
  const failed = new Set();
  for (const client of clients) {
    // Each namespace adds listeners, and Node.js warns about more than ten.
    client.setMaxListeners(0);
    client.on("error", (error) => {
      if (failed.size === 0) console.error(`lost the connection to Redis: ${error.message || error.code}`);
      failed.add(client);
    });
    client.on("ready", () => {
      if (failed.delete(client) && failed.size === 0) console.error("reconnected to Redis");
    });
  }
}

function isPath(url) {
  return url.startsWith("unix:");
}

function pathOf(url) {
  return new URL(url).pathname;
}
