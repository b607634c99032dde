//! Every operation through every interface on servers of every adapter, which is detected automatically.

use socketio_interop::{
    DocTable, INTERFACES, OperationRunner, ServerKind, SocketIoCluster, all_operations, on_each_kind,
};

use crate::run_exclusively;

/// The version of python-socketio cannot be detected.
fn configured_adapter(kind: ServerKind) -> Option<&'static str> {
    (kind == ServerKind::PythonOld).then_some("python,before-5.15.1")
}

/// The result of each operation, which is the same through every interface.
fn perform_all(kind: ServerKind) -> Vec<&'static str> {
    let mut runner = OperationRunner::new(SocketIoCluster::of(kind), 4, configured_adapter(kind));
    all_operations()
        .iter()
        .map(|operation| {
            let [first, others @ ..] = INTERFACES.map(|interface| runner.perform(operation, interface));
            assert_eq!(others, [first; 2], "{} on {}", operation.name, kind.name());
            first
        })
        .collect()
}

#[test]
fn every_operation_on_every_adapter_is_delivered_obeyed_or_refused() {
    let _guard = run_exclusively();
    let operations = all_operations();
    let columns = ServerKind::ALL.iter().map(|kind| kind.name());
    let mut table = DocTable::new("adapters", "operation", operations.iter().map(|operation| operation.name), columns);
    for (kind, cells) in on_each_kind(&ServerKind::ALL, perform_all) {
        for (operation, cell) in operations.iter().zip(cells) {
            table.set(operation.name, kind.name(), cell);
        }
    }
    table.check();
}
