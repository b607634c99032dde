//! The help texts of `sio bench`.

pub(super) const SHORT: &str = "\
Examples:
  sio bench
  sio bench --rate 2000 --size 1kB --for 1m";

pub(super) const LONG: &str = "\
Metrics:
  latency is the time until Redis accepts an event. Events are sent one at a time, or with --rate at fixed times; then it \
includes the time that an event waits behind slow ones.

  throughput is the number of events per second that Redis accepts from one sender, pipelined as by sio pipe. If this \
machine is slower than Redis, several senders reach more.

  Events are encoded for the detected adapter, and the servers are counted as for any other event. Nothing stays in Redis.

Impact:
  By default, servers and clients are not affected. The events use a channel without subscribers, PREFIX-bench-RANDOM, with \
the classic adapter's format if there are no servers. Only a client that subscribes to all channels (PSUBSCRIBE *) receives \
them. Redis has less capacity for other clients meanwhile, and copies the events to its replicas, or to all nodes of a Redis \
Cluster. Each measurement therefore stops after 3 seconds or 30 MB: Redis disconnects a replica that stays 64 MB behind. \
--for and --count raise this limit. For low impact, use sio bench latency or --rate.

  With --servers, the servers receive the events, which are addressed to two empty rooms: no client receives one. Every \
server decodes every event on the thread that serves its clients. Redis sends one copy per server, and disconnects a server \
that does not keep up (client-output-buffer-limit pubsub 32mb 8mb 60), which then misses other messages. It therefore \
requires --rate, and stops as soon as there are fewer servers than at the beginning.

  The streams adapter stores events in a stream of about 10,000 entries, so each event displaces an older one. Clients that \
reconnect may then miss events (connection state recovery). It therefore requires --servers --trim.

Output of -o json:
  One object; a metric that was not measured is null.
  adapter, channel   Adapter, and channel or stream of the events
  servers            Fewest servers at any time (null if unknown)
  size, bytes        Size of the argument; size of an event in Redis
  latency            rate (or null), sent, unknown, unsent, missed (due but not sent), seconds,
                     per_second, microseconds {min, mean, p50, p90, p99, p999, max}
  throughput         sent, unknown, unsent, seconds, per_second, bytes_per_second

Examples:
  Latency, then throughput
    sio bench
  Latency at 2000 events of 1 kB per second, for one minute
    sio bench --rate 2000 --size 1kB --for 1m
  Throughput of one million events
    sio bench throughput --count 1000000
  With servers that receive the events, on a staging cluster
    sio bench --servers --rate 500 --for 10s --url redis://staging
  The 99th percentile in microseconds, for monitoring
    sio bench latency --for 1s -q -o json | jq .latency.microseconds.p99

Exit codes:
  0    Success
  1    Failure: Redis is unreachable, or servers were lost (--servers); prints partial results
  2    Invalid usage, or the adapter stores events in a stream and --servers --trim is missing
  3    No server on the namespace (--servers)
  130  Interrupted by Ctrl-C (143: by SIGTERM); prints partial results";
