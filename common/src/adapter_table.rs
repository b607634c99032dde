use std::fmt::Write;

use socketio_emitter::{
    Adapter,
    adapter::{ADAPTER_NAMES, Operation},
};

/// Table of the operations that each adapter supports, and of each adapter's options, for `--help`.
pub fn adapters() -> String {
    let known: Vec<(Adapter, &[&str])> =
        ADAPTER_NAMES.iter().filter_map(|(name, options)| Some((name.parse().ok()?, *options))).collect();
    let mut text = format!("{:26}", "");
    for (adapter, _) in &known {
        write!(text, "  {}", adapter.name()).unwrap_or_default();
    }
    let mut notes = Vec::new();
    for operation in Operation::ALL {
        write!(text, "\n  {:24}", operation.name()).unwrap_or_default();
        for (adapter, _) in &known {
            let cell = match (adapter.unsupported_reason(operation), adapter.limitation(operation)) {
                (Some(_), _) => "-".to_owned(),
                (None, None) => "yes".to_owned(),
                (None, Some(limit)) => {
                    notes.push(format!("{} {}: {limit}", adapter.name(), operation.name()));
                    format!("yes({})", notes.len())
                }
            };
            write!(text, "  {cell:width$}", width = adapter.name().len()).unwrap_or_default();
        }
    }
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    let mut text = lines.join("\n");
    for (number, note) in notes.iter().enumerate() {
        write!(text, "\n  ({}) {note}", number + 1).unwrap_or_default();
    }
    text.push_str("\n\nAdapter options, after a comma: --adapter streams,count=4");
    for (adapter, options) in known.iter().filter(|(_, options)| !options.is_empty()) {
        write!(text, "\n  {:14} {}", adapter.name(), options.join("  ")).unwrap_or_default();
    }
    text
}
