//! Five hundred sockets on three servers, and what all of them say.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_interop::{Cluster, Crowd, Kind, Question, Server, on_each};

use crate::{
    looks,
    world::{Asker, LONG, SHORT, args, id, sorted},
};

const SOCKETS: usize = 500;

#[test]
fn five_hundred_sockets_on_three_servers_acknowledge() {
    on_each(&[Kind::Classic, Kind::ShardedDynamic, Kind::Streams], |kind| {
        let cluster = Cluster::of(kind);
        let third = Server::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = Crowd::connect(&[first, second, &third], SOCKETS);
        let asker = Asker::new(kind, &cluster.redis.url());
        let three = |mut tally: Value| {
            tally["servers"] = json!(3);
            tally["answered"] = json!(3);
            tally
        };

        let ask = Question {
            io: |io, time| io.to("crowd").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
            sio: "emit ask 1 --to crowd --ack",
            path: "/v1/emit/ask?room=crowd",
            body: Some(json!(1)),
        };
        let numbers: BTreeSet<String> = (0..SOCKETS).map(|number| json!([number]).to_string()).collect();
        asker.ask(&ask, LONG, &three(asker.acknowledged(SOCKETS, SOCKETS)), |place, acks| {
            assert_eq!(sorted(acks, args), numbers, "{place}");
        });
        asker.ask(&looks::all_sockets(), LONG, &three(asker.whole(SOCKETS)), |place, sockets| {
            assert_eq!(sorted(sockets, id).len(), SOCKETS, "{place}");
        });
        slowly(&asker, &three(asker.acknowledged(SOCKETS, SOCKETS)));
    });
}

/// What came in time is there, also for one who fetches it when the time is over.
fn slowly(asker: &Asker, tally: &Value) {
    let io = asker.doors.io();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = runtime.block_on(async {
        let mut acks = io.to("crowd").timeout(SHORT).emit_with_ack("ask", &1).stream().await.unwrap();
        tokio::time::sleep(SHORT).await;
        while acks.next().await.is_some() {}
        json!(acks.tally())
    });
    assert_eq!(&told, tally, "{}", asker.kind.name());
}
