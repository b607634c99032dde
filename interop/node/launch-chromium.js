import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? paths.find(existsSync);
  if (!executablePath) throw new Error(`Chromium not found: set CHROMIUM, or install one of ${paths.join(", ")}`);
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Resolves .test to loopback, as after DNS rebinding.
      "--host-resolver-rules=MAP *.test 127.0.0.1",
    ],
  });
}
