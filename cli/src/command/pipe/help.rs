//! What `sio pipe --help` teaches.

pub(super) const LONG: &str = "\
A line is an object:
  {\"event\": \"order\", \"args\": [{\"id\": 7}], \"rooms\": [\"user:42\"]}
  {\"do\": \"join\", \"join\": [\"vip\"], \"rooms\": [\"user:42\"]}
  {\"do\": \"disconnect\", \"close\": true, \"all\": true, \"namespace\": \"/admin\"}

  do                    emit (where left out), join, leave, disconnect, server-emit
  event                 of emit and server-emit, with args (a list), data (one argument) or neither
  namespace             / where left out
  rooms, except         lists of rooms; an emit without rooms is for everyone
  flags                 of emit: {\"volatile\": true, \"compress\": false}, either left out
  join, leave           lists of the rooms to join or leave
  close                 of disconnect: true closes the connection too
  all                   true where a join, leave or disconnect is for every socket
  seen                  what sio tap wrote about it; see below

  Bytes are {\"$binary\": \"<base64>\"}. Blank lines are skipped. Any other key is an error.

Bad lines:
  They are named on stderr with line and column (of bytes, from 1), and passed over; the exit code is 2.
  With --strict the first one ends it; the lines before it are sent.

What sio tap wrote (-o json):
  Its messages are sent again; its other lines (questions, answers, …) are passed over, and counted.
  A live tap would hear them again, and they would go round and round, where all of this holds: it listens on this
  same Redis, to the same prefix, and to the adapter that is sent with, which is any if it has no --adapter. That is
  refused at the first such line, exit code 2. So it goes: to another Redis; to the same one with another --prefix, or
  from a tap with one --adapter to another. A recording can go back to where it was made without its origin:
  jq -c 'del(.seen)' traffic.ndjson | sio pipe

When Redis goes away:
  It ends at once and sends nothing twice. The last words say with which line to go on (--from-line).
  What was handed to Redis without an answer is unknown: it may have been taken or not.

Examples:
  A file, with a bar on a terminal
    sio pipe events.ndjson
  From a database, no more than 200 a second
    psql -Atc \"select json_build_object('event', 'note', 'data', n, 'rooms',
      json_build_array('user:' || id)) from notes n\" | sio pipe --rate 200
  A live feed: every line goes out as it comes
    tail -f -n 0 events.ndjson | sio pipe
  From one cluster into another, live
    sio tap -o json --url redis://one | sio pipe --url redis://other
  Check a file, without any Redis
    sio pipe events.ndjson --dry-run --adapter classic --socket-io 4 > /dev/null
  Counts for a script
    sio pipe events.ndjson -q -o json | jq .sent

Exit codes:
  0    all lines were sent
  1    failed: Redis is away, the file cannot be read; the last words say where to go on
  2    bad lines, which were passed over; a tap's lines that would go round; wrong usage
  3    nobody is there: no adapter found
  130  interrupted (143 by SIGTERM): what was on its way is counted";
