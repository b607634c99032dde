import { promisify } from "node:util";
import redis from "redis-3";

// The two connections of a legacy adapter, with node-redis 3, which uses callbacks instead of promises.
export function connect(url) {
  const pub = redis.createClient(url, { retry_strategy: () => 100 });
  const sub = pub.duplicate();
  return { pub, sub, ping: promisify(sub.ping).bind(sub) };
}
