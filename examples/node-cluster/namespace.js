// Opens a namespace: `/`, `/admin` or one that a client requests. The result resolves when it is subscribed.
export function open(namespace, { subscribed, name, say }) {
  // An adapter subscribes when the namespace is created, and some adapters subscribe for each room and client. Without
  // these waits a client could be connected before the subscription is active, and miss events.
  const ready = subscribed();
  namespace.use(async (socket, next) => {
    await ready;
    // For this example only: an application must decide by itself which requested rooms are permitted.
    socket.join([socket.id, ...(socket.handshake.auth.rooms ?? [])]);
    await subscribed();
    next();
  });

  reportServerSideEvents(namespace, { name, say });
  return ready;
}

// Applications listen with `io.on("reload", …)`. No listener receives all names, so this wraps the internal method.
function reportServerSideEvents(namespace, { name, say }) {
  const deliver = namespace._onServerSideEmit;
  namespace._onServerSideEmit = function (message) {
    const [event, ...args] = message;
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : undefined;
    say({ serverEvent: event, args, namespace: namespace.name });
    deliver.call(this, message);
    acknowledge?.(name);
  };
}
