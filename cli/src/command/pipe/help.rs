//! The help texts of `sio pipe`.

pub(super) const SHORT: &str = "\
Examples:
  sio pipe events.ndjson
  tail -f -n 0 events.ndjson | sio pipe --rate 200";

pub(super) const LONG: &str = "\
Each line is a JSON object:
  {\"event\": \"order\", \"args\": [{\"id\": 7}], \"rooms\": [\"user:42\"]}
  {\"do\": \"join\", \"join\": [\"vip\"], \"rooms\": [\"user:42\"]}
  {\"do\": \"disconnect\", \"close\": true, \"all\": true, \"namespace\": \"/admin\"}

  do              emit (default), join, leave, disconnect or server-emit
  event           Event name, for emit and server-emit
  args, data      Event arguments as a list, or one argument
  namespace       Namespace (default /)
  rooms, except   Lists of rooms; an emit without rooms targets all clients
  flags           For emit: {\"volatile\": true, \"compress\": false}; both are optional
  join, leave     Lists of rooms to join or leave
  close           For disconnect: true closes the connection too
  all             true targets every socket; required for join, leave and disconnect without rooms
  seen            Metadata written by sio tap; see below

  Write bytes as {\"$binary\": \"<base64>\"}. Blank lines are ignored. Unknown keys are errors.

Invalid lines:
  Invalid lines are reported on stderr with line and column (in bytes, from 1) and skipped, and the exit code is 2. With \
--strict, sio stops at the first invalid line after sending the lines before it.

Output of sio tap -o json:
  Messages are sent again. Other lines, such as requests and responses, are skipped and counted. If a live tap would \
receive the messages again, they would loop forever. This is the case if the tap uses the same Redis and prefix, and has the \
same --adapter or none. The first such line is an error with exit code 2. Send to another Redis or --prefix instead, or tap \
with one --adapter and send with another. To replay a recording on the Redis where it was made, remove \"seen\" (see the \
examples).

If Redis becomes unreachable:
  sio stops at once and never sends a message twice. The last line on stderr says where to continue (--from-line). Messages \
without an answer from Redis are unknown: Redis may have accepted them.

Examples:
  A file, with a progress bar on a terminal
    sio pipe events.ndjson
  From a database, at most 200 per second
    psql -Atc \"select json_build_object('event', 'n', 'data', text) from log\" | sio pipe --rate 200
  A live feed, each line as it arrives
    tail -f -n 0 events.ndjson | sio pipe
  From one cluster to another, live
    sio tap -o json --url redis://one | sio pipe --url redis://other
  Replay a recording of sio tap on the Redis where it was made
    jq -c 'del(.seen)' traffic.ndjson | sio pipe
  Validate a file; needs no Redis
    sio pipe events.ndjson --dry-run --adapter classic --socket-io 4 > /dev/null
  The number of sent messages, for a script
    sio pipe events.ndjson -q -o json | jq .sent

Exit codes:
  0    All lines were sent
  1    Failure: Redis is unreachable, the file cannot be read; stderr says where to continue
  2    Invalid lines (skipped), a loop of tapped messages, or invalid usage
  3    No adapter detected
  130  Interrupted by Ctrl-C (143: by SIGTERM); messages in flight are counted";
