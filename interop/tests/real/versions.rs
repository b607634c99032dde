//! Every operation through every interface on servers of Socket.IO 4, 3 and 2.

use socketio_interop::{DocTable, INTERFACES, OperationRunner, SocketIoCluster, all_operations};

use crate::run_exclusively;

/// The first version of Socket.IO that supports an operation. It is refused for earlier versions.
fn first_version(operation: &str) -> u8 {
    match operation {
        "server-side emit" => 4,
        "emit to all but a room" | "emit to all but a socket" => 3,
        name if ["join", "leave", "disconnect"].iter().any(|command| name.starts_with(command)) => 3,
        _ => 2,
    }
}

#[test]
fn every_operation_on_every_version_is_delivered_obeyed_or_refused() {
    let _guard = run_exclusively();
    let versions = [("4 on node-redis", 4), ("4 on ioredis", 4), ("3", 3), ("2", 2)];
    let columns = versions.iter().flat_map(|(name, _)| INTERFACES.map(|interface| format!("{name}: {interface}")));
    let operations = all_operations();
    let mut table = DocTable::new("versions", "operation", operations.iter().map(|operation| operation.name), columns);
    for (name, version) in versions {
        let cluster = match name {
            "4 on node-redis" => SocketIoCluster::start(),
            "4 on ioredis" => SocketIoCluster::start_with(&[("REDIS_CLIENT", "ioredis")]),
            _ => SocketIoCluster::start_legacy(version),
        };
        let mut runner = OperationRunner::new(cluster, version, None);
        for interface in INTERFACES {
            for operation in &operations {
                let cell = runner.perform(operation, interface);
                let place = format!("{} on {name} by {interface}", operation.name);
                assert_eq!(cell == "refused", version < first_version(operation.name), "{place}");
                table.set(operation.name, &format!("{name}: {interface}"), cell);
            }
        }
    }
    table.check();
}
