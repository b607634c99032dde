// A current Socket.IO server in a cluster, with the packages of examples/node-cluster, which does what it is told.
//   environment  REDIS_URL
//   out  {"listening":3003}
//   in   {"id":1,"do":"emit","event":"e","args":[…],"rooms":["r"],"except":["s"],"flags":{"volatile":true}}
//        {"id":2,"do":"join","join":["r"],"rooms":[…]}, or "leave"; {"id":3,"do":"disconnect","rooms":[…]}
//   out  {"id":3}
//   in   {"id":4,"do":"fetchSockets","rooms":[…]}
//   out  {"id":4,"sockets":[{"id":"…","rooms":[…],"data":{…},"auth":{…},"address":"…"}]}
//   in   {"id":5,"do":"allRooms"}, or "serverCount"
//   out  {"id":5,"rooms":["…"]}, or {"id":5,"servers":4}
//   in   {"id":6,"do":"emitWithAck","event":"e","args":[…]}, or "serverSideEmitWithAck"
//   out  {"id":6,"answers":[…]}
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";
import { connect, subscribed } from "../../examples/node-cluster/redis.js";
import { serve, write } from "./wire.js";

const require = createRequire(new URL("../../examples/node-cluster/package.json", import.meta.url));
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");

const { pub, sub } = await connect("redis", process.env.REDIS_URL);
const http = createServer();
http.listen(0, "127.0.0.1");
await once(http, "listening");
const io = new Server(http, { adapter: createAdapter(pub, sub) });
io.on("connection", (socket) => socket.join(socket.handshake.auth.rooms ?? []));
await subscribed(sub);
write({ listening: http.address().port });

const actions = {
  emit: (to, { event, args }) => void to.emit(event, ...args),
  join: (to, { join }) => void to.socketsJoin(join),
  leave: (to, { leave }) => void to.socketsLeave(leave),
  disconnect: (to) => void to.disconnectSockets(true),
  fetchSockets: async (to) => ({ sockets: (await to.fetchSockets()).map(plain) }),
  allRooms: async () => ({ rooms: [...(await io.of("/").adapter.allRooms())] }),
  serverCount: async () => ({ servers: await io.of("/").adapter.serverCount() }),
  emitWithAck: async (to, { event, args }) => ({ answers: await to.timeout(10_000).emitWithAck(event, ...args) }),
  serverSideEmitWithAck: async (_to, { event, args }) => ({ answers: await io.serverSideEmitWithAck(event, ...args) }),
};

await serve(async (request) => {
  const answer = await actions[request.do](target(request), request);
  // Publishing goes on after the call; what follows on this connection follows it at the others, too.
  await pub.ping();
  return answer ?? {};
});
process.exit(0);

function target({ rooms = [], except = [], flags = {} }) {
  let to = io.of("/").to(rooms).except(except);
  if (flags.volatile) to = to.volatile;
  if ("compress" in flags) to = to.compress(flags.compress);
  return to;
}

function plain({ id, rooms, data, handshake }) {
  return { id, rooms: [...rooms].sort(), data, auth: handshake.auth, address: handshake.address };
}
