//! Failovers of Redis while events are emitted: receipts and errors agree with the deliveries, nothing is delivered twice,
//! and the cluster recovers. `benches/failover.rs` measures the same scenarios.

use std::time::Duration;

use socketio_interop::{EmitOutcome, FailoverEvent, FailoverPhase, FailoverScenario, LoadProfile, PhaseSummary};

use crate::run_exclusively;

/// The timeout is long enough for a busy machine.
const LOAD: LoadProfile = LoadProfile {
    every: Duration::from_millis(20),
    timeout: Duration::from_secs(10),
    before: Duration::from_secs(1),
    outage: Duration::from_secs(4),
    after: Duration::from_secs(2),
};

/// The error codes that an outage may cause.
const OUTAGE_CODES: [&str; 5] = ["redis-unreachable", "redis-refused", "no-servers", "connection-lost", "timeout"];

fn run_scenario(name: &str) {
    let _guard = run_exclusively();
    let scenario = FailoverScenario::ALL.into_iter().find(|scenario| scenario.name == name).unwrap();
    let report = scenario.run(&LOAD);
    for phase in FailoverPhase::ALL {
        println!("{name}, {}: {:?}", phase.name(), PhaseSummary::of(&report, phase));
    }
    assert!(report.recovered.is_some(), "{name}: the cluster does not recover");
    report.events.iter().for_each(check_event);
    let denied: Vec<_> = report.wrongly_denied().collect();
    assert!(denied.is_empty(), "delivered, although the error says that they were not sent: {denied:?}");
    let first = report.first_after_promotion().unwrap();
    assert!(first.outcome.is_accepted(), "a primary runs, and the timeout is long enough: {first:?}");
}

fn check_event(event: &FailoverEvent) {
    // An event that was accepted shortly before the failure was sent once. A server that moves its subscription may
    // receive it from both nodes if the cluster bus is slow.
    let sent_once = (-1000.0..0.0).contains(&event.at) && event.at + event.took < 0.0 && event.outcome.is_accepted();
    assert!(event.duplicates == 0 || sent_once, "delivered twice: {event:?}");
    let is_undisturbed = match event.phase {
        FailoverPhase::Before => event.at + event.took < 0.0,
        FailoverPhase::During => false,
        FailoverPhase::After => true,
    };
    match &event.outcome {
        EmitOutcome::Accepted(receipt) => assert!(receipt.servers.is_none_or(|servers| servers <= 2), "{event:?}"),
        EmitOutcome::Failed { code, .. } => assert!(!is_undisturbed && OUTAGE_CODES.contains(code), "{event:?}"),
    }
}

#[test]
fn emits_report_their_outcome_when_the_owner_of_a_shard_channel_is_killed() {
    run_scenario("cluster-sharded-ioredis");
}

#[test]
fn emits_report_their_outcome_when_the_node_of_a_subscription_is_killed() {
    run_scenario("cluster-classic-ioredis");
}

#[test]
fn emits_report_their_outcome_when_the_owner_of_a_stream_is_killed() {
    run_scenario("cluster-streams");
}

#[test]
fn emits_report_their_outcome_when_the_primary_of_sentinels_is_killed() {
    run_scenario("sentinel-classic");
}
