//! A failover under an emit every few milliseconds: every event has a fate, no error denies what happened, nothing comes
//! twice, and everything arrives again afterwards. The figures are those of `benches/failover.rs`.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use socketio_interop::{Event, Fate, Pace, Phase, Scenario, Tally};

/// The deadline is generous: what is asserted holds on a busy machine, too.
const PACE: Pace = Pace {
    every: Duration::from_millis(20),
    timeout: Duration::from_secs(10),
    before: Duration::from_secs(1),
    away: Duration::from_secs(4),
    after: Duration::from_secs(2),
};

/// What an outage may be called.
const OUTAGE: [&str; 5] = ["redis-unreachable", "redis-refused", "no-servers", "connection-lost", "timeout"];

fn hold(name: &str) {
    let scenario = Scenario::ALL.into_iter().find(|scenario| scenario.name == name).unwrap();
    let record = scenario.run(&PACE);
    for phase in Phase::ALL {
        println!("{name}, {}: {:?}", phase.name(), Tally::of(&record, phase));
    }
    assert!(record.well.is_some(), "{name}: not everything arrives again");
    record.events.iter().for_each(judge);
    let denied: Vec<_> = record.denied().collect();
    assert!(denied.is_empty(), "said not to have been sent, and arrived: {denied:?}");
    let first = record.first_to_successor().unwrap();
    assert!(first.fate.is_accepted(), "there is a primary, and time enough: {first:?}");
}

fn judge(event: &Event) {
    // What was answered before the cut was sent once. A server whose client moves its subscription hears it from both
    // nodes if the cluster's bus is slow.
    let sent_once = (-1000.0..0.0).contains(&event.at) && event.at + event.took < 0.0 && event.fate.is_accepted();
    assert!(event.again == 0 || sent_once, "nothing is sent twice: {event:?}");
    let undisturbed = match event.phase {
        Phase::Before => event.at + event.took < 0.0,
        Phase::During => false,
        Phase::After => true,
    };
    match &event.fate {
        Fate::Accepted(receipt) => assert!(receipt.servers.is_none_or(|servers| servers <= 2), "{event:?}"),
        Fate::Failed { code, .. } => assert!(!undisturbed && OUTAGE.contains(code), "{event:?}"),
    }
}

#[test]
fn a_cluster_that_loses_the_owner_of_a_shard_channel() {
    hold("cluster-sharded-ioredis");
}

#[test]
fn a_cluster_that_loses_the_node_where_a_server_subscribes() {
    hold("cluster-classic-ioredis");
}

#[test]
fn a_cluster_that_loses_the_owner_of_a_stream() {
    hold("cluster-streams");
}

#[test]
fn sentinels_that_lose_their_primary() {
    hold("sentinel-classic");
}
