//! Every operation through every door on servers of every adapter, which is found by itself: delivered, obeyed or
//! refused, and never sent unseen.

#![allow(clippy::unwrap_used)]

use socketio_interop::{Cluster, DOORS, Kind, Stage, Table, on_each, operations};

/// Which python it is cannot be seen from outside.
fn named(kind: Kind) -> Option<&'static str> {
    (kind == Kind::PythonOld).then_some("python,before-5.15.1")
}

/// What becomes of each operation, which is the same through every door.
fn perform(kind: Kind) -> Vec<&'static str> {
    let mut stage = Stage::new(Cluster::of(kind), 4, named(kind));
    operations()
        .iter()
        .map(|operation| {
            let [first, others @ ..] = DOORS.map(|door| stage.perform(operation, door));
            assert_eq!(others, [first; 2], "{} on {}", operation.name, kind.name());
            first
        })
        .collect()
}

#[test]
fn every_operation_on_every_adapter_is_delivered_obeyed_or_refused() {
    let operations = operations();
    let columns = Kind::ALL.iter().map(|kind| kind.name());
    let mut table = Table::new("adapters", "operation", operations.iter().map(|operation| operation.name), columns);
    for (kind, cells) in on_each(&Kind::ALL, perform) {
        for (operation, cell) in operations.iter().zip(cells) {
            table.set(operation.name, kind.name(), cell);
        }
    }
    table.finish();
}
