import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { createClient } from "redis";

export const usual = "redis://127.0.0.1:6379";

export async function answers(url) {
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

// A Redis at the usual address that keeps nothing.
export async function startRedis() {
  const { hostname, port } = new URL(usual);
  const options = ["--port", port, "--bind", hostname, "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", options, { stdio: "ignore", detached: true });
  await once(child, "spawn").catch(() => {
    throw new Error(
      "there is no Redis on 127.0.0.1:6379, and no redis-server to start one.\n" +
        "Install it (apt install redis-server, brew install redis), or set REDIS_URL to a Redis elsewhere.",
    );
  });
  while (!(await answers(usual))) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}`);
    await setTimeout(50);
  }
  return child;
}
