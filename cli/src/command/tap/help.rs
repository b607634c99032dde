//! The help texts of `sio tap`.

pub(super) const SHORT: &str = "\
Examples:
  sio tap --event 'chat*' --room lobby
  sio tap -o json --for 10s > traffic.ndjson";

pub(super) const LONG: &str = "\
What is shown:
  Every message with this --prefix on this Redis, of every adapter or the one that --adapter names, from any sender, even if \
no server receives it. If the tap shows an event that does not arrive, check the adapter in parentheses: only servers of that \
adapter receive it. --namespace is a GLOB here; the default is every namespace.

  08:15:00.123Z / chat(\"hi\",42) → lobby (emitter, classic, 98 B)
  08:15:00.201Z /admin join vip → user:42 (emitter, streams, 120 B)
  08:15:01.377Z socket.io-request#/# malformed: missing field `rooms`: {\"type\":2} (classic, 30 B)

  Requests, responses and heartbeats between servers are shown only with --requests. Packets of clients are not on this bus.

GLOB:
  *  any text, including slashes    ?  any character    [ab]  one of these    {a,b}  either
  --event excludes join, leave and disconnect, and --room excludes messages to everyone. Malformed messages are shown only \
without --event, --room and --namespace.

Impact:
  Servers do not count the tap or wait for it. Redis writes each message one more time.

  Shard channels (--adapter sharded, and socketioxide on a Redis Cluster) cannot be subscribed to on a primary without being \
counted, so the tap subscribes on a replica. The replica must be reachable from here with the same user and password. A new \
channel (a new room) is shown after about a second. A replica that becomes the primary is left after about a second; until \
then, servers count the tap. In a Redis Cluster, replicas are not used, because some servers count them too.

  Without a replica, --monitor shows shard channels. Redis then sends every command of every client to the tap, which can \
halve its throughput. Use it for a short time.

Gaps:
  Gaps are reported on stderr, and with -o json as lines. Messages that arrive faster than they are read are dropped and \
counted. If Redis becomes unreachable, the tap reconnects; messages in between are lost. If a replica becomes unreachable, the \
tap uses another one, or --monitor if given.

Output of -o json:
  One object per line, in the format that sio pipe reads, plus \"seen\" (adapter, channel, sender, time, size, tap). Other \
lines have another \"do\", and sio pipe skips them: question, answer, presence, malformed, dropped, away, back, hearing, \
unheard.

Examples:
  All chat messages in the lobby
    sio tap --event 'chat*' --room lobby
  The arguments of messages to one user, as JSON
    sio tap --room user:42 -o json | jq '.args'
  Record ten seconds, and replay them on another Redis
    sio tap --for 10s -o json > traffic.ndjson
    sio pipe traffic.ndjson --url redis://staging
  From one cluster to another, live
    sio tap -o json | sio pipe --url redis://other

Exit codes:
  0    Ended by --count, --for or Ctrl-C, or stdout was closed
  1    Failure: Redis is unreachable at the start
  2    Invalid usage, or shard channels without a replica and without --monitor
  143  Terminated by SIGTERM";
