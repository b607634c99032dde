//! What `sio bench --help` teaches.

pub(super) const LONG: &str = "\
What is measured:
  latency      one event at a time, until Redis took it: what an emit waits for. With --rate, so
               many a second, evenly, each from when it was due: one that had to wait behind a
               slow one counts as slow.
  throughput   how many events one sender gets Redis to take, pipelined as sio pipe sends them,
               until the last answer. Where this machine is the slower one, that is what it
               makes, and Redis may take more from several.
  They go the way of every other event: packed for the adapter, and the servers counted with
  each (throughput: with each pipeline). Nothing stays in Redis.

Who is disturbed:
  No server and no client: the events go by a channel that nobody listens to, PREFIX-bench-RANDOM,
  without any servers by one like that of the classic adapter. Only who subscribes to all channels
  there are (PSUBSCRIBE *) hears them. Redis has less time for others meanwhile, and repeats the
  events to its replicas, in a Redis Cluster to all nodes. Therefore it ends after 3 seconds or
  30 MB: a replica that stays 64 MB behind is cut off, and copies everything anew. --for and --count
  can ask for more than that. The gentle ways are sio bench latency, and --rate.

  --servers lets the servers read the events, which are for two rooms that nobody is in: no client
  receives one. Every server unpacks every event, on the thread that serves its clients. Redis
  sends as many copies as there are servers, and cuts off one that does not keep up, which then
  misses what others say (client-output-buffer-limit pubsub 32mb 8mb 60). So it takes a --rate, and
  ends early once there are fewer servers than at first.

  Where events are kept in a stream (the streams adapter), it takes --servers --trim as well: each
  event pushes an older one out of the stream, which holds about 10,000. A client that comes back
  after its connection broke may then miss events (connection state recovery).

-o json:
  One object; what was not measured is null.
  adapter, channel     for which adapter, and where
  servers              the fewest there were to read them; null where Redis would not say
  size, bytes          of the argument; of one event, as Redis takes it
  latency              rate (as wished, or null), sent, unknown, unsent, missed (due, and no time
                       left), seconds, per_second,
                       microseconds {min, mean, p50, p90, p99, p999, max}
  throughput           sent, unknown, unsent, seconds, per_second, bytes_per_second

Examples:
  Latency and throughput
    sio bench
  Does Redis take 2000 events a second of 1 kB each, for a minute, and how evenly?
    sio bench --rate 2000 --size 1kB --for 1m
  The throughput of a million events
    sio bench throughput --count 1000000
  With the servers listening, on a staging cluster
    sio bench --servers --rate 500 --for 10s --url redis://staging
  For a monitor: the 99th percentile, in microseconds
    sio bench latency --for 1s -q -o json | jq .latency.microseconds.p99

Exit codes:
  0    measured
  1    failed: Redis is away or went away, or a server did (--servers); what was measured is printed
  2    wrong usage, or events would be kept in a stream, without --servers --trim
  3    nobody is there: --servers, and no server on the namespace
  130  interrupted (143 by SIGTERM): what was measured is printed";
