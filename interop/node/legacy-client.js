import io from "socket.io-client-2";

// A client socket of Socket.IO 2 with the properties of a current one that clients.js uses.
export function openLegacy(url, namespace, rooms, options) {
  const query = { rooms: JSON.stringify(rooms) };
  // A connection to another namespace also connects to `/`, which must not join these rooms.
  const manager = new io.Manager(url, { ...options, query: namespace === "/" ? query : {} });
  const socket = manager.socket(namespace, { query });

  // In this version a refusal by the server is the event "error" with a string.
  socket.on("error", (reason) => {
    if (!socket.connected) socket.emit("connect_error", new Error(reason));
  });

  // Every event passes through this function. It appends the acknowledgement callback to the data, if there is one.
  const deliver = socket.onevent;
  socket.onAny = (listener) => {
    socket.onevent = (packet) => {
      deliver.call(socket, packet);
      listener(...packet.data);
    };
  };
  return socket;
}
