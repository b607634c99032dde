// The official adapters as their own tests have them: three servers with a client each, case by case, on any Redis.
//   environment  REDIS_URL; REDIS_CLIENT, a package of ours such as redis-4 or ioredis-5; ADAPTER, classic or sharded
//   out  {"case":"to a room"} for each that passes, {"case":"to a room","failed":"…"} for each that does not
//        {"done":true}
import { setTimeout as sleep } from "node:timers/promises";
import { cases, classicOnly } from "./adapter-cases.js";
import { Servers } from "./adapter-servers.js";
import { write } from "./wire.js";

// Longer than the adapters wait for what does not come.
const PATIENCE = 15_000;

const { REDIS_URL, REDIS_CLIENT, ADAPTER } = process.env;

let servers;
// The adapters do not look at what becomes of their commands: one that was cut off comes here.
process.on("unhandledRejection", (error) => {
  if (!servers.ended) throw error;
});

for (const [name, run] of Object.entries(ADAPTER === "classic" ? { ...cases, ...classicOnly } : cases)) {
  servers = new Servers(REDIS_URL, REDIS_CLIENT, ADAPTER);
  try {
    await inTime(servers.start());
    await inTime(run(servers));
    write({ case: name });
  } catch (error) {
    write({ case: name, failed: error.message });
  } finally {
    await servers.close();
  }
}
write({ done: true });
process.exit(0);

async function inTime(task) {
  const late = sleep(PATIENCE, undefined, { ref: false }).then(() => {
    throw new Error(`not within ${PATIENCE} ms`);
  });
  await Promise.race([task, late]);
}
