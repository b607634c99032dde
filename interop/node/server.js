// A server of examples/node-cluster, configured by the same environment variables, that also executes requests.
//   out  the lines of that server
//   in   {"id":1,"ask":"emit","event":"e","args":[…],"namespace":"/","rooms":["r"],"except":["s"],
//         "flags":{"volatile":true,"compress":false}}
//   out  {"id":1}                                         once Redis has accepted it
//        {"id":1,"answers":[…],"complete":true}           with "ack":2000, the timeout in milliseconds
//   in   {"id":2,"ask":"join","join":["r"],"rooms":[…]}, or "leave"; {"id":2,"ask":"disconnect","close":true}
//   out  {"id":2}
//   in   {"id":3,"ask":"serverSideEmit","event":"e","args":[…]}
//   out  {"id":3}, or with "ack" {"id":3,"answers":[…],"complete":true}
//   in   {"id":4,"ask":"fetchSockets","rooms":[…],"except":[…]}
//   out  {"id":4,"sockets":[{"id":"…","rooms":[…],"data":{…},"auth":{…},"address":"…"}]}
//   in   {"id":5,"ask":"allRooms"}, or "serverCount"
//   out  {"id":5,"rooms":["…"]}, or {"id":5,"servers":2}
//   in   {"id":6,"ask":"greet"}                           makes servers of streams-0.2 discover each other
//   out  {"id":6}
//   in   {"id":7,"time":"fetchSockets",…}                 the same as "ask", measured
//   out  {"id":7,"took":1.25,"count":5}                  the duration in milliseconds and the number of answers
// A request that fails, for example because the adapter does not support it, is answered with {"id":5,"error":"…"}.
import { io, redis } from "../../examples/node-cluster/server.js";
import { serve } from "./json-lines.js";

const actions = {
  emit: (to, { event, args = [], ack }) => {
    if (ack) return collect((done) => to.timeout(ack).emit(event, ...args, done));
    to.emit(event, ...args);
  },
  join: (to, { join }) => void to.socketsJoin(join),
  leave: (to, { leave }) => void to.socketsLeave(leave),
  disconnect: (to, { close = false }) => void to.disconnectSockets(close),
  serverSideEmit: (_to, { event, args = [], ack }, namespace) => {
    // The adapter chooses the timeout.
    if (ack) return collect((done) => namespace.serverSideEmit(event, ...args, done));
    namespace.serverSideEmit(event, ...args);
  },
  fetchSockets: async (to) => ({ sockets: (await to.fetchSockets()).map(plain) }),
  allRooms: async (_to, _request, { adapter }) => ({ rooms: [...(await adapter.allRooms())].sort() }),
  greet,
  serverCount: async (_to, _request, { adapter }) => ({ servers: await adapter.serverCount() }),
};

await serve((request) => ("time" in request ? measure(request) : execute(request)));
process.exit(0);

async function execute(request) {
  if (!Object.hasOwn(actions, request.ask)) throw new Error(`ask must be one of ${Object.keys(actions).join(", ")}`);
  const namespace = io.of(request.namespace ?? "/");
  const answer = await actions[request.ask](select(namespace, request), request, namespace);
  // The call returns before the message is published.
  await redis.published();
  return answer ?? {};
}

async function measure({ time, ...request }) {
  const started = performance.now();
  const { sockets, rooms, answers, servers } = await execute({ ...request, ask: time });
  return { took: performance.now() - started, count: (sockets ?? rooms ?? answers)?.length ?? servers };
}

function select(namespace, { rooms = [], except = [], flags = {} }) {
  let to = namespace.to(rooms).except(except);
  if (flags.volatile) to = to.volatile;
  if ("compress" in flags) to = to.compress(flags.compress);
  return to;
}

// Until such a server has read its first entry, it receives only entries that are added while it reads. Two servers that
// start together also write at the same time, when neither reads. This adds an entry that all of them answer.
async function greet() {
  const { streamName = "socket.io" } = JSON.parse(process.env.ADAPTER_OPTIONS ?? "{}");
  await redis.sub.xadd(streamName, "*", "nsp", "/", "uid", "emitter", "type", "1");
}

// The answers that arrived before the timeout, also if some are missing.
function collect(send) {
  return new Promise((resolve) => send((error, answers) => resolve({ answers, complete: !error })));
}

function plain({ id, rooms, data, handshake }) {
  return { id, rooms: [...rooms].sort(), data, auth: handshake.auth, address: handshake.address };
}
