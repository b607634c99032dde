//! Forged and repeated messages on the response channel do not count as answers of servers.

use std::{collections::HashSet, panic::resume_unwind, thread, time::Duration};

use redis::{Client, Commands, Connection};
use serde_json::{Value, json};
use socketio_interop::ServerKind;

use super::{
    lookups,
    request_cluster::{RequestCluster, SHORT, id, unique},
};
use crate::run_exclusively;

const REQUEST_CHANNEL: &str = "socket.io-request#/#";
const RESPONSE_CHANNEL: &str = "socket.io-response#/#";

#[test]
fn forged_and_repeated_responses_are_not_counted_as_servers() {
    let _guard = run_exclusively();
    let cluster = RequestCluster::start(ServerKind::Classic);
    let redis = Client::open(cluster.cluster.redis.url()).unwrap();
    cluster.cluster.servers[1].freeze();
    let checker = &cluster.checker;
    let mut summary = checker.complete_summary(2);
    (summary["answered"], summary["partial"], summary["end"]) = (json!(1), json!(true), json!("timeout"));
    thread::scope(|scope| {
        let request = scope.spawn(|| {
            checker.ask(&lookups::all_sockets(), SHORT, &summary, |place, sockets| {
                assert_eq!(unique(sockets, id).len(), 2, "{place}");
            })
        });
        let repeated = forge_responses(&redis, || request.is_finished());
        request.join().unwrap_or_else(|panic| resume_unwind(panic));
        assert_eq!(repeated, 4, "the response to each interface was repeated");
    });
    cluster.cluster.servers[1].thaw();
}

/// Publishes forged responses to each request for sockets, and repeats the genuine ones. Returns how many it repeated.
fn forge_responses(redis: &Client, is_done: impl Fn() -> bool) -> usize {
    let (mut subscriber, mut publisher) = (redis.get_connection().unwrap(), redis.get_connection().unwrap());
    subscriber.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut messages = subscriber.as_pubsub();
    messages.psubscribe("socket.io-re*").unwrap();
    let mut repeated = HashSet::new();
    while !is_done() {
        let Ok(message) = messages.get_message() else { continue };
        let payload = message.get_payload_bytes();
        let Ok(body) = serde_json::from_slice::<Value>(payload) else { continue };
        let request = &body["requestId"];
        match message.get_channel_name() {
            REQUEST_CHANNEL if body["type"] == 5 => publish_forgeries(&mut publisher, request),
            RESPONSE_CHANNEL if body["sockets"][0]["rooms"].is_array() && repeated.insert(request.clone()) => {
                for _ in 0..3 {
                    let () = publisher.publish(RESPONSE_CHANNEL, payload).unwrap();
                }
            }
            _ => {}
        }
    }
    repeated.len()
}

fn publish_forgeries(publisher: &mut Connection, request: &Value) {
    let forgeries = [
        json!({"requestId": request, "type": 8, "clientCount": 7}),
        json!({"requestId": request, "type": 6, "data": "x"}),
        json!({"requestId": request, "type": 99}),
        json!({"requestId": request, "rooms": ["a"]}),
        json!({"requestId": request, "sockets": {"id": "s"}}),
        json!({"requestId": request, "sockets": [{"id": 5}]}),
        json!({"requestId": "another", "sockets": []}),
        json!([request]),
    ];
    for forgery in forgeries.iter().map(Value::to_string).chain(["".to_owned(), "{".to_owned(), "[".repeat(100_000)]) {
        let () = publisher.publish(RESPONSE_CHANNEL, forgery).unwrap();
    }
    let () = publisher.publish(RESPONSE_CHANNEL, b"\xc1").unwrap();
}
