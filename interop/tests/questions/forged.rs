//! Anyone can publish where servers answer: what is no answer stands for nobody, and who repeats itself is one server.

use std::{collections::HashSet, panic::resume_unwind, thread, time::Duration};

use redis::{Client, Commands, Connection};
use serde_json::{Value, json};
use socketio_interop::Kind;

use crate::{
    frozen::freeze,
    looks,
    world::{SHORT, World, id, sorted},
};

const QUESTIONS: &str = "socket.io-request#/#";
const ANSWERS: &str = "socket.io-response#/#";

#[test]
fn forged_answers_stand_for_nobody() {
    let mut world = World::start(Kind::Classic);
    let redis = Client::open(world.cluster.redis.url()).unwrap();
    freeze(&mut world, "-STOP");
    let asker = &world.asker;
    let mut tally = asker.whole(2);
    (tally["answered"], tally["partial"], tally["end"]) = (json!(1), json!(true), json!("timeout"));
    thread::scope(|scope| {
        let asked = scope.spawn(|| {
            asker.ask(&looks::all_sockets(), SHORT, &tally, |place, sockets| {
                assert_eq!(sorted(sockets, id).len(), 2, "{place}");
            })
        });
        let echoed = forge(&redis, || asked.is_finished());
        asked.join().unwrap_or_else(|panic| resume_unwind(panic));
        assert_eq!(echoed, 4, "every door was lied to");
    });
    freeze(&mut world, "-CONT");
}

/// Lies to everybody who asks for sockets, and says again what they are told. Gives how many were told it again.
fn forge(redis: &Client, is_done: impl Fn() -> bool) -> usize {
    let (mut ears, mut mouth) = (redis.get_connection().unwrap(), redis.get_connection().unwrap());
    ears.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut heard = ears.as_pubsub();
    heard.psubscribe("socket.io-re*").unwrap();
    let mut echoed = HashSet::new();
    while !is_done() {
        let Ok(message) = heard.get_message() else { continue };
        let payload = message.get_payload_bytes();
        let Ok(said) = serde_json::from_slice::<Value>(payload) else { continue };
        let request = &said["requestId"];
        match message.get_channel_name() {
            QUESTIONS if said["type"] == 5 => lie(&mut mouth, request),
            ANSWERS if said["sockets"][0]["rooms"].is_array() && echoed.insert(request.clone()) => {
                for _ in 0..3 {
                    let () = mouth.publish(ANSWERS, payload).unwrap();
                }
            }
            _ => {}
        }
    }
    echoed.len()
}

fn lie(mouth: &mut Connection, request: &Value) {
    let lies = [
        json!({"requestId": request, "type": 8, "clientCount": 7}),
        json!({"requestId": request, "type": 6, "data": "x"}),
        json!({"requestId": request, "type": 99}),
        json!({"requestId": request, "rooms": ["a"]}),
        json!({"requestId": request, "sockets": {"id": "s"}}),
        json!({"requestId": request, "sockets": [{"id": 5}]}),
        json!({"requestId": "another", "sockets": []}),
        json!([request]),
    ];
    for lie in lies.iter().map(Value::to_string).chain(["".to_owned(), "{".to_owned(), "[".repeat(100_000)]) {
        let () = mouth.publish(ANSWERS, lie).unwrap();
    }
    let () = mouth.publish(ANSWERS, b"\xc1").unwrap();
}
