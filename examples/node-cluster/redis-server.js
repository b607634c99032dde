import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { createClient } from "redis";

export const DEFAULT_URL = "redis://127.0.0.1:6379";

// Whether a Redis accepts connections at this URL.
export async function isReachable(url) {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on("error", () => {});
  try {
    await client.connect();
    client.destroy();
    return true;
  } catch {
    return false;
  }
}

// Starts a Redis without persistence at the default URL.
export async function startRedis() {
  const { hostname, port } = new URL(DEFAULT_URL);
  const options = ["--port", port, "--bind", hostname, "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", options, { stdio: "ignore", detached: true });
  await once(child, "spawn").catch(() => {
    throw new Error(
      "no Redis on 127.0.0.1:6379, and cannot start redis-server.\n" +
        "Install it (apt install redis-server, brew install redis), or set REDIS_URL to another Redis.",
    );
  });
  while (!(await isReachable(DEFAULT_URL))) {
    if (child.exitCode !== null) throw new Error(`redis-server exited with code ${child.exitCode}`);
    await setTimeout(50);
  }
  return child;
}
