use std::{fmt::Write, fs, path::Path};

use socketio_emitter::{
    Adapter,
    adapter::{ADAPTER_NAMES, Operation},
};

/// The table of the operations that each adapter supports.
fn table() -> String {
    let adapters: Vec<Adapter> = ADAPTER_NAMES.iter().map(|(name, _)| name.parse().unwrap()).collect();
    let mut text = "| operation |".to_owned();
    adapters.iter().for_each(|adapter| write!(text, " {} |", adapter.name()).unwrap());
    text.push_str("\n|---|");
    adapters.iter().for_each(|_| text.push_str("---|"));
    for operation in Operation::ALL {
        write!(text, "\n| {operation} |").unwrap();
        for adapter in &adapters {
            let cell = match (adapter.unsupported_reason(operation), adapter.limitation(operation)) {
                (Some(instead), _) => format!("no: {instead}"),
                (None, Some(limit)) => format!("yes: {limit}"),
                (None, None) => "yes".to_owned(),
            };
            write!(text, " {cell} |").unwrap();
        }
    }
    text + "\n"
}

#[test]
fn operations_table_in_the_documentation_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables/operations.md");
    if std::env::var_os("UPDATE_TABLES").is_some() {
        fs::write(&path, table()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), table(), "set UPDATE_TABLES=1 to update {}", path.display());
}
