//! What `sio tap --help` teaches.

pub(super) const LONG: &str = "\
What is shown:
  Every message on this Redis with that --prefix, of every adapter, or of the one that --adapter names:
  whoever sent it, and whether any server reads it. Nothing arrives, and the tap shows it? Look at the
  adapter in the brackets: servers of another one do not read it.
  --namespace is a GLOB here, and every namespace where it is left out.

  08:15:00.123Z / chat(\"hi\",42) → lobby (emitter, classic, 98 B)
  08:15:00.201Z /admin join vip → user:42 (emitter, streams, 120 B)
  08:15:01.377Z socket.io-request#/# malformed: no rooms: {\"type\":2} (classic, 30 B)

  Questions, answers and signs of life (--requests) are left out, and so are the clients' own packets,
  which never are on this bus.

GLOB:
  *  any text, with slashes    ?  any character    [ab]  one of these    {a,b}  either
  With --event, orders (join, leave, disconnect) are left out; with --room, what is for everyone. What cannot
  be read is shown only without --event, --room and --namespace.

It does not disturb:
  No server counts it or waits for it. Redis works a little more: it writes every message once more.
  Shard channels (--adapter sharded, socketioxide on a Redis Cluster) cannot be listened to at a primary
  without being counted. Where it has a replica, which must be reachable from here with the same user and
  password, they are listened to there, and nobody counts that; a new one (a new room) within a second or so,
  and what is said on it before is not shown. A replica that becomes the primary is left within a second or
  so, and counts the tap until then. Not in a Redis Cluster, where some servers count replicas, too.
  Without a replica --monitor overhears them: Redis then repeats every command that it runs, of every client,
  to the tap, which can halve what it does in a second. Use it for a short time.

When something is missing, it is said, on stderr and with -o json as a line:
  What comes faster than it is read is dropped and counted. When Redis is away, it waits until it is back; what
  was said in between is not known. When a replica is, it looks for another, and falls back to --monitor.

-o json:
  One object a line: what sio pipe reads, with \"seen\" beside it (adapter, channel, sender, time, size, tap).
  All else has a \"do\" of its own, which sio pipe passes over: question, answer, presence, malformed, dropped,
  away, back, hearing, unheard.

Examples:
  All chat messages of the lobby
    sio tap --event 'chat*' --room lobby
  What goes to one user, as JSON
    sio tap --room user:42 -o json | jq '.args'
  Ten seconds for a file, and the same again later, elsewhere
    sio tap --for 10s -o json > traffic.ndjson
    sio pipe traffic.ndjson --url redis://staging
  From one cluster into another, live
    sio tap -o json | sio pipe --url redis://other

Exit codes:
  0    ended by --count, --for or Ctrl-C, or nobody reads any more
  1    failed: Redis is away from the start
  2    wrong usage; or --adapter names shard channels, without a replica or --monitor
  143  ended by SIGTERM";
