import { setTimeout } from "node:timers/promises";

// Records the requests that leave the browser, including preflights. The events of Playwright contain neither preflights
// nor the status of a response that CORS hides from the page.
export async function watch(page) {
  const session = await page.context().newCDPSession(page);
  const started = new Map();
  const sent = new Set();
  const statuses = new Map();

  session.on("Network.requestWillBeSent", ({ requestId, request }) => started.set(requestId, request));
  session.on("Network.requestWillBeSentExtraInfo", ({ requestId }) => sent.add(requestId));
  session.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => statuses.set(requestId, statusCode));
  await session.send("Network.enable");

  // These events come from another browser process than the page's result, so they may be late. For a request without a
  // response, they never come.
  async function settle() {
    const deadline = Date.now() + 500;
    const settled = () => started.size > 0 && [...started.keys()].every((id) => statuses.has(id));
    while (!settled() && Date.now() < deadline) await setTimeout(5);
  }

  return {
    async requests() {
      await settle();
      return [...sent]
        .filter((id) => started.has(id) && !started.get(id).url.endsWith("/favicon.ico"))
        .map((id) => ({ method: started.get(id).method, status: statuses.get(id) ?? null }));
    },
  };
}
