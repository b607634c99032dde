//! Every operation through every door on every Socket.IO: delivered, obeyed or refused, and never sent unseen.

use socketio_interop::{Cluster, DOORS, Stage, Table, operations};

/// The first version that obeys; the ones before refuse.
fn since(operation: &str) -> u8 {
    match operation {
        "server-side emit" => 4,
        "emit to all but a room" | "emit to all but a socket" => 3,
        name if ["join", "leave", "disconnect"].iter().any(|order| name.starts_with(order)) => 3,
        _ => 2,
    }
}

#[test]
fn every_operation_on_every_socket_io_is_delivered_obeyed_or_refused() {
    let versions = [("4 on node-redis", 4), ("4 on ioredis", 4), ("3", 3), ("2", 2)];
    let columns = versions.iter().flat_map(|(name, _)| DOORS.map(|door| format!("{name}: {door}")));
    let operations = operations();
    let mut table = Table::new("versions", "operation", operations.iter().map(|operation| operation.name), columns);
    for (name, version) in versions {
        let cluster = match name {
            "4 on node-redis" => Cluster::start(),
            "4 on ioredis" => Cluster::start_with(&[("REDIS_CLIENT", "ioredis")]),
            _ => Cluster::start_old(version),
        };
        let mut stage = Stage::new(cluster, version, None);
        for door in DOORS {
            for operation in &operations {
                let cell = stage.perform(operation, door);
                assert_eq!(
                    cell == "refused",
                    version < since(operation.name),
                    "{} on {name} by {door}",
                    operation.name
                );
                table.set(operation.name, &format!("{name}: {door}"), cell);
            }
        }
    }
    table.finish();
}
