import { io } from "socket.io-client";

// A client in the room `lobby` of one server, which tells what reaches it, and acknowledges what wants to be.
export async function startClient(port, tell) {
  const socket = io(`http://127.0.0.1:${port}`, { auth: { rooms: ["lobby"] } });
  socket.onAny((event, ...args) => {
    const acknowledge = typeof args.at(-1) === "function" ? args.pop() : undefined;
    tell(event, args);
    acknowledge?.(`node ${port}`);
  });
  socket.on("disconnect", (reason) => {
    if (reason === "io client disconnect") return;
    tell("disconnected", [reason]);
    // A client that its server sent away stays away, unless told otherwise.
    if (reason === "io server disconnect") socket.connect();
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}
