//! Requests to 500 sockets on three servers.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use serde_json::{Value, json};
use socketio_interop::{BulkClients, RequestCase, ServerKind, SocketIoCluster, SocketIoServer, on_each_kind};

use super::{
    lookups,
    request_cluster::{LONG, RequestChecker, SHORT, args, id, unique},
};
use crate::run_exclusively;

const SOCKETS: usize = 500;

#[test]
fn requests_to_500_sockets_on_three_servers_return_every_answer() {
    let _guard = run_exclusively();
    on_each_kind(&[ServerKind::Classic, ServerKind::ShardedDynamic, ServerKind::Streams], |kind| {
        let cluster = SocketIoCluster::of(kind);
        let third = SocketIoServer::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = BulkClients::connect(&[first, second, &third], SOCKETS);
        let checker = RequestChecker::new(kind, &cluster.redis.url());
        let with_three_servers = |mut summary: Value| {
            summary["servers"] = json!(3);
            summary["answered"] = json!(3);
            summary
        };

        let ask = RequestCase {
            io: |io, time| io.to("crowd").timeout(time).emit_with_ack("ask", &1).wait().map(|all| json!(all)),
            sio: "emit ask 1 --to crowd --ack",
            path: "/v1/emit/ask?room=crowd",
            body: Some(json!(1)),
        };
        let numbers: BTreeSet<String> = (0..SOCKETS).map(|number| json!([number]).to_string()).collect();
        checker.ask(&ask, LONG, &with_three_servers(checker.ack_summary(SOCKETS, SOCKETS)), |place, acks| {
            assert_eq!(unique(acks, args), numbers, "{place}");
        });
        checker.ask(
            &lookups::all_sockets(),
            LONG,
            &with_three_servers(checker.complete_summary(SOCKETS)),
            |place, sockets| {
                assert_eq!(unique(sockets, id).len(), SOCKETS, "{place}");
            },
        );
        check_late_reader(&checker, &with_three_servers(checker.ack_summary(SOCKETS, SOCKETS)));
    });
}

/// Acknowledgements that arrived before the timeout are returned also if they are read after it.
fn check_late_reader(checker: &RequestChecker, summary: &Value) {
    let io = checker.interfaces.io();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let late_summary = runtime.block_on(async {
        let mut acks = io.to("crowd").timeout(SHORT).emit_with_ack("ask", &1).stream().await.unwrap();
        tokio::time::sleep(SHORT).await;
        while acks.next().await.is_some() {}
        json!(acks.summary())
    });
    assert_eq!(&late_summary, summary, "{}", checker.kind.name());
}
