//! What `sio bench --help` teaches.

pub(super) const LONG: &str = "\
What is measured:
  latency      one event at a time, until Redis took it: what an emit waits for. With --rate N, so many
               a second, evenly: from when each was due, so that one that had to wait behind a slow one
               counts as slow.
  throughput   as many events as Redis takes, pipelined as sio pipe sends them, until its last answer.
  By the way of every other event: packed for the adapter, and the servers counted with each of them
  (throughput: with each pipeline). Redis tells no client of it, and nothing stays.

Who is disturbed:
  No server and no client: events go by a channel that nobody listens to, PREFIX-bench-RANDOM. Without
  servers it is that of the classic adapter. Who subscribes to all channels there are (PSUBSCRIBE *) hears
  them. Redis itself has less time for others meanwhile: throughput takes all it has, for three seconds
  or 100 MB; replicas, and all nodes of a Redis Cluster, receive the events as well. More is for --for
  and --count to ask for: a replica that falls far behind is cut off, and copies everything anew.
  Gentle: sio bench latency, or --rate.

  --servers lets the servers read them: to two rooms that nobody is in, so that no client receives one. Every
  server unpacks every event, on the thread that serves its clients, and Redis sends each as many copies
  as there are servers; one that does not keep up is cut off, and misses what it should have heard
  (client-output-buffer-limit pubsub 32mb 8mb 60). So it takes a --rate. It ends when there are fewer
  servers than at first.

  Where events are kept in a stream (the streams adapter), nothing is measured unless --servers --trim
  is given: each event pushes an older one out, of about 10,000. A client that lost its connection
  then gets no more of what it missed (connection state recovery).

-o json:
  One object; what was not measured is null.
  adapter, channel     for which, and where
  servers              the fewest that were there to read them; null where Redis would not say
  size, bytes          of the argument; of one event, as Redis takes it
  latency              rate (as wished, or null), sent, unknown, unsent, missed (due, and no time left),
                       seconds, per_second, microseconds {min, mean, p50, p90, p99, p999, max}
  throughput           sent, unknown, unsent, seconds, per_second, bytes_per_second

Examples:
  Latency and throughput, about six seconds
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
  1    failed: Redis is away, or went away; with --servers, a server did. What was measured is printed
  2    wrong usage; or events would be kept in a stream, without --servers --trim
  3    nobody is there: --servers, and no server on the namespace
  130  interrupted (143 by SIGTERM): what was measured is printed";
