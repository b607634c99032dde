//! Questions to the cluster at every door: acknowledgements, sockets, rooms and servers, and who is missing.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_interop::{Clients, Cluster, Doors, PATIENCE, Question, Tool};

/// Long enough for everybody to answer.
const LONG: Duration = Duration::from_secs(20);

/// Long enough for those who will answer, where others will not.
const SHORT: Duration = Duration::from_secs(2);

/// A kind of cluster.
struct Kind {
    adapter: &'static str,
    start: fn() -> Cluster,
    /// A server that is told what to ask, for its own view; with its environment.
    view: (&'static str, &'static [(&'static str, &'static str)]),
    /// Answers name the servers, so it can be told who is silent.
    names_servers: bool,
}

const KINDS: [Kind; 1] =
    [Kind { adapter: "classic", start: Cluster::start, view: ("questions.js", &[]), names_servers: false }];

/// The clients of the two servers; the last has nobody to answer for it.
const CLIENTS: [(&str, usize, &[&str]); 4] =
    [("text", 0, &["lobby"]), ("json", 1, &["lobby", "games"]), ("bytes", 1, &["lobby"]), ("mute", 0, &["quiet"])];

fn answer_of(client: &str) -> Value {
    match client {
        "text" => json!("yes, \u{1b}[31mé€😀"),
        "json" => json!({"n": [1, 2.5, null]}),
        _ => json!({"$binary": "AQL/"}),
    }
}

/// A cluster with clients on it.
struct World {
    kind: &'static Kind,
    cluster: Cluster,
    clients: Clients,
    doors: Doors,
}

impl World {
    fn start(kind: &'static Kind) -> Self {
        let cluster = (kind.start)();
        let mut clients = Clients::new();
        for (name, server, rooms) in CLIENTS {
            let server = &cluster.servers[server];
            match name {
                "mute" => clients.connect(name, server, "/", rooms),
                _ => clients.connect_answering(name, &server.url(), rooms, &json!([answer_of(name)])),
            }
        }
        let doors = Doors::open(&cluster.redis.url());
        Self { kind, cluster, clients, doors }
    }

    /// Asks at every door, and checks all but the answers themselves, which are left to `check`.
    fn ask(&self, question: &Question, timeout: Duration, tally: &Value, mut check: impl FnMut(&str, &[Value])) {
        for (door, mut answers) in self.doors.ask(question, timeout) {
            let list = answers["answers"].take();
            let about = answers.as_object_mut().unwrap();
            about.remove("answers");
            if about.remove("silent").is_some() {
                assert!(self.kind.names_servers, "{door}: {answers}");
            }
            let mut expected = tally.clone();
            expected["adapter"] = json!(self.kind.adapter);
            assert_eq!(answers, expected, "{} by {door}: {list}", question.sio);
            check(door, list.as_array().unwrap());
        }
    }

    fn freeze(&mut self, signal: &str) {
        let pid = self.cluster.servers[1].tool().pid().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

/// The answers in an order that does not depend on who was quicker.
fn sorted(list: &[Value], of: impl Fn(&Value) -> String) -> BTreeSet<String> {
    let set: BTreeSet<String> = list.iter().map(of).collect();
    assert_eq!(set.len(), list.len(), "nobody answers twice: {list:?}");
    set
}

/// What these clients answer.
fn acknowledged(clients: &[&str]) -> BTreeSet<String> {
    clients.iter().map(|client| json!([answer_of(client)]).to_string()).collect()
}

fn args(ack: &Value) -> String {
    ack["args"].to_string()
}

#[test]
fn acknowledgements_of_all_of_some_and_of_nobody() {
    for kind in &KINDS {
        let world = World::start(kind);
        let lobby = Question {
            io: |io, time| io.to("lobby").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
            sio: "emit ask 1 --to lobby --ack",
            path: "/v1/emit/ask?room=lobby",
            body: Some(json!(1)),
        };
        let whole = json!({"servers": 2, "answered": 2, "clients": 3, "count": 3, "partial": false, "end": "complete"});
        world.ask(&lobby, LONG, &whole, |door, acks| {
            assert_eq!(sorted(acks, args), acknowledged(&["text", "json", "bytes"]), "{door}");
        });

        // One never answers, which is told in time, and those who do are there.
        let everyone = Question {
            io: |io, time| io.except("games").timeout(time).emit_with_ack("ask", &()).wait().map(|all| json!(all)),
            sio: "emit ask --except games --ack",
            path: "/v1/emit",
            body: Some(json!({"event": "ask", "except": ["games"]})),
        };
        let part = json!({"servers": 2, "answered": 2, "clients": 3, "count": 2, "partial": true, "end": "timeout"});
        let start = Instant::now();
        world.ask(&everyone, SHORT, &part, |door, acks| {
            assert_eq!(sorted(acks, args), acknowledged(&["text", "bytes"]), "{door}");
        });
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());

        let enough = Question {
            io: |io, time| io.emit_with_ack("ask", &()).timeout(time).expect(2).wait().map(|all| json!(all)),
            sio: "emit ask --ack --expect 2",
            path: "/v1/emit/ask?expect=2",
            body: Some(Value::Null),
        };
        for (door, answers) in world.doors.ask(&enough, LONG) {
            assert_eq!((&answers["count"], &answers["end"]), (&json!(2), &json!("enough")), "{door}: {answers}");
            assert_eq!(
                (&answers["partial"], answers["answers"].as_array().unwrap().len()),
                (&json!(false), 2),
                "{door}"
            );
        }
        let more = world.doors.text("emit ask --to lobby --ack --expect 4", LONG, 4);
        assert!(more.stderr.starts_with("sio: 4 expected: ask → 3 acknowledgements of 3 clients"), "{more:?}");

        let nobody = Question {
            io: |io, time| io.to("void").timeout(time).emit_with_ack("ask", &()).wait().map(|all| json!(all)),
            sio: "emit ask --to void --ack",
            path: "/v1/emit/ask?room=void",
            body: Some(Value::Null),
        };
        let none = json!({"servers": 2, "answered": 2, "clients": 0, "count": 0, "partial": false, "end": "complete"});
        world.ask(&nobody, LONG, &none, |_, acks| assert!(acks.is_empty()));
        let run = world.doors.text("emit ask --to void --ack", LONG, 0);
        assert!(run.stderr.contains("no client was there to be asked; 2 of 2 servers answered"), "{run:?}");

        let text = world.doors.text("emit ask --to lobby --ack", LONG, 0);
        let lines: BTreeSet<&str> = text.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
        let expected = [r#""yes, \u001b[31mé€😀""#, r#"{"n":[1,2.5,null]}"#, r#"{"$binary":"AQL/"}"#];
        assert_eq!(lines, BTreeSet::from(expected), "{text:?}");
    }
}

#[test]
fn servers_acknowledge_what_was_emitted_to_them() {
    for kind in &KINDS {
        let mut world = World::start(kind);
        let reload = Question {
            io: |io, time| io.server_side_emit_with_ack("reload", &"now").timeout(time).wait().map(|all| json!(all)),
            sio: "server-emit reload now --ack",
            path: "/v1/server-emit",
            body: Some(json!({"event": "reload", "args": ["now"]})),
        };
        let names: BTreeSet<String> = world
            .cluster
            .servers
            .iter()
            .map(|server| format!("[\"node-{}\"]", server.url().rsplit(':').next().unwrap()))
            .collect();
        let whole = json!({"servers": 2, "answered": 2, "count": 2, "partial": false, "end": "complete"});
        world.ask(&reload, LONG, &whole, |door, acks| assert_eq!(sorted(acks, args), names, "{door}"));
        for server in &mut world.cluster.servers {
            let heard = server.tool().hear();
            assert_eq!((&heard["serverEvent"], &heard["args"]), (&json!("reload"), &json!(["now"])));
        }
    }
}

#[test]
fn sockets_rooms_and_servers_are_those_that_a_server_sees() {
    for kind in &KINDS {
        let world = World::start(kind);
        let redis = world.cluster.redis.url();
        let environment: Vec<_> =
            [("REDIS_URL", redis.as_str())].into_iter().chain(kind.view.1.iter().copied()).collect();
        let mut view = Tool::start_with(kind.view.0, &environment);
        view.hear();
        let ids: BTreeSet<String> = CLIENTS.iter().map(|(name, ..)| world.clients.id(name).to_owned()).collect();
        let whole =
            |count: usize| json!({"servers": 3, "answered": 3, "count": count, "partial": false, "end": "complete"});

        let lobby = Question {
            io: |io, time| io.to("lobby").except("games").sockets().timeout(time).wait().map(|all| json!(all)),
            sio: "sockets --to lobby --except games",
            path: "/v1/sockets?room=lobby&except=games",
            body: None,
        };
        let seen = view.ask(json!({"do": "fetchSockets", "rooms": ["lobby"], "except": ["games"]}));
        let seen = sorted(seen["sockets"].as_array().unwrap(), plain);
        assert_eq!(seen.len(), 2);
        world.ask(&lobby, LONG, &whole(2), |door, sockets| {
            assert_eq!(sorted(sockets, plain), seen, "{door}");
            assert!(sockets.iter().all(|socket| socket.get("handshake").is_none()), "{door}: {sockets:?}");
        });

        let shaken = Question {
            io: |io, time| io.sockets().with_handshake().timeout(time).wait().map(|all| json!(all)),
            sio: "sockets --handshake",
            path: "/v1/sockets?handshake=true",
            body: None,
        };
        let seen = view.ask(json!({"do": "fetchSockets"}));
        let of_view = |socket: &Value| json!([socket["id"], socket["auth"], socket["address"]]).to_string();
        let seen = sorted(seen["sockets"].as_array().unwrap(), of_view);
        world.ask(&shaken, LONG, &whole(4), |door, sockets| {
            let shaken = |socket: &Value| {
                json!([socket["id"], socket["handshake"]["auth"], socket["handshake"]["address"]]).to_string()
            };
            assert_eq!(sorted(sockets, shaken), seen, "{door}");
            assert!(sockets.iter().all(|socket| socket["handshake"]["headers"].is_object()), "{door}");
        });

        let rooms = Question {
            io: |io, time| io.rooms().timeout(time).wait().map(|all| json!(all)),
            sio: "rooms --all",
            path: "/v1/rooms?all=true",
            body: None,
        };
        let seen = sorted(view.ask(json!({"do": "allRooms"}))["rooms"].as_array().unwrap(), text);
        world.ask(&rooms, LONG, &whole(7), |door, rooms| assert_eq!(sorted(rooms, text), seen, "{door}"));
        let named = Question {
            io: |io, time| io.rooms().without_socket_ids().timeout(time).wait().map(|all| json!(all)),
            sio: "rooms",
            path: "/v1/rooms",
            body: None,
        };
        let mut tally = whole(3);
        tally["hidden"] = json!(4);
        let seen: BTreeSet<String> = seen.difference(&ids).cloned().collect();
        world.ask(&named, LONG, &tally, |door, rooms| assert_eq!(sorted(rooms, text), seen, "{door}"));

        let servers = Question {
            io: |io, time| io.servers().timeout(time).wait().map(|all| json!(all)),
            sio: "servers",
            path: "/v1/servers",
            body: None,
        };
        assert_eq!(view.ask(json!({"do": "serverCount"}))["servers"], 3);
        world.ask(&servers, LONG, &whole(3), |_, servers| assert_eq!(servers.len(), 3));

        let limited = Question {
            io: |io, time| io.sockets().limit(3).timeout(time).wait().map(|all| json!(all)),
            sio: "sockets --limit 3",
            path: "/v1/sockets?limit=3",
            body: None,
        };
        for (door, answers) in world.doors.ask(&limited, LONG) {
            assert_eq!((&answers["count"], &answers["limited"]), (&json!(3), &json!(true)), "{door}: {answers}");
            assert!(sorted(answers["answers"].as_array().unwrap(), id).is_subset(&ids), "{door}");
        }
        assert_eq!(world.doors.text("sockets --count", LONG, 0).stdout, "4\n");
        let printed = world.doors.text("sockets", LONG, 0).stdout;
        assert_eq!(
            printed.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<BTreeSet<_>>(),
            ids
        );
        assert!(world.doors.text("rooms --limit 2", LONG, 0).stderr.starts_with("2 rooms, and there are more"));
    }
}

#[test]
fn a_frozen_server_is_missing_and_what_it_says_later_is_dropped() {
    for kind in &KINDS {
        let mut world = World::start(kind);
        let ask = Question {
            io: |io, time| io.to("lobby").timeout(time).emit_with_ack("ask", &()).wait().map(|all| json!(all)),
            sio: "emit ask --to lobby --ack",
            path: "/v1/emit/ask?room=lobby",
            body: Some(Value::Null),
        };
        let sockets = Question {
            io: |io, time| io.sockets().timeout(time).wait().map(|all| json!(all)),
            sio: "sockets",
            path: "/v1/sockets",
            body: None,
        };
        let rooms = Question {
            io: |io, time| io.rooms().timeout(time).wait().map(|all| json!(all)),
            sio: "rooms --all",
            path: "/v1/rooms?all=true",
            body: None,
        };
        let servers = Question {
            io: |io, time| io.servers().timeout(time).wait().map(|all| json!(all)),
            sio: "servers",
            path: "/v1/servers",
            body: None,
        };
        let part =
            |count: usize| json!({"servers": 2, "answered": 1, "count": count, "partial": true, "end": "timeout"});
        // Its clients leave a server that is silent for 45 s.
        world.freeze("-STOP");
        let mut acks = part(1);
        acks["clients"] = json!(1);
        let start = Instant::now();
        world.ask(&ask, SHORT, &acks, |door, acks| assert_eq!(sorted(acks, args), acknowledged(&["text"]), "{door}"));
        world.ask(&sockets, SHORT, &part(2), |_, _| {});
        world.ask(&rooms, SHORT, &part(4), |_, _| {});
        world.ask(&servers, SHORT, &part(1), |_, _| {});
        assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
        let run = world.doors.text("sockets", SHORT, 4);
        assert!(run.stderr.starts_with("sio: incomplete: 2 sockets; 1 of 2 servers answered"), "{run:?}");
        assert_eq!(run.stdout.lines().count(), 2, "{run:?}");

        // It answers all of these now, while it is asked again.
        world.freeze("-CONT");
        let whole = json!({"servers": 2, "answered": 2, "clients": 3, "count": 3, "partial": false, "end": "complete"});
        world.ask(&ask, LONG, &whole, |door, acks| {
            assert_eq!(sorted(acks, args), acknowledged(&["text", "json", "bytes"]), "{door}");
        });
    }
}

/// What every view of a socket has.
fn plain(socket: &Value) -> String {
    let mut rooms: Vec<_> = socket["rooms"].as_array().unwrap().iter().map(text).collect();
    rooms.sort();
    json!([socket["id"], rooms, socket["data"]]).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn id(socket: &Value) -> String {
    text(&socket["id"])
}
