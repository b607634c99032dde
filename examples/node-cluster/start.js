// Two Socket.IO servers on one Redis, with a client on each that prints what it receives. Environment:
//   REDIS_URL  redis://127.0.0.1:6379, and where none answers there, one is started
//   PORTS      3001,3002; 0 lets the system choose
// and what server.js knows beside these, ADAPTER for example.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { answers, startRedis, usual } from "./redis-server.js";
import { startClient } from "./client.js";

const { REDIS_URL = usual, REDIS_CLUSTER, REDIS_SENTINEL, PORTS = "3001,3002" } = process.env;
const elsewhere = REDIS_CLUSTER ?? REDIS_SENTINEL;

// All of them are detached from the terminal: its Ctrl-C is for this process alone, which ends them in order.
const children = [];
const clients = [];
let ending = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(0));

try {
  await start();
} catch (error) {
  fail(error);
}

async function start() {
  const ours = !elsewhere && !process.env.REDIS_URL && !(await answers(usual));
  if (ours) children.push(await startRedis());

  const ports = await Promise.all(PORTS.split(",").map(startServer));
  clients.push(...(await Promise.all(ports.map((port) => startClient(port, teller(port))))));

  console.log(`Redis      ${elsewhere ?? new URL(REDIS_URL).host}${ours ? ", started for this" : ""}`);
  console.log(`Socket.IO  ${ports.map((port) => `http://127.0.0.1:${port}`).join(", ")}, a client in room lobby on each`);
  console.log("Try        sio emit hello world      (Ctrl-C ends it all)\n");
}

async function startServer(wanted) {
  const child = fork(fileURLToPath(import.meta.resolve("./server.js")), {
    env: { ...process.env, REDIS_URL, PORT: wanted },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
  });
  children.push(child);
  child.once("exit", () => fail(new Error(`the server for port ${wanted} ended; is the port taken? PORTS=0,0 takes free ones`)));

  const [{ listening: port }] = await once(child, "message");
  const tell = teller(port);
  child.on("message", ({ serverEvent, args }) => serverEvent && tell(`server-side ${serverEvent}`, args));
  return port;
}

function teller(port) {
  return (what, args) => console.log(`node ${port}  ${what}  ${JSON.stringify(args, showBinary)}`);
}

// `value` is what the Buffer made of itself for JSON already.
function showBinary(key, value) {
  return ArrayBuffer.isView(this[key]) ? `<${this[key].byteLength} bytes>` : value;
}

function fail(error) {
  if (ending) return;
  console.error(error.message);
  end(1);
}

async function end(code) {
  if (ending) return;
  ending = true;
  for (const client of clients) client.disconnect();
  // The servers before the Redis they use.
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill();
    await once(child, "exit");
  }
  process.exit(code);
}
