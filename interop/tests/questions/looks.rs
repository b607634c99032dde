//! Sockets, rooms and servers are those that a server sees itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_interop::{Kind, Question};

use crate::world::{LONG, LOOKALIKES, World, id, runs_on_node, sorted, text};

pub(crate) fn all_sockets() -> Question {
    Question {
        io: |io, time| io.sockets().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets",
        path: "/v1/sockets",
        body: None,
    }
}

pub(crate) fn all_rooms() -> Question {
    Question {
        io: |io, time| io.rooms().timeout(time).wait().map(|all| json!(all)),
        sio: "rooms --all",
        path: "/v1/rooms?all=true",
        body: None,
    }
}

pub(crate) fn all_servers() -> Question {
    Question {
        io: |io, time| io.servers().timeout(time).wait().map(|all| json!(all)),
        sio: "servers",
        path: "/v1/servers",
        body: None,
    }
}

pub(crate) fn sockets(world: &mut World) -> &'static str {
    let lobby = Question {
        io: |io, time| io.to("lobby").except("games").sockets().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --to lobby --except games",
        path: "/v1/sockets?room=lobby&except=games",
        body: None,
    };
    let shaken = Question {
        io: |io, time| io.sockets().with_handshake().timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --handshake",
        path: "/v1/sockets?handshake=true",
        body: None,
    };
    if world.asker.is_python() {
        return world.asker.ask(&all_sockets(), LONG, &Value::Null, |_, _| {});
    }
    let seen = world.seen(json!({"ask": "fetchSockets", "rooms": ["lobby"], "except": ["games"]}));
    let seen = sorted(seen["sockets"].as_array().unwrap(), plain);
    assert_eq!(seen.len(), 1, "{seen:?}");
    let asker = &world.asker;
    asker.ask(&lobby, LONG, &asker.whole(1), |place, sockets| assert_eq!(sorted(sockets, plain), seen, "{place}"));

    let seen = world.seen(json!({"ask": "fetchSockets"}))["sockets"].take();
    let seen = seen.as_array().unwrap();
    let asker = &world.asker;
    assert_eq!(sorted(seen, id), world.ids());
    if runs_on_node(asker.kind) {
        let of_server = |socket: &Value| json!([socket["id"], socket["auth"], socket["address"]]).to_string();
        let of_ours = |socket: &Value| {
            assert!(socket["handshake"]["headers"].is_object(), "{socket}");
            json!([socket["id"], socket["handshake"]["auth"], socket["handshake"]["address"]]).to_string()
        };
        let seen = sorted(seen, of_server);
        asker.ask(&shaken, LONG, &asker.whole(4), |place, sockets| {
            assert_eq!(sorted(sockets, of_ours), seen, "{place}");
        });
    }
    let seen = sorted(seen, plain);
    asker.ask(&all_sockets(), LONG, &asker.whole(4), |place, sockets| {
        assert_eq!(sorted(sockets, plain), seen, "{place}");
        assert!(sockets.iter().all(|socket| socket["server"].is_string() == asker.names_servers()), "{place}");
    })
}

pub(crate) fn rooms(world: &mut World) -> &'static str {
    let named = Question {
        io: |io, time| io.rooms().without_socket_ids().timeout(time).wait().map(|all| json!(all)),
        sio: "rooms",
        path: "/v1/rooms",
        body: None,
    };
    if world.asker.is_python() {
        return world.asker.ask(&all_rooms(), LONG, &Value::Null, |_, _| {});
    }
    let seen = rooms_of_a_server(world);
    let ids = world.ids();
    let asker = &world.asker;
    let mut names: BTreeSet<String> = seen.difference(&ids).cloned().collect();
    if asker.whole(0)["adapter"] == "classic" {
        // Its servers do not tell whose room it is.
        assert!(names.remove(LOOKALIKES[0]));
    }
    assert_eq!(asker.doors.text("rooms --count", LONG, 0).stdout, format!("{}\n", names.len()));
    assert_eq!(asker.doors.text("rooms --count --all", LONG, 0).stdout, format!("{}\n", seen.len()));
    let mut tally = asker.whole(names.len());
    tally["hidden"] = json!(seen.len() - names.len());
    asker.ask(&named, LONG, &tally, |place, rooms| assert_eq!(sorted(rooms, text), names, "{place}"));
    asker.ask(&all_rooms(), LONG, &asker.whole(seen.len()), |place, rooms| {
        assert_eq!(sorted(rooms, text), seen, "{place}");
    })
}

/// Those of `adapter.allRooms()`; or, where there is no such thing, those of all sockets.
fn rooms_of_a_server(world: &mut World) -> BTreeSet<String> {
    let classic = matches!(world.asker.kind, Kind::Classic | Kind::ClassicIoredis | Kind::ClassicSpecific);
    if classic || !runs_on_node(world.asker.kind) {
        return sorted(world.seen(json!({"ask": "allRooms"}))["rooms"].as_array().unwrap(), text);
    }
    let sockets = world.seen(json!({"ask": "fetchSockets"}))["sockets"].take();
    sockets.as_array().unwrap().iter().flat_map(|socket| socket["rooms"].as_array().unwrap()).map(text).collect()
}

pub(crate) fn servers(world: &mut World) -> &'static str {
    if runs_on_node(world.asker.kind) {
        assert_eq!(world.seen(json!({"ask": "serverCount"}))["servers"], 2);
    }
    let asker = &world.asker;
    asker.ask(&all_servers(), LONG, &asker.whole(2), |place, servers| {
        let named: BTreeSet<&str> = servers.iter().filter_map(|server| server["id"].as_str()).collect();
        assert_eq!(named.len(), if asker.names_servers() { 2 } else { 0 }, "{place}: {servers:?}");
    })
}

/// No more than are wanted, or their number only.
pub(crate) fn parts(world: &World) {
    let limited = Question {
        io: |io, time| io.sockets().limit(3).timeout(time).wait().map(|all| json!(all)),
        sio: "sockets --limit 3",
        path: "/v1/sockets?limit=3",
        body: None,
    };
    if world.asker.is_python() {
        return;
    }
    let (doors, ids) = (&world.asker.doors, world.ids());
    for (door, answers) in doors.ask(&limited, LONG).unwrap() {
        assert_eq!((&answers["count"], &answers["limited"]), (&json!(3), &json!(true)), "{door}: {answers}");
        assert!(sorted(answers["answers"].as_array().unwrap(), id).is_subset(&ids), "{door}");
    }
    assert_eq!(doors.text("sockets --count", LONG, 0).stdout, "4\n");
    let printed = doors.text("sockets", LONG, 0).stdout;
    let printed: BTreeSet<String> = printed.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect();
    assert_eq!(printed, ids);
    assert!(doors.text("rooms --limit 2", LONG, 0).stderr.starts_with("2 rooms, and there are more"));
}

/// What every view of a socket has.
fn plain(socket: &Value) -> String {
    let mut rooms: Vec<_> = socket["rooms"].as_array().into_iter().flatten().map(text).collect();
    rooms.sort();
    json!([socket["id"], rooms, socket["data"]]).to_string()
}
