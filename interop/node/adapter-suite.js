// Runs the cases of adapter-cases.js with an official adapter on any Redis, modelled on the adapter's own tests.
//   environment  REDIS_URL; REDIS_CLIENT, a package of package.json such as redis-4 or ioredis-5; ADAPTER, classic or
//                sharded
//   out  {"case":"to a room"} for a case that passes, {"case":"to a room","failed":"…"} for one that fails
//        {"done":true}
import { setTimeout as sleep } from "node:timers/promises";
import { cases, classicOnly } from "./adapter-cases.js";
import { Servers } from "./adapter-servers.js";
import { write } from "./json-lines.js";

// The timeout of a case, in milliseconds. It exceeds the timeouts of the adapters.
const CASE_TIMEOUT = 15_000;

const { REDIS_URL, REDIS_CLIENT, ADAPTER } = process.env;

let servers;
// The adapters do not handle the rejections of commands that were interrupted by a closed connection.
process.on("unhandledRejection", (error) => {
  if (!servers.ended) throw error;
});

for (const [name, run] of Object.entries(ADAPTER === "classic" ? { ...cases, ...classicOnly } : cases)) {
  servers = new Servers(REDIS_URL, REDIS_CLIENT, ADAPTER);
  try {
    await withTimeout(servers.start());
    await withTimeout(run(servers));
    write({ case: name });
  } catch (error) {
    write({ case: name, failed: error.message });
  } finally {
    await servers.close();
  }
}
write({ done: true });
process.exit(0);

async function withTimeout(task) {
  const timeout = sleep(CASE_TIMEOUT, undefined, { ref: false }).then(() => {
    throw new Error(`not within ${CASE_TIMEOUT} ms`);
  });
  await Promise.race([task, timeout]);
}
