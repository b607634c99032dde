// A server of examples/node-cluster, with its environment, which does and tells what it is asked.
//   out  what that server says
//   in   {"id":1,"ask":"emit","event":"e","args":[…],"namespace":"/","rooms":["r"],"except":["s"],
//         "flags":{"volatile":true,"compress":false}}
//   out  {"id":1}                                         when Redis has it
//        {"id":1,"answers":[…],"complete":true}           with "ack":2000, milliseconds to wait for acknowledgements
//   in   {"id":2,"ask":"join","join":["r"],"rooms":[…]}, or "leave"; {"id":2,"ask":"disconnect","close":true}
//   out  {"id":2}
//   in   {"id":3,"ask":"serverSideEmit","event":"e","args":[…]}
//   out  {"id":3}, or with "ack" {"id":3,"answers":[…],"complete":true}
//   in   {"id":4,"ask":"fetchSockets","rooms":[…],"except":[…]}
//   out  {"id":4,"sockets":[{"id":"…","rooms":[…],"data":{…},"auth":{…},"address":"…"}]}
//   in   {"id":5,"ask":"allRooms"}, or "serverCount"
//   out  {"id":5,"rooms":["…"]}, or {"id":5,"servers":2}
//   in   {"id":6,"ask":"greet"}                           makes servers of streams-0.2 tell each other that they are there
//   out  {"id":6}
//   in   {"id":7,"time":"fetchSockets",…}                 the same as with "ask", but
//   out  {"id":7,"took":1.25,"count":5}                  how many milliseconds it took, and how many there are
// What its adapter cannot do is answered with {"id":5,"error":"…"}.
import { io, redis } from "../../examples/node-cluster/server.js";
import { serve } from "./wire.js";

const actions = {
  emit: (to, { event, args = [], ack }) => {
    if (ack) return collect((done) => to.timeout(ack).emit(event, ...args, done));
    to.emit(event, ...args);
  },
  join: (to, { join }) => void to.socketsJoin(join),
  leave: (to, { leave }) => void to.socketsLeave(leave),
  disconnect: (to, { close = false }) => void to.disconnectSockets(close),
  serverSideEmit: (_to, { event, args = [], ack }, namespace) => {
    // How long it waits is the adapter's decision.
    if (ack) return collect((done) => namespace.serverSideEmit(event, ...args, done));
    namespace.serverSideEmit(event, ...args);
  },
  fetchSockets: async (to) => ({ sockets: (await to.fetchSockets()).map(plain) }),
  allRooms: async (_to, _request, { adapter }) => ({ rooms: [...(await adapter.allRooms())].sort() }),
  greet,
  serverCount: async (_to, _request, { adapter }) => ({ servers: await adapter.serverCount() }),
};

await serve((request) => ("time" in request ? time(request) : obey(request)));
process.exit(0);

async function obey(request) {
  if (!Object.hasOwn(actions, request.ask)) throw new Error(`ask is one of ${Object.keys(actions).join(", ")}`);
  const namespace = io.of(request.namespace ?? "/");
  const answer = await actions[request.ask](select(namespace, request), request, namespace);
  // Publishing goes on after the call.
  await redis.published();
  return answer ?? {};
}

async function time({ time, ...request }) {
  const started = performance.now();
  const { sockets, rooms, answers, servers } = await obey({ ...request, ask: time });
  return { took: performance.now() - started, count: (sockets ?? rooms ?? answers)?.length ?? servers };
}

function select(namespace, { rooms = [], except = [], flags = {} }) {
  let to = namespace.to(rooms).except(except);
  if (flags.volatile) to = to.volatile;
  if ("compress" in flags) to = to.compress(flags.compress);
  return to;
}

// Until it has read a first entry, such a server hears only what comes while it reads; two that were started together
// also write together, when neither reads. So this is an entry from elsewhere, which all of them answer.
async function greet() {
  const { streamName = "socket.io" } = JSON.parse(process.env.ADAPTER_OPTIONS ?? "{}");
  await redis.sub.xadd(streamName, "*", "nsp", "/", "uid", "emitter", "type", "1");
}

// The answers that came in time, also if some did not.
function collect(send) {
  return new Promise((resolve) => send((error, answers) => resolve({ answers, complete: !error })));
}

function plain({ id, rooms, data, handshake }) {
  return { id, rooms: [...rooms].sort(), data, auth: handshake.auth, address: handshake.address };
}
