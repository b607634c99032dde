//! Acknowledgements of all, of some and of nobody.

use std::{collections::BTreeSet, time::Instant};

use serde_json::{Value, json};
use socketio_interop::{PATIENCE, Question};

use crate::world::{SHORT, World, answers_of, args, sorted};

pub(crate) fn lobby() -> Question {
    Question {
        io: |io, time| io.to("lobby").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to lobby --ack",
        path: "/v1/emit/ask?room=lobby",
        body: Some(json!(1)),
    }
}

pub(crate) fn reload() -> Question {
    Question {
        io: |io, time| io.server_side_emit_with_ack("reload", &"now").timeout(time).wait().map(|all| json!(all)),
        sio: "server-emit reload now --ack",
        path: "/v1/server-emit",
        body: Some(json!({"event": "reload", "args": ["now"]})),
    }
}

pub(crate) fn everyone(World { asker, .. }: &mut World) -> &'static str {
    let nobody = Question {
        io: |io, time| io.to("void").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to void --ack",
        path: "/v1/emit/ask?room=void",
        body: Some(json!(1)),
    };
    asker.ask(&nobody, asker.time(), &asker.acknowledged(0, 0), |place, acks| assert!(acks.is_empty(), "{place}"));
    let run = asker.doors.text(nobody.sio, asker.time(), 0);
    assert!(asker.is_python() || run.stderr.contains("no client was there to be asked; 2 of 2 servers"), "{run:?}");

    let run = asker.doors.text(lobby().sio, asker.time(), 0);
    let lines: BTreeSet<&str> = run.stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(lines, BTreeSet::from([r#""yes, \u001b[31mé€😀""#, r#"{"n":[1,2.5,null]}"#]), "{run:?}");
    asker.ask(&lobby(), asker.time(), &asker.acknowledged(2, 2), |place, acks| {
        assert_eq!(sorted(acks, args), answers_of(&["text", "json"]), "{place}");
        assert!(acks.iter().all(|ack| ack["server"].is_string() == asker.names_servers()), "{place}: {acks:?}");
    })
}

pub(crate) fn binary(World { asker, .. }: &mut World) -> &'static str {
    let bits = Question {
        io: |io, time| io.to("bits").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to bits --ack",
        path: "/v1/emit/ask?room=bits",
        body: Some(json!(1)),
    };
    if asker.is_python() {
        // Its servers have no JSON for what the client said, and pass nothing on.
        asker.ask(&bits, asker.time(), &asker.acknowledged(0, 0), |place, acks| assert!(acks.is_empty(), "{place}"));
        return "lost by the servers";
    }
    asker.ask(&bits, asker.time(), &asker.acknowledged(1, 1), |place, acks| {
        assert_eq!(sorted(acks, args), answers_of(&["bytes"]), "{place}");
    })
}

/// Those who do answer are there, and the end of the time is kept.
pub(crate) fn one_never(World { asker, .. }: &mut World) -> &'static str {
    let both = Question {
        io: |io, time| io.to(["lobby", "quiet"]).timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
        sio: "emit ask 1 --to lobby --to quiet --ack",
        path: "/v1/emit",
        body: Some(json!({"event": "ask", "args": [1], "rooms": ["lobby", "quiet"]})),
    };
    let start = Instant::now();
    let cell = asker.ask(&both, SHORT, &asker.acknowledged(2, 3), |place, acks| {
        assert_eq!(sorted(acks, args), answers_of(&["text", "json"]), "{place}");
    });
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    cell
}

/// Once there are as many as were expected, nobody waits for more; where fewer come, it is said.
pub(crate) fn enough(World { asker, .. }: &World) {
    let two = Question {
        io: |io, time| io.emit_with_ack("ask", &1).timeout(time).expect(2).wait().map(|all| json!(all)),
        sio: "emit ask 1 --ack --expect 2",
        path: "/v1/emit/ask?expect=2",
        body: Some(json!(1)),
    };
    for (door, answers) in asker.doors.ask(&two, crate::world::LONG).unwrap() {
        let told = [&answers["count"], &answers["end"], &answers["partial"]];
        assert_eq!(told, [&json!(2), &json!("enough"), &json!(false)], "{door} on {}", asker.kind.name());
        assert_eq!(answers["answers"].as_array().map(Vec::len), Some(2), "{door} on {}", asker.kind.name());
    }
    let run = asker.doors.text("emit ask 1 --to lobby --ack --expect 4", asker.time(), 4);
    assert!(run.stderr.starts_with("sio: 4 expected: ask → 2 acknowledgements"), "{run:?}");
}

pub(crate) fn servers(World { asker, cluster, .. }: &mut World) -> &'static str {
    let port = |url: String| url.rsplit(':').next().map(str::to_owned).unwrap();
    let names: BTreeSet<String> =
        cluster.servers.iter().map(|server| json!([format!("node-{}", port(server.url()))]).to_string()).collect();
    let cell = asker.ask(&reload(), asker.time(), &asker.whole(2), |place, acks| {
        assert_eq!(sorted(acks, args), names, "{place}");
    });
    if cell == "answered" {
        let heard =
            |heard: Value| assert_eq!((&heard["serverEvent"], &heard["args"]), (&json!("reload"), &json!(["now"])));
        cluster.servers.iter_mut().for_each(|server| heard(server.tool().hear()));
    }
    cell
}
