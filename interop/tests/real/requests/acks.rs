//! Acknowledgements of clients and of servers.

use std::{collections::BTreeSet, time::Instant};

use serde_json::json;
use socketio_interop::{RequestCase, TEST_TIMEOUT};

use super::request_cluster::{LONG, RequestCluster, SHORT, answers_of, args, unique};

pub(crate) fn lobby() -> RequestCase {
    RequestCase {
        io: |io, time| io.to("lobby").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to lobby --ack",
        path: "/v1/emit/ask?room=lobby",
        body: Some(json!(1)),
    }
}

pub(crate) fn reload() -> RequestCase {
    RequestCase {
        io: |io, time| io.server_side_emit_with_ack("reload", &"now").timeout(time).wait().map(|all| json!(all)),
        sio: "server-emit reload now --ack",
        path: "/v1/server-emit",
        body: Some(json!({"event": "reload", "args": ["now"]})),
    }
}

pub(crate) fn all_clients(RequestCluster { checker, .. }: &mut RequestCluster) -> &'static str {
    let empty_room = RequestCase {
        io: |io, time| io.to("void").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to void --ack",
        path: "/v1/emit/ask?room=void",
        body: Some(json!(1)),
    };
    checker.ask(&empty_room, checker.timeout(), &checker.ack_summary(0, 0), |place, acks| {
        assert!(acks.is_empty(), "{place}")
    });
    let run = checker.interfaces.sio_text(empty_room.sio, checker.timeout(), 0);
    assert!(checker.is_python() || run.stderr.contains("2 of 2 servers"), "{run:?}");

    let run = checker.interfaces.sio_text(lobby().sio, checker.timeout(), 0);
    let lines: BTreeSet<&str> = run.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(lines, BTreeSet::from([r#""yes, \u001b[31mé€😀""#, r#"{"n":[1,2.5,null]}"#]), "{run:?}");
    checker.ask(&lobby(), checker.timeout(), &checker.ack_summary(2, 2), |place, acks| {
        assert_eq!(unique(acks, args), answers_of(&["text", "json"]), "{place}");
        assert!(acks.iter().all(|ack| ack["server"].is_string() == checker.names_servers()), "{place}: {acks:?}");
    })
}

pub(crate) fn binary(RequestCluster { checker, .. }: &mut RequestCluster) -> &'static str {
    let bits = RequestCase {
        io: |io, time| io.to("bits").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to bits --ack",
        path: "/v1/emit/ask?room=bits",
        body: Some(json!(1)),
    };
    if checker.is_python() {
        // These servers cannot encode a binary acknowledgement as JSON and do not forward it.
        checker.ask(&bits, checker.timeout(), &checker.ack_summary(0, 0), |place, acks| {
            assert!(acks.is_empty(), "{place}")
        });
        return "lost by the servers";
    }
    checker.ask(&bits, checker.timeout(), &checker.ack_summary(1, 1), |place, acks| {
        assert_eq!(unique(acks, args), answers_of(&["bytes"]), "{place}");
    })
}

/// The acknowledgements of the other clients are returned at the timeout.
pub(crate) fn one_client_missing(RequestCluster { checker, .. }: &mut RequestCluster) -> &'static str {
    let both = RequestCase {
        io: |io, time| io.to(["lobby", "quiet"]).timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to lobby --to quiet --ack",
        path: "/v1/emit",
        body: Some(json!({"event": "ask", "args": [1], "rooms": ["lobby", "quiet"]})),
    };
    let started = Instant::now();
    let cell = checker.ask(&both, SHORT, &checker.ack_summary(2, 3), |place, acks| {
        assert_eq!(unique(acks, args), answers_of(&["text", "json"]), "{place}");
    });
    assert!(started.elapsed() < TEST_TIMEOUT, "{:?}", started.elapsed());
    cell
}

/// With `expect`, a request ends after that number of acknowledgements, and fewer are reported.
pub(crate) fn expected_count(RequestCluster { checker, .. }: &RequestCluster) {
    let two = RequestCase {
        io: |io, time| io.emit_with_ack("ask", &1).timeout(time).expect(2).wait().map(|all| json!(all)),
        sio: "emit ask 1 --ack --expect 2",
        path: "/v1/emit/ask?expect=2",
        body: Some(json!(1)),
    };
    for (interface, answers) in checker.interfaces.ask(&two, LONG).unwrap() {
        let summary = [&answers["count"], &answers["end"], &answers["partial"]];
        assert_eq!(summary, [&json!(2), &json!("enough"), &json!(false)], "{interface} on {}", checker.kind.name());
        assert_eq!(answers["answers"].as_array().map(Vec::len), Some(2), "{interface} on {}", checker.kind.name());
    }
    let run = checker.interfaces.sio_text("emit ask 1 --to lobby --ack --expect 4", checker.timeout(), 4);
    assert!(run.stderr.contains("4 expected") && run.stderr.contains("2 acknowledgements"), "{run:?}");
}

pub(crate) fn servers(RequestCluster { checker, cluster, .. }: &mut RequestCluster) -> &'static str {
    let port = |url: String| url.rsplit(':').next().map(str::to_owned).unwrap();
    let names: BTreeSet<String> =
        cluster.servers.iter().map(|server| json!([format!("node-{}", port(server.url()))]).to_string()).collect();
    let cell = checker.ask(&reload(), checker.timeout(), &checker.complete_summary(2), |place, acks| {
        assert_eq!(unique(acks, args), names, "{place}");
    });
    if cell == "answered" {
        for server in &mut cluster.servers {
            let line = server.process().receive();
            assert_eq!((&line["serverEvent"], &line["args"]), (&json!("reload"), &json!(["now"])));
        }
    }
    cell
}
