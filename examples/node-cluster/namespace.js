import { subscribed } from "./redis.js";

// What every namespace does here, `/`, `/admin` and those that clients ask for alike.
export function open(namespace, { sub, name, say }) {
  // A namespace subscribes when its first client asks for it. Without this wait that client could be connected
  // before the namespace hears from Redis, and would miss what is sent in between.
  const ready = subscribed(sub);
  namespace.use((_socket, next) => ready.then(() => next(), next));

  // Fine for an example. A real application decides on the server who may be in which room.
  namespace.on("connection", (socket) => socket.join(socket.handshake.auth.rooms ?? []));

  hearServers(namespace, { name, say });
  return ready;
}

// An application listens with `io.on("reload", …)`. Hearing every name needs the one function they all pass through.
function hearServers(namespace, { name, say }) {
  const deliver = namespace._onServerSideEmit;
  namespace._onServerSideEmit = function (message) {
    const [event, ...args] = message;
    const answer = typeof args.at(-1) === "function" ? args.pop() : undefined;
    say({ serverEvent: event, args, namespace: namespace.name });
    deliver.call(this, message);
    answer?.(name);
  };
}
