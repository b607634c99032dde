// What every namespace does here, `/`, `/admin` and those that clients ask for alike.
export function open(namespace, { subscribed, name, say }) {
  // A namespace subscribes when its first client asks for it, and may subscribe for every room and client. Without
  // these waits a client could be connected before its server hears of it from Redis, and would miss what is sent in
  // between.
  const ready = subscribed();
  namespace.use(async (socket, next) => {
    await ready;
    // Fine for an example. A real application decides on the server who may be in which room.
    socket.join([socket.id, ...(socket.handshake.auth.rooms ?? [])]);
    await subscribed();
    next();
  });

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
