//! One of two servers is frozen: its answers are missing and counted as missing, and its late answers are discarded.

use std::{
    panic::resume_unwind,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_emitter::Options;
use socketio_interop::{RequestCase, ServerKind, SocketIoCluster, SocketIoServer, TEST_TIMEOUT, on_each_kind};

use super::{
    acks, lookups,
    request_cluster::{LONG, RequestChecker, RequestCluster, SHORT, answers_of, args, runs_on_node, unique},
};
use crate::run_exclusively;

/// The rows of the table.
pub(crate) const REQUESTS: [&str; 5] = [
    "acknowledgements, one server frozen",
    "sockets, one server frozen",
    "rooms, one server frozen",
    "servers, one server frozen",
    "server acknowledgements, one server frozen",
];

/// Sends each request while the second server is frozen, and one more after it. Returns a cell for each row.
pub(crate) fn requests(cluster: &mut RequestCluster) -> Vec<(&'static str, &'static str)> {
    let missing = cluster.name_of_second_server();
    let started = Instant::now();
    cluster.cluster.servers[1].freeze();
    let checker = &cluster.checker;
    let partial_summary = partial_summary(checker, missing);
    let mut ack_summary = checker.ack_summary(1, 1);
    if !checker.is_python() {
        ack_summary = partial_summary(1);
        ack_summary["clients"] = json!(1);
    }
    // The first server has the rooms lobby and quiet. Node servers also report the sockets' own rooms and the room 7.
    let rooms = if runs_on_node(checker.kind) { 5 } else { 2 };
    let cases = [
        (acks::lobby(), ack_summary),
        (lookups::all_sockets(), partial_summary(2)),
        (lookups::all_rooms(), partial_summary(rooms)),
        (lookups::all_servers(), partial_summary(1)),
        (acks::reload(), partial_summary(1)),
    ];
    let cells = ask_at_once(checker, &cases);
    // After 45 seconds, the clients would leave the frozen server.
    assert!(started.elapsed() < TEST_TIMEOUT, "{:?}", started.elapsed());
    cluster.cluster.servers[1].thaw();

    // The server now answers the earlier requests, while this one runs.
    checker.ask(&acks::lobby(), checker.timeout(), &checker.ack_summary(2, 2), |place, acks| {
        assert_eq!(unique(acks, args), answers_of(&["text", "json"]), "{place}");
    });
    REQUESTS.into_iter().zip(cells).collect()
}

/// The summary when only the first server answers, with a number of answers.
fn partial_summary(checker: &RequestChecker, missing: Option<String>) -> impl Fn(usize) -> Value + use<> {
    let complete = checker.complete_summary(0);
    let is_uncountable = checker.kind == ServerKind::StreamsOld;
    move |count| {
        let mut summary = complete.clone();
        summary["answered"] = json!(1);
        summary["count"] = json!(count);
        if is_uncountable {
            summary["servers"] = json!(1);
            return summary;
        }
        summary["partial"] = json!(true);
        summary["end"] = json!("timeout");
        if let Some(missing) = &missing {
            summary["silent"] = json!([missing]);
        }
        summary
    }
}

fn ask_at_once(checker: &RequestChecker, cases: &[(RequestCase, Value)]) -> Vec<&'static str> {
    let ask = |case: &RequestCase, summary: &Value| {
        let cell = checker.ask(case, SHORT, summary, |_, _| {});
        // Servers of streams before 0.3 have no subscriptions by which a server that does not answer could be counted.
        if checker.kind == ServerKind::StreamsOld { "answered, missing server not detected" } else { cell }
    };
    thread::scope(|scope| {
        let text_output = (!checker.is_python() && checker.kind != ServerKind::StreamsOld).then(|| {
            scope.spawn(|| {
                let run = checker.interfaces.sio_text("sockets", SHORT, 4);
                assert!(run.stderr.contains("2 sockets; 1 of 2 servers"), "{run:?}");
                assert!(run.stderr.contains("`sio doctor`"), "{run:?}");
                assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
            })
        });
        let threads: Vec<_> = cases.iter().map(|(case, summary)| scope.spawn(|| ask(case, summary))).collect();
        if let Some(Err(panic)) = text_output.map(|thread| thread.join()) {
            resume_unwind(panic);
        }
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[test]
fn a_server_that_starts_during_a_request_is_not_reported_as_missing() {
    let _guard = run_exclusively();
    on_each_kind(&[ServerKind::ShardedDynamic, ServerKind::Streams, ServerKind::Socketioxide], |kind| {
        let cluster = RequestCluster::start(kind);
        let missing = cluster.name_of_second_server();
        cluster.cluster.servers[1].freeze();
        let io = cluster.checker.interfaces.io().clone();
        let request = thread::spawn(move || io.servers().timeout(LONG / 4).wait().unwrap().summary);
        // The third server starts after the first has answered and before the timeout.
        thread::sleep(Duration::from_secs(1));
        let _third = SocketIoServer::start_as(kind, &cluster.cluster.redis, &[]);
        let summary = request.join().unwrap();
        cluster.cluster.servers[1].thaw();
        assert_eq!((summary.servers, summary.answered), (Some(2), Some(1)), "{}: {summary:?}", kind.name());
        assert_eq!(summary.silent, Vec::from_iter(missing), "{}", kind.name());
    });
}

/// Servers of streams before 0.3 can be counted only by requests. Without an answer their number is unknown, not zero.
#[test]
fn a_request_waits_for_servers_that_could_not_be_counted() {
    let _guard = run_exclusively();
    let mut cluster = SocketIoCluster::of(ServerKind::StreamsOld);
    cluster.servers[0].ask(json!({"ask": "greet"}));
    let io = Options::new().adapter("streams,before-0.3".parse().unwrap()).connect(cluster.redis.url()).wait().unwrap();
    assert_eq!(io.servers().timeout(LONG).wait().unwrap().summary.servers, Some(2));
    cluster.servers.iter().for_each(SocketIoServer::freeze);
    let request = thread::spawn(move || io.servers().timeout(LONG / 4).wait().unwrap().summary);
    // The servers continue after the emitter has given up counting them and before the timeout.
    thread::sleep(Duration::from_secs(2));
    cluster.servers.iter().for_each(SocketIoServer::thaw);
    let summary = request.join().unwrap();
    assert_eq!((summary.servers, summary.answered, summary.partial), (None, Some(2), None), "{summary:?}");
}
