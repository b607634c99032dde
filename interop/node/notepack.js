// What a server would read: notepack.io is the decoder of the official adapter.
//   in   {"id":1,"payload":{"$binary":"…"}}
//   out  {"id":1,"value":…}, or {"id":1,"error":"…"} if it cannot be decoded
import notepack from "notepack.io";
import { serve } from "./wire.js";

await serve(({ payload }) => ({ value: notepack.decode(payload) }));
process.exit(0);
