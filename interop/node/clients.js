// Socket.IO clients, all in one process.
//   in   {"connect":"a1","url":"http://…","namespace":"/","rooms":["r1"],"transports":["websocket"],"answer":["yes"]}
//        {"connect":"b1","version":2,…}                  a client of Socket.IO 2, with the rooms in its query
//        {"connect":"c1","name":"Ada",…}                 with a nickname, for the chat example
//        {"emit":"a1","event":"chat","args":["hi"]}
//        {"close":"a1"}
//   out  {"client":"a1","connected":"<socket id>"}       again after each reconnection
//        {"client":"a1","event":"hello","args":[…]}      with "asked":true if the server expects an acknowledgement
//        {"client":"a1","disconnected":"<reason>"}
//        {"client":"a1","failed":"<message>"}            for each failed attempt to connect
// `answer` contains the arguments of every acknowledgement. A client without it never acknowledges.
import { Manager } from "socket.io-client";
import { openLegacy } from "./legacy-client.js";
import { serve, write } from "./json-lines.js";

const clients = new Map();

await serve((request) => {
  if ("connect" in request) connect(request);
  else if ("emit" in request) clients.get(request.emit).emit(request.event, ...request.args);
  else if ("close" in request) close(request.close);
  else throw new Error("expected connect, emit or close");
});
process.exit(0);

function connect({ connect: client, url, version, namespace = "/", rooms = [], name, transports, answer }) {
  if (clients.has(client)) throw new Error(`${client} is already connected`);
  const auth = { rooms, name };
  const socket = (version === 2 ? openLegacy : open)(url, namespace, version === 2 ? rooms : auth, {
    transports,
    reconnectionDelay: 100,
    reconnectionDelayMax: 100,
    randomizationFactor: 0,
  });
  clients.set(client, socket);

  socket.on("connect", () => write({ client, connected: socket.id }));
  socket.on("disconnect", (reason) => write({ client, disconnected: reason }));
  socket.on("connect_error", (error) => write({ client, failed: error.message }));
  socket.onAny((event, ...args) => {
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : undefined;
    write({ client, event, args, ...(acknowledge && { asked: true }) });
    if (answer) acknowledge?.(...answer);
  });
}

// A manager for each client, so that each has its own connection, and the namespace is not parsed as a URL.
function open(url, namespace, auth, options) {
  return new Manager(url, options).socket(namespace, { auth });
}

function close(client) {
  clients.get(client)?.disconnect();
  clients.delete(client);
}
