// Decodes MessagePack with notepack.io, the decoder of the official adapter.
//   in   {"id":1,"payload":{"$binary":"…"}}
//   out  {"id":1,"value":…}, or {"id":1,"error":"…"} if the payload cannot be decoded
import notepack from "notepack.io";
import { serve } from "./json-lines.js";

await serve(({ payload }) => ({ value: notepack.decode(payload) }));
process.exit(0);
