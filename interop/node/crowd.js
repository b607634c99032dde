// Many real Socket.IO clients in one process, of which nothing is heard.
//   in   {"id":1,"connect":500,"urls":["http://…"],"rooms":["r1"]}     each at the next of the URLs
//   out  {"id":1,"connected":500}                                     once all of them are
// What they are asked they acknowledge with their number, 0 and on.
import { Manager } from "socket.io-client";
import { serve } from "./wire.js";

// More at once would wait so long for their servers that some give up.
const AT_ONCE = 100;

await serve(async ({ connect, urls, rooms }) => {
  for (let first = 0; first < connect; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, connect - first) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => open(urls[number % urls.length], rooms, number)));
  }
  return { connected: connect };
});
process.exit(0);

function open(url, rooms, number) {
  const socket = new Manager(url, { transports: ["websocket"], reconnection: false }).socket("/", { auth: { rooms } });
  socket.onAny((_event, ...args) => {
    if (typeof args.at(-1) === "function") args.at(-1)(number);
  });
  return new Promise((resolve, reject) => {
    socket.on("connect", resolve);
    socket.on("connect_error", reject);
  });
}
