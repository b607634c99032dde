//! Requests for sockets, rooms and servers return the same as the servers' own API.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_interop::{RequestCase, ServerKind};

use super::request_cluster::{ID_LIKE_ROOMS, LONG, RequestCluster, id, runs_on_node, text, unique};

pub(crate) fn all_sockets() -> RequestCase {
    RequestCase {
        io: |io, time| io.fetch_sockets().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets",
        path: "/v1/sockets",
        body: None,
    }
}

pub(crate) fn all_rooms() -> RequestCase {
    RequestCase {
        io: |io, time| io.rooms().timeout(time).wait().map(|all| json!(all)),
        sio: "rooms --all",
        path: "/v1/rooms?all=true",
        body: None,
    }
}

pub(crate) fn all_servers() -> RequestCase {
    RequestCase {
        io: |io, time| io.servers().timeout(time).wait().map(|all| json!(all)),
        sio: "servers",
        path: "/v1/servers",
        body: None,
    }
}

pub(crate) fn sockets(cluster: &mut RequestCluster) -> &'static str {
    let lobby = RequestCase {
        io: |io, time| io.to("lobby").except("games").fetch_sockets().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --to lobby --except games",
        path: "/v1/sockets?room=lobby&except=games",
        body: None,
    };
    let with_handshake = RequestCase {
        io: |io, time| io.fetch_sockets().with_handshake().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --handshake",
        path: "/v1/sockets?handshake=true",
        body: None,
    };
    if cluster.checker.is_python() {
        return cluster.checker.ask(&all_sockets(), LONG, &Value::Null, |_, _| {});
    }
    let expected = cluster.ask_server(json!({"ask": "fetchSockets", "rooms": ["lobby"], "except": ["games"]}));
    let expected = unique(expected["sockets"].as_array().unwrap(), socket_key);
    assert_eq!(expected.len(), 1, "{expected:?}");
    let checker = &cluster.checker;
    checker.ask(&lobby, LONG, &checker.complete_summary(1), |place, sockets| {
        assert_eq!(unique(sockets, socket_key), expected, "{place}")
    });

    let expected = cluster.ask_server(json!({"ask": "fetchSockets"}))["sockets"].take();
    let expected = expected.as_array().unwrap();
    let checker = &cluster.checker;
    assert_eq!(unique(expected, id), cluster.ids());
    if runs_on_node(checker.kind) {
        let server_key = |socket: &Value| json!([socket["id"], socket["auth"], socket["address"]]).to_string();
        let answer_key = |socket: &Value| {
            assert!(socket["handshake"]["headers"].is_object(), "{socket}");
            json!([socket["id"], socket["handshake"]["auth"], socket["handshake"]["address"]]).to_string()
        };
        let expected = unique(expected, server_key);
        checker.ask(&with_handshake, LONG, &checker.complete_summary(4), |place, sockets| {
            assert_eq!(unique(sockets, answer_key), expected, "{place}");
        });
    }
    let expected = unique(expected, socket_key);
    checker.ask(&all_sockets(), LONG, &checker.complete_summary(4), |place, sockets| {
        assert_eq!(unique(sockets, socket_key), expected, "{place}");
        assert!(sockets.iter().all(|socket| socket["server"].is_string() == checker.names_servers()), "{place}");
    })
}

pub(crate) fn rooms(cluster: &mut RequestCluster) -> &'static str {
    let without_socket_ids = RequestCase {
        io: |io, time| io.rooms().without_socket_ids().timeout(time).wait().map(|all| json!(all)),
        sio: "rooms",
        path: "/v1/rooms",
        body: None,
    };
    if cluster.checker.is_python() {
        return cluster.checker.ask(&all_rooms(), LONG, &Value::Null, |_, _| {});
    }
    let expected = rooms_by_server_api(cluster);
    let ids = cluster.ids();
    let checker = &cluster.checker;
    let mut names: BTreeSet<String> = expected.difference(&ids).cloned().collect();
    if checker.complete_summary(0)["adapter"] == "classic" {
        // Servers of the classic adapter report room names only, so a name that looks like a socket id is hidden.
        assert!(names.remove(ID_LIKE_ROOMS[0]));
    }
    assert_eq!(checker.interfaces.sio_text("rooms --count", LONG, 0).stdout, format!("{}\n", names.len()));
    assert_eq!(checker.interfaces.sio_text("rooms --count --all", LONG, 0).stdout, format!("{}\n", expected.len()));
    let mut summary = checker.complete_summary(names.len());
    summary["hidden"] = json!(expected.len() - names.len());
    checker.ask(&without_socket_ids, LONG, &summary, |place, rooms| assert_eq!(unique(rooms, text), names, "{place}"));
    checker.ask(&all_rooms(), LONG, &checker.complete_summary(expected.len()), |place, rooms| {
        assert_eq!(unique(rooms, text), expected, "{place}");
    })
}

/// The result of `adapter.allRooms()`, or, for adapters without it, the rooms of all sockets.
fn rooms_by_server_api(cluster: &mut RequestCluster) -> BTreeSet<String> {
    let classic =
        matches!(cluster.checker.kind, ServerKind::Classic | ServerKind::ClassicIoredis | ServerKind::ClassicSpecific);
    if classic || !runs_on_node(cluster.checker.kind) {
        return unique(cluster.ask_server(json!({"ask": "allRooms"}))["rooms"].as_array().unwrap(), text);
    }
    let sockets = cluster.ask_server(json!({"ask": "fetchSockets"}))["sockets"].take();
    sockets.as_array().unwrap().iter().flat_map(|socket| socket["rooms"].as_array().unwrap()).map(text).collect()
}

pub(crate) fn servers(cluster: &mut RequestCluster) -> &'static str {
    if runs_on_node(cluster.checker.kind) {
        assert_eq!(cluster.ask_server(json!({"ask": "serverCount"}))["servers"], 2);
    }
    let checker = &cluster.checker;
    checker.ask(&all_servers(), LONG, &checker.complete_summary(2), |place, servers| {
        let names: BTreeSet<&str> = servers.iter().filter_map(|server| server["id"].as_str()).collect();
        assert_eq!(names.len(), if checker.names_servers() { 2 } else { 0 }, "{place}: {servers:?}");
    })
}

/// Requests with `limit`, and with the count only.
pub(crate) fn limits_and_counts(cluster: &RequestCluster) {
    let limited = RequestCase {
        io: |io, time| io.fetch_sockets().limit(3).timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --limit 3",
        path: "/v1/sockets?limit=3",
        body: None,
    };
    if cluster.checker.is_python() {
        return;
    }
    let (interfaces, ids) = (&cluster.checker.interfaces, cluster.ids());
    for (interface, answers) in interfaces.ask(&limited, LONG).unwrap() {
        assert_eq!((&answers["count"], &answers["limited"]), (&json!(3), &json!(true)), "{interface}: {answers}");
        assert!(unique(answers["answers"].as_array().unwrap(), id).is_subset(&ids), "{interface}");
    }
    assert_eq!(interfaces.sio_text("sockets --count", LONG, 0).stdout, "4\n");
    let printed = interfaces.sio_text("sockets", LONG, 0).stdout;
    let printed: BTreeSet<String> = printed.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect();
    assert_eq!(printed, ids);
    let limited = interfaces.sio_text("rooms --limit 2", LONG, 0);
    assert!(limited.stdout.lines().count() == 2 && limited.stderr.contains("2 rooms"), "{limited:?}");
}

/// The properties that both the server's API and the answers contain.
fn socket_key(socket: &Value) -> String {
    let mut rooms: Vec<_> = socket["rooms"].as_array().into_iter().flatten().map(text).collect();
    rooms.sort();
    json!([socket["id"], rooms, socket["data"]]).to_string()
}
