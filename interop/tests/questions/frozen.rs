//! One of the servers is frozen: it is missing from the answers, and what it says later is dropped.

use std::{
    panic::resume_unwind,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_emitter::Options;
use socketio_interop::{Cluster, Kind, PATIENCE, Question, Server, on_each};

use crate::{
    acks, looks,
    world::{Asker, LONG, SHORT, World, answers_of, args, id, runs_on_node, sorted},
};

pub(crate) const QUESTIONS: [&str; 5] = [
    "acknowledgements, one server frozen",
    "sockets, one server frozen",
    "rooms, one server frozen",
    "servers, one server frozen",
    "server acknowledgements, one server frozen",
];

pub(crate) fn questions(world: &mut World) -> Vec<(&'static str, &'static str)> {
    let silent = name_of_the_second(world);
    let (runs_on_node, start) = (runs_on_node(world.asker.kind), Instant::now());
    // Its clients leave a server that is silent for 45 s.
    freeze(world, "-STOP");
    let mut acknowledged = world.asker.acknowledged(1, 1);
    let part = part(&world.asker, silent);
    if !world.asker.is_python() {
        acknowledged = part(1);
        acknowledged["clients"] = json!(1);
    }
    // Its sockets' own rooms, and the others that they are in.
    let rooms = if runs_on_node { 5 } else { 2 };
    let asked = [
        (acks::lobby(), acknowledged),
        (looks::all_sockets(), part(2)),
        (looks::all_rooms(), part(rooms)),
        (looks::all_servers(), part(1)),
        (acks::reload(), part(1)),
    ];
    let cells = ask_at_once(&world.asker, &asked);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    freeze(world, "-CONT");

    // It answers all of these now, while it is asked again.
    let asker = &world.asker;
    asker.ask(&acks::lobby(), asker.time(), &asker.acknowledged(2, 2), |place, acks| {
        assert_eq!(sorted(acks, args), answers_of(&["text", "json"]), "{place}");
    });
    QUESTIONS.into_iter().zip(cells).collect()
}

/// What is told when only the first server answers, with so many things.
fn part(asker: &Asker, silent: Option<String>) -> impl Fn(usize) -> Value + use<> {
    let whole = asker.whole(0);
    let unseen = asker.kind == Kind::StreamsOld;
    move |count| {
        let mut tally = whole.clone();
        tally["answered"] = json!(1);
        tally["count"] = json!(count);
        if unseen {
            tally["servers"] = json!(1);
            return tally;
        }
        tally["partial"] = json!(true);
        tally["end"] = json!("timeout");
        if let Some(silent) = &silent {
            tally["silent"] = json!([silent]);
        }
        tally
    }
}

fn ask_at_once(asker: &Asker, asked: &[(Question, Value)]) -> Vec<&'static str> {
    let ask = |question: &Question, tally: &Value| {
        let cell = asker.ask(question, SHORT, tally, |_, _| {});
        // Before 0.3 there are no subscriptions that would tell of a server that says nothing.
        if asker.kind == Kind::StreamsOld { "answered, the silent server unknown" } else { cell }
    };
    thread::scope(|scope| {
        let printed = (!asker.is_python() && asker.kind != Kind::StreamsOld).then(|| {
            scope.spawn(|| {
                let run = asker.doors.text("sockets", SHORT, 4);
                assert!(run.stderr.starts_with("sio: incomplete: 2 sockets; 1 of 2 servers answered"), "{run:?}");
                assert!(run.stderr.contains("; `sio doctor` looks at silent servers"), "{run:?}");
                assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
            })
        });
        let asking: Vec<_> = asked.iter().map(|(question, tally)| scope.spawn(|| ask(question, tally))).collect();
        if let Some(Err(panic)) = printed.map(|printed| printed.join()) {
            resume_unwind(panic);
        }
        asking.into_iter().map(|asked| asked.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// What the adapter calls the server that is to be frozen: it is that of the client `json`.
fn name_of_the_second(world: &World) -> Option<String> {
    if !world.asker.names_servers() {
        return None;
    }
    let sockets = world.asker.doors.io().sockets().wait().unwrap();
    let sockets = json!(sockets.answers);
    let its = sockets.as_array().unwrap().iter().find(|socket| id(socket) == world.clients.id("json")).unwrap();
    its["server"].as_str().map(str::to_owned)
}

/// Sends a signal to the second server.
pub(crate) fn freeze(world: &mut World, signal: &str) {
    signal_to(&mut world.cluster.servers[1], signal);
}

fn signal_to(server: &mut Server, signal: &str) {
    let pid = server.tool().pid().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

/// Whoever comes while others are waited for was not asked, and is not missing.
#[test]
fn a_server_that_came_later_is_not_called_silent() {
    on_each(&[Kind::ShardedDynamic, Kind::Streams, Kind::Socketioxide], |kind| {
        let mut world = World::start(kind);
        let silent = name_of_the_second(&world);
        freeze(&mut world, "-STOP");
        let io = world.asker.doors.io().clone();
        let asked = thread::spawn(move || io.servers().timeout(LONG / 4).wait().unwrap().tally);
        // Longer than servers need to answer, and sooner than the time is over.
        thread::sleep(Duration::from_secs(1));
        let _third = Server::start_as(kind, &world.cluster.redis, &[]);
        let tally = asked.join().unwrap();
        freeze(&mut world, "-CONT");
        assert_eq!((tally.servers, tally.answered), (Some(2), Some(1)), "{}: {tally:?}", kind.name());
        assert_eq!(tally.silent, Vec::from_iter(silent), "{}", kind.name());
    });
}

/// Where servers can only be counted by asking them, none that was quick enough does not mean that there is none.
#[test]
fn servers_that_were_too_slow_to_be_counted_are_waited_for() {
    let mut cluster = Cluster::of(Kind::StreamsOld);
    cluster.servers[0].ask(json!({"ask": "greet"}));
    let io =
        Options::new().adapter("streams,before-0.3".parse().unwrap()).connect(&cluster.redis.url()).wait().unwrap();
    assert_eq!(io.servers().timeout(LONG).wait().unwrap().tally.servers, Some(2));
    cluster.servers.iter_mut().for_each(|server| signal_to(server, "-STOP"));
    let asked = thread::spawn(move || io.servers().timeout(LONG / 4).wait().unwrap().tally);
    // Longer than it is waited for anybody to be counted.
    thread::sleep(Duration::from_secs(2));
    cluster.servers.iter_mut().for_each(|server| signal_to(server, "-CONT"));
    let tally = asked.join().unwrap();
    assert_eq!((tally.servers, tally.answered, tally.partial), (None, Some(2), None), "{tally:?}");
}
