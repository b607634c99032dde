// Many real Socket.IO clients in one process.
//   in   {"connect":"a1","url":"http://…","namespace":"/","rooms":["r1"],"transports":["websocket"],"answer":["yes"]}
//        {"connect":"b1","version":2,…}                  by a client of Socket.IO 2, with the rooms in its query
//        {"connect":"c1","name":"Ada",…}                 with a nickname, for the chat
//        {"emit":"a1","event":"chat","args":["hi"]}
//        {"close":"a1"}
//   out  {"client":"a1","connected":"<socket id>"}       again after each reconnection
//        {"client":"a1","event":"hello","args":[…]}      with "asked":true when the server waits for an answer
//        {"client":"a1","disconnected":"<reason>"}
//        {"client":"a1","failed":"<message>"}            once per attempt
// `answer` holds the arguments of every acknowledgement. A client without it never acknowledges.
import { Manager } from "socket.io-client";
import { openOld } from "./old-client.js";
import { serve, write } from "./wire.js";

const clients = new Map();

await serve((request) => {
  if ("connect" in request) connect(request);
  else if ("emit" in request) clients.get(request.emit).emit(request.event, ...request.args);
  else if ("close" in request) close(request.close);
  else throw new Error("neither connect, emit nor close");
});
process.exit(0);

function connect({ connect: client, url, version, namespace = "/", rooms = [], name, transports, answer }) {
  if (clients.has(client)) throw new Error(`${client} is connected already`);
  const auth = { rooms, name };
  const socket = (version === 2 ? openOld : open)(url, namespace, version === 2 ? rooms : auth, {
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

// A manager of its own for each, so that each is a connection of its own, and namespaces are taken as they are.
function open(url, namespace, auth, options) {
  return new Manager(url, options).socket(namespace, { auth });
}

function close(client) {
  clients.get(client)?.disconnect();
  clients.delete(client);
}
