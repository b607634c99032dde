//! Failovers of a Redis Cluster and of sentinels while an event is emitted every 10 ms: the receipt and the deliveries of
//! each event.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench failover -- [SCENARIO…]`. It logs every event to
//! `target/failover`. Without arguments it runs all scenarios and writes `emitter/docs/tables/failover.md`.

use std::{fmt::Write, fs, path::Path, time::Duration};

use socketio_interop::{
    FailoverPhase, FailoverReport, FailoverScenario, FailoverTrigger, LoadProfile, PhaseSummary, ServerKind,
};

const LOAD: LoadProfile = LoadProfile {
    every: Duration::from_millis(10),
    timeout: Duration::from_secs(2),
    before: Duration::from_secs(4),
    outage: Duration::from_secs(8),
    after: Duration::from_secs(4),
};

const OUTCOMES_HEADER: &str = "\
| servers, their Redis client | failure | phase | emitted | errors | accepted | delivered by both | delivered by fewer than counted | counted fewer than 2 | not counted |
|---|---|---|---|---|---|---|---|---|---|
";

const TIMES_HEADER: &str = "\
| servers, their Redis client | failure | promotion | first accepted | emitter's longest gap | server 1's | server 2's | recovered |
|---|---|---|---|---|---|---|---|
";

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut outcomes, mut times) = (OUTCOMES_HEADER.to_owned(), TIMES_HEADER.to_owned());
    for scenario in FailoverScenario::ALL {
        if !names.is_empty() && !names.iter().any(|name| name == scenario.name) {
            continue;
        }
        let report = scenario.run(&LOAD);
        assert_eq!(report.wrongly_denied().count(), 0, "{}: delivered although not sent", scenario.name);
        assert!(report.events.iter().all(|event| event.duplicates == 0), "{}: delivered twice", scenario.name);
        let log = workspace.join(format!("target/failover/{}.ndjson", scenario.name));
        report.write(&log).expect("target/failover is writable");
        let (outcome_rows, times_row) = (outcome_rows(&scenario, &report), times_row(&scenario, &report));
        print!("{}\n{outcome_rows}{times_row}", scenario.name);
        outcomes.push_str(&outcome_rows);
        times.push_str(&times_row);
    }
    if names.is_empty() {
        let template = include_str!("failover.md");
        let text = template.replace("{outcomes}", outcomes.trim_end()).replace("{times}", times.trim_end());
        fs::write(workspace.join("emitter/docs/tables/failover.md"), text).expect("emitter/docs/tables is writable");
    }
}

fn outcome_rows(scenario: &FailoverScenario, report: &FailoverReport) -> String {
    let mut rows = String::new();
    for phase in FailoverPhase::ALL {
        let PhaseSummary {
            emitted,
            errors,
            unknown_but_delivered,
            accepted,
            delivered_by_both,
            underdelivered,
            counted_fewer,
            uncounted,
        } = PhaseSummary::of(report, phase);
        let mut failed: Vec<String> = errors.iter().map(|(code, count)| format!("{count} {code}")).collect();
        if unknown_but_delivered > 0 {
            failed.push(format!("({unknown_but_delivered} of them delivered)"));
        }
        let failed = if failed.is_empty() { "0".to_owned() } else { failed.join(", ") };
        writeln!(
            rows,
            "| {} | {} | {} | {emitted} | {failed} | {accepted} | {delivered_by_both} | {underdelivered} | {counted_fewer} | {uncounted} |",
            servers(scenario),
            failure(scenario.trigger),
            phase.name(),
        )
        .expect("writing to a string succeeds");
    }
    rows
}

fn times_row(scenario: &FailoverScenario, report: &FailoverReport) -> String {
    let time = |time: Option<f64>| time.map_or("never".to_owned(), |ms| format!("{:.2} s", ms / 1000.0));
    let gap = |[from, to]: [f64; 2]| format!("{:.2} to {:.2} s", from / 1000.0, to / 1000.0);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        servers(scenario),
        failure(scenario.trigger),
        time(Some(report.promoted)),
        time(report.first_success()),
        gap(report.longest_emit_gap()),
        gap(report.longest_delivery_gap(0)),
        gap(report.longest_delivery_gap(1)),
        time(report.recovered),
    )
}

fn servers(scenario: &FailoverScenario) -> String {
    let adapter = match scenario.kind {
        ServerKind::ClassicIoredis => ServerKind::Classic.name(),
        kind => kind.name(),
    };
    let client = if scenario.client == "redis" { "node-redis" } else { scenario.client };
    format!("{adapter}, {client}")
}

fn failure(trigger: FailoverTrigger) -> &'static str {
    match trigger {
        FailoverTrigger::ClusterOwner(_) => "Cluster: owner of the channel or stream killed",
        FailoverTrigger::ClusterSubscribed(_) => "Cluster: node of a server's subscription killed",
        FailoverTrigger::ClusterPublished => "Cluster: node that the emitter publishes at killed",
        FailoverTrigger::SentinelPrimary => "Sentinel: primary killed",
        FailoverTrigger::SentinelDemotion => "Sentinel: primary demoted, not killed",
    }
}
