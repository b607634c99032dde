import { io } from "socket.io-client";

// Connects a client in the room `lobby` to a server. Logs received events, and acknowledges them on request.
export async function startClient(port, log) {
  const socket = io(`http://127.0.0.1:${port}`, { auth: { rooms: ["lobby"] } });
  socket.onAny((event, ...args) => {
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : undefined;
    log(event, args);
    acknowledge?.(`node ${port}`);
  });
  socket.on("disconnect", (reason) => {
    if (reason === "io client disconnect") return;
    log("disconnected", [reason]);
    // socket.io-client does not reconnect by itself after the server disconnected it.
    if (reason === "io server disconnect") socket.connect();
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}
