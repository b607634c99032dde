//! Nothing is sent where fewer servers are there than are required.

use serde_json::{Value, json};
use socketio_emitter::Error;
use socketio_interop::{Clients, Cluster, Kind, Question, RedisCluster};

use crate::world::{Asker, LONG};

/// Of the cluster's two servers, two are there and three are not.
pub(crate) fn servers(Asker { kind, doors }: &Asker, clients: &mut Clients) {
    let kind = kind.name();
    let asked = Question {
        io: |io, time| io.emit_with_ack("never", &1).require_servers(3).timeout(time).wait().map(|all| json!(all)),
        sio: "emit never 1 --ack --require-servers 3",
        path: "/v1/emit/never?require_servers=3",
        body: Some(json!(1)),
    };
    assert_eq!(doors.ask(&asked, LONG).unwrap_err(), "too-few-servers", "{kind}");
    let refused = doors.io().emit("never", &1).require_servers(3).wait().unwrap_err();
    assert!(matches!(refused, Error::TooFewServers { required: 3, found: 2, .. }), "{kind}: {refused}");
    doors.text("emit never 1 --require-servers 3", LONG, 3);
    let post = |path| {
        let request = doors.bridge().post(path).header("content-type", "application/json").body("1");
        let response = request.send().unwrap();
        (response.status().as_u16(), response.json::<Value>().unwrap())
    };
    let (status, problem) = post("/v1/emit/never?require_servers=3");
    assert_eq!((status, &problem["code"]), (503, &json!("too-few-servers")), "{kind}: {problem}");

    let everyone = ["text", "json", "bytes", "mute"];
    doors.io().emit("now", &1).require_servers(2).wait().unwrap();
    clients.until("now", &everyone);
    doors.text("emit now 1 --require-servers 2", LONG, 0);
    clients.until("now", &everyone);
    assert_eq!(post("/v1/emit/now?require_servers=2").0, 200, "{kind}");
    let seen = clients.until("now", &everyone);
    assert!(seen.iter().all(|seen| seen.event != "never"), "{kind}: {seen:?}");
}

#[test]
fn servers_are_counted_on_every_node_of_a_redis_cluster() {
    let cluster = Cluster::on(RedisCluster::start(), Kind::ShardedDynamic);
    let mut clients = Clients::new();
    for (name, server) in [("text", 0), ("json", 1), ("bytes", 0), ("mute", 1)] {
        clients.connect(name, &cluster.servers[server], "/", &[]);
    }
    let asker = Asker::new(Kind::ShardedDynamic, &format!("redis-cluster://{}", cluster.redis.addresses().join(",")));
    servers(&asker, &mut clients);
}
