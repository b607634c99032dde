// What a Node program does to send a file of messages with the official emitter: to measure beside.
//   node pipe.js FILE REDIS_URL
// The emitter keeps the promise of its publish to itself, so replies are counted at the client.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";

// Enough to keep Redis busy, and few enough to keep memory bounded.
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
