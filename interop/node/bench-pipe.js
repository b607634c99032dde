// Sends a file of messages with the official emitter, to compare with `sio pipe`.
//   node bench-pipe.js FILE REDIS_URL
// The emitter does not return the promise of its publish call, so replies are awaited at the Redis client.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";

// The number of unanswered commands: enough to keep Redis busy, with bounded memory.
const IN_FLIGHT = 4096;

const [, , file, url] = process.argv;
const client = await createClient({ url }).connect();
const pending = new Set();
const emitter = new Emitter({
  publish: (channel, payload) => {
    const reply = client.publish(channel, payload).finally(() => pending.delete(reply));
    pending.add(reply);
  },
});

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  const { event, args, rooms = [] } = JSON.parse(line);
  emitter.to(rooms).emit(event, ...args);
  if (pending.size >= IN_FLIGHT) await Promise.all(pending);
}
await Promise.all(pending);
client.destroy();
