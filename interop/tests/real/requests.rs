//! Requests to clusters of every kind through every interface: acknowledgements, sockets, rooms and servers.

mod acks;
mod bulk;
mod forged;
mod frozen;
mod lookups;
mod request_cluster;
mod required;

use socketio_interop::{DocTable, ServerKind, on_each_kind};

use self::request_cluster::RequestCluster;
use crate::run_exclusively;

/// Sends a request, checks its answers and returns the cell for the table.
type RequestCheck = fn(&mut RequestCluster) -> &'static str;

const REQUESTS: [(&str, RequestCheck); 7] = [
    ("acknowledgements", acks::all_clients),
    ("acknowledgements, binary", acks::binary),
    ("acknowledgements, one client does not answer", acks::one_client_missing),
    ("sockets", lookups::sockets),
    ("rooms", lookups::rooms),
    ("servers", lookups::servers),
    ("server acknowledgements", acks::servers),
];

fn perform_all(kind: ServerKind) -> Vec<(&'static str, &'static str)> {
    let mut cluster = RequestCluster::start(kind);
    let mut cells: Vec<_> = REQUESTS.iter().map(|(request, check)| (*request, check(&mut cluster))).collect();
    acks::expected_count(&cluster);
    lookups::limits_and_counts(&cluster);
    required::check_required_servers(&cluster.checker, &mut cluster.clients);
    cells.extend(frozen::requests(&mut cluster));
    cells
}

#[test]
fn every_request_on_every_adapter_is_answered_or_refused() {
    let _guard = run_exclusively();
    let rows = REQUESTS.iter().map(|(request, _)| *request).chain(frozen::REQUESTS);
    let mut table = DocTable::new("questions", "request", rows, ServerKind::ALL.iter().map(|kind| kind.name()));
    for (kind, cells) in on_each_kind(&ServerKind::ALL, perform_all) {
        for (request, cell) in cells {
            table.set(request, kind.name(), cell);
        }
    }
    table.check();
}
