// Sends messages with the official emitter, to compare with.
//   in   {"id":1,"redis":"redis://…","key":"socket.io","namespace":"/","rooms":[],"except":[],
//         "flags":{"volatile":true,"compress":false},"do":"emit","event":"e","args":[…]}
//        "do" may be join or leave (with a room list of that name), disconnect (with "close"), server-emit
//   out  {"id":1,"done":true}
// With "capture":true instead of "redis", the message is returned instead of sent:
//   out  {"id":1,"channel":"…","payload":{"$binary":"…"}}   the payload of a request, which is JSON, is a string
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";
import { serve } from "./json-lines.js";

const actions = {
  emit: (io, { event, args = [], ...target }) => select(io, target).emit(event, ...args),
  join: (io, { join, ...target }) => select(io, target).socketsJoin(join),
  leave: (io, { leave, ...target }) => select(io, target).socketsLeave(leave),
  disconnect: (io, { close, ...target }) => select(io, target).disconnectSockets(close),
  "server-emit": (io, { event, args = [] }) => io.serverSideEmit(event, ...args),
};

const connections = new Map();

await serve(async (request) => {
  const message = record(request);
  if (request.capture) return message;
  const client = await connection(request.redis);
  await client.publish(message.channel, message.payload);
  return { done: true };
});
process.exit(0);

// The emitter does not return the promise of its publish call, so the message is recorded first and then published.
function record({ do: action = "emit", key, namespace = "/", ...request }) {
  if (!Object.hasOwn(actions, action)) throw new Error(`unknown action: ${action}`);
  let message;
  const recorder = { publish: (channel, payload) => (message = { channel, payload }) };
  const emitter = new Emitter(recorder, key === undefined ? {} : { key });
  actions[action](emitter.of(namespace), request);
  return message;
}

// Flags are set in the given order, which is their order in the encoded message.
function select(io, { rooms = [], except = [], flags = {} }) {
  return Object.entries(flags).reduce(setFlag, io.to(rooms).except(except));
}

function setFlag(target, [flag, value]) {
  if (flag === "compress") return target.compress(value);
  if (flag === "volatile") return value ? target.volatile : target;
  throw new Error(`unknown flag: ${flag}`);
}

function connection(url) {
  if (!connections.has(url)) {
    const client = createClient({ url, socket: { reconnectStrategy: 100 } });
    client.on("error", (error) => console.error(`official-emitter: ${error.message || error.code}`));
    connections.set(url, client.connect());
  }
  return connections.get(url);
}
