// The protocol of these scripts: one JSON object per line, requests on stdin, answers on stdout, until stdin closes.
import { pack, unpack } from "./extended-json.js";

// Passes each request to `handle`, one at a time, and writes the returned object with the request's id.
export async function serve(handle) {
  for await (const line of lines(process.stdin)) {
    const request = unpack(JSON.parse(line));
    const id = Object.hasOwn(request, "id") ? { id: request.id } : {};
    try {
      const answer = await handle(request);
      if (answer) write({ ...id, ...answer });
    } catch (error) {
      write({ ...id, error: error.message });
    }
  }
}

export function write(message) {
  process.stdout.write(`${JSON.stringify(pack(message))}\n`);
}

// node:readline also ends a line at U+2028, which JSON may contain.
async function* lines(stream) {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop();
    yield* parts.filter((line) => line.trim() !== "");
  }
}
