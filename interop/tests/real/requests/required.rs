//! With `require_servers`, nothing is sent if fewer servers are counted.

use serde_json::{Value, json};
use socketio_emitter::Error;
use socketio_interop::{Clients, RedisCluster, RequestCase, ServerKind, SocketIoCluster};

use super::request_cluster::{LONG, RequestChecker};

/// Asserts that a cluster of two servers accepts emits that require two servers and refuses those that require three.
pub(crate) fn check_required_servers(RequestChecker { kind, interfaces }: &RequestChecker, clients: &mut Clients) {
    let kind = kind.name();
    let case = RequestCase {
        io: |io, time| io.emit_with_ack("never", &1).require_servers(3).timeout(time).wait().map(|all| json!(all)),
        sio: "emit never 1 --ack --require-servers 3",
        path: "/v1/emit/never?require_servers=3",
        body: Some(json!(1)),
    };
    assert_eq!(interfaces.ask(&case, LONG).unwrap_err(), "too-few-servers", "{kind}");
    let refused = interfaces.io().emit("never", &1).require_servers(3).wait().unwrap_err();
    assert!(matches!(refused, Error::TooFewServers { required: 3, found: 2, .. }), "{kind}: {refused}");
    interfaces.sio_text("emit never 1 --require-servers 3", LONG, 3);
    let post = |path| {
        let request = interfaces.bridge().post(path).header("content-type", "application/json").body("1");
        let response = request.send().unwrap();
        (response.status().as_u16(), response.json::<Value>().unwrap())
    };
    let (status, problem) = post("/v1/emit/never?require_servers=3");
    assert_eq!((status, &problem["code"]), (503, &json!("too-few-servers")), "{kind}: {problem}");

    let all_clients = ["text", "json", "bytes", "mute"];
    interfaces.io().emit("now", &1).require_servers(2).wait().unwrap();
    clients.until("now", &all_clients);
    interfaces.sio_text("emit now 1 --require-servers 2", LONG, 0);
    clients.until("now", &all_clients);
    assert_eq!(post("/v1/emit/now?require_servers=2").0, 200, "{kind}");
    let earlier = clients.until("now", &all_clients);
    assert!(earlier.iter().all(|event| event.event != "never"), "{kind}: {earlier:?}");
}

#[test]
fn required_servers_are_counted_on_every_node_of_a_redis_cluster() {
    let cluster = SocketIoCluster::on(RedisCluster::start(), ServerKind::ShardedDynamic);
    let mut clients = Clients::new();
    for (name, server) in [("text", 0), ("json", 1), ("bytes", 0), ("mute", 1)] {
        clients.connect(name, &cluster.servers[server], "/", &[]);
    }
    let checker = RequestChecker::new(
        ServerKind::ShardedDynamic,
        &format!("redis-cluster://{}", cluster.redis.addresses().join(",")),
    );
    check_required_servers(&checker, &mut clients);
}
