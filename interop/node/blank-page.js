import { createServer } from "node:http";
import { once } from "node:events";

const blank = `<!doctype html><link rel="icon" href="data:,"><title>another origin</title>`;

// Serves a blank page on its own port, which makes it another origin than the bridge.
export async function servePage() {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end(blank);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  return { origin: (host = "127.0.0.1") => `http://${host}:${port}` };
}
