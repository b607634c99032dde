import { setTimeout } from "node:timers/promises";

// What really left the browser, preflights included, whatever the page was allowed to see of it.
// Playwright's own events know neither preflights nor the status of an answer that CORS kept from the page.
export async function watch(page) {
  const session = await page.context().newCDPSession(page);
  const asked = new Map();
  const sent = new Set();
  const statuses = new Map();

  session.on("Network.requestWillBeSent", ({ requestId, request }) => asked.set(requestId, request));
  session.on("Network.requestWillBeSentExtraInfo", ({ requestId }) => sent.add(requestId));
  session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => statuses.set(requestId, statusCode));
  await session.send("Network.enable");

  // These facts come from another process of the browser than the page's outcome, so they may be late.
  // For a request that was never sent or never answered they do not come at all.
  async function settle() {
    const deadline = Date.now() + 500;
    const settled = () => asked.size > 0 && [...asked.keys()].every((id) => statuses.has(id));
    while (!settled() && Date.now() < deadline) await setTimeout(5);
  }

  return {
    async seen() {
      await settle();
      return [...sent]
        .filter((id) => asked.has(id) && !asked.get(id).url.endsWith("/favicon.ico"))
        .map((id) => ({ method: asked.get(id).method, status: statuses.get(id) ?? null }));
    },
  };
}
