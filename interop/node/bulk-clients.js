// Many Socket.IO clients in one process, which report no events.
//   in   {"id":1,"connect":500,"urls":["http://…"],"rooms":["r1"]}     distributed over the URLs in turn
//   out  {"id":1,"connected":500}                                     once all are connected
// Each client acknowledges events with its number, from 0.
import { Manager } from "socket.io-client";
import { serve } from "./json-lines.js";

// How many clients connect at the same time. With more, some time out.
const BATCH = 100;

await serve(async ({ connect, urls, rooms }) => {
  for (let first = 0; first < connect; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, connect - first) }, (_, index) => first + index);
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
