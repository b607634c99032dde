import io from "socket.io-client-2";

// A socket of Socket.IO 2 with what clients.js uses of a current one.
export function openOld(url, namespace, rooms, options) {
  const query = { rooms: JSON.stringify(rooms) };
  // A connection to another namespace is one to `/` as well, where these rooms are not meant.
  const manager = new io.Manager(url, { ...options, query: namespace === "/" ? query : {} });
  const socket = manager.socket(namespace, { query });

  // A refusal by the server has an event of its own here, and is a text.
  socket.on("error", (reason) => {
    if (!socket.connected) socket.emit("connect_error", new Error(reason));
  });

  // The one function that all events pass through. It adds the acknowledgement to the data, where there is one.
  const deliver = socket.onevent;
  socket.onAny = (listener) => {
    socket.onevent = (packet) => {
      deliver.call(socket, packet);
      listener(...packet.data);
    };
  };
  return socket;
}
