//! A Redis Cluster whose primary is killed, and a failover of sentinels, under an emit every 10 ms: for each event, what
//! its receipt said and where it arrived.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench failover -- [NAME…]`. It keeps the raw logs in
//! `interop/results/failover`, and without names, which choose scenarios, the table in `emitter/docs/tables`.

use std::{fmt::Write, fs, path::Path, time::Duration};

use socketio_interop::{Cut, Kind, Pace, Phase, Record, Scenario, Tally};

const PACE: Pace = Pace {
    every: Duration::from_millis(10),
    timeout: Duration::from_secs(2),
    before: Duration::from_secs(4),
    away: Duration::from_secs(8),
    after: Duration::from_secs(4),
};

const HEAD: &str = "\
| servers, their Redis client | the cut | phase | emitted | errors | accepted | arrived at both | said N, arrived at fewer | said fewer than 2 | did not say |
|---|---|---|---|---|---|---|---|---|---|
";

const TIMES: &str = "\
| servers, their Redis client | the cut | another primary | first success | emitter's longest silence | server 1's | server 2's | all well |
|---|---|---|---|---|---|---|---|
";

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut fates, mut times) = (HEAD.to_owned(), TIMES.to_owned());
    for scenario in Scenario::ALL {
        if !names.is_empty() && !names.iter().any(|name| name == scenario.name) {
            continue;
        }
        let record = scenario.run(&PACE);
        assert_eq!(record.denied().count(), 0, "{}: said not to have been sent, and arrived", scenario.name);
        assert!(record.events.iter().all(|event| event.again == 0), "{}: arrived twice", scenario.name);
        let log = here.join(format!("results/failover/{}.ndjson", scenario.name));
        record.write(&log).expect("the log can be written");
        let (fate, time) = (rows(&scenario, &record), row(&scenario, &record));
        print!("{}\n{fate}{time}", scenario.name);
        fates.push_str(&fate);
        times.push_str(&time);
    }
    if names.is_empty() {
        let notes = include_str!("failover.md");
        let text = notes.replace("{fates}", fates.trim_end()).replace("{times}", times.trim_end());
        fs::write(here.join("../emitter/docs/tables/failover.md"), text).expect("the table can be written");
    }
}

fn rows(scenario: &Scenario, record: &Record) -> String {
    let mut rows = String::new();
    for phase in Phase::ALL {
        let Tally {
            emitted,
            errors,
            unknown_and_arrived,
            accepted,
            arrived_at_both,
            fell_short,
            said_fewer,
            said_nothing,
        } = Tally::of(record, phase);
        let mut failed: Vec<String> = errors.iter().map(|(code, count)| format!("{count} {code}")).collect();
        if unknown_and_arrived > 0 {
            failed.push(format!("(of which {unknown_and_arrived} arrived)"));
        }
        let failed = if failed.is_empty() { "0".to_owned() } else { failed.join(", ") };
        writeln!(
            rows,
            "| {} | {} | {} | {emitted} | {failed} | {accepted} | {arrived_at_both} | {fell_short} | {said_fewer} | {said_nothing} |",
            servers(scenario),
            cut(scenario.cut),
            phase.name(),
        )
        .expect("a string takes it");
    }
    rows
}

fn row(scenario: &Scenario, record: &Record) -> String {
    let at = |time: Option<f64>| time.map_or("never".to_owned(), |ms| format!("{:.2} s", ms / 1000.0));
    let silence = |[from, to]: [f64; 2]| format!("{:.2} to {:.2} s", from / 1000.0, to / 1000.0);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        servers(scenario),
        cut(scenario.cut),
        at(Some(record.successor)),
        at(record.first_success()),
        silence(record.emitters_silence()),
        silence(record.servers_silence(0)),
        silence(record.servers_silence(1)),
        at(record.well),
    )
}

fn servers(scenario: &Scenario) -> String {
    let adapter = match scenario.kind {
        Kind::ClassicIoredis => Kind::Classic.name(),
        kind => kind.name(),
    };
    let client = if scenario.client == "redis" { "node-redis" } else { scenario.client };
    format!("{adapter}, {client}")
}

fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::OwnerOf(_) => "Cluster: the owner of the channel or stream",
        Cut::ListenerTo(_) => "Cluster: where a server subscribes",
        Cut::Publisher => "Cluster: where the emitter publishes",
        Cut::SentinelsPrimary => "Sentinel: the primary",
        Cut::Handover => "Sentinel: the primary is demoted, not killed",
    }
}
