// Starts two Socket.IO servers on one Redis, with a client on each that prints the events it receives. Environment:
//   REDIS_URL  default redis://127.0.0.1:6379; starts a Redis there if there is none
//   PORTS      default 3001,3002; 0 selects a free port
// and the variables of server.js, for example ADAPTER.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DEFAULT_URL, isReachable, startRedis } from "./redis-server.js";
import { startClient } from "./client.js";

const { REDIS_URL = DEFAULT_URL, REDIS_CLUSTER, REDIS_SENTINEL, PORTS = "3001,3002" } = process.env;
const clusterOrSentinel = REDIS_CLUSTER ?? REDIS_SENTINEL;

// Children are detached from the terminal, so that Ctrl-C reaches this process only, which stops them in order.
const children = [];
const clients = [];
let stopping = false;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));

try {
  await start();
} catch (error) {
  fail(error);
}

async function start() {
  const startsRedis = !clusterOrSentinel && !process.env.REDIS_URL && !(await isReachable(DEFAULT_URL));
  if (startsRedis) children.push(await startRedis());

  const ports = await Promise.all(PORTS.split(",").map(startServer));
  clients.push(...(await Promise.all(ports.map((port) => startClient(port, logger(port))))));

  const redis = clusterOrSentinel ?? new URL(REDIS_URL).host;
  const servers = ports.map((port) => `http://127.0.0.1:${port}`).join(", ");
  console.log(`Redis      ${redis}${startsRedis ? " (started by this script)" : ""}`);
  console.log(`Socket.IO  ${servers}, one client in the room lobby on each`);
  console.log("Try        sio emit hello world      (press Ctrl-C to stop)\n");
}

async function startServer(requestedPort) {
  const child = fork(fileURLToPath(import.meta.resolve("./server.js")), {
    env: { ...process.env, REDIS_URL, PORT: requestedPort },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
  });
  children.push(child);
  child.once("exit", () => {
    fail(new Error(`the server on port ${requestedPort} exited; if the port is in use, set PORTS=0,0`));
  });

  const [{ listening: port }] = await once(child, "message");
  const log = logger(port);
  child.on("message", ({ serverEvent, args }) => serverEvent && log(`server-side ${serverEvent}`, args));
  return port;
}

function logger(port) {
  return (event, args) => console.log(`node ${port}  ${event}  ${JSON.stringify(args, showBinary)}`);
}

// A JSON replacer. Reads the value from `this`, because `value` is the result of Buffer's toJSON.
function showBinary(key, value) {
  return ArrayBuffer.isView(this[key]) ? `<${this[key].byteLength} bytes>` : value;
}

function fail(error) {
  if (stopping) return;
  console.error(error.message);
  stop(1);
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  for (const client of clients) client.disconnect();
  // Servers first, then the Redis that they use.
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill();
    await once(child, "exit");
  }
  process.exit(code);
}
