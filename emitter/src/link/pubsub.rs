//! What Redis can be asked about subscriptions, and how it answers.

use redis::{Cmd, Value};

/// The subscribers of each channel.
pub(super) fn numsub(channels: &[&str]) -> Cmd {
    let mut cmd = redis::cmd("PUBSUB");
    cmd.arg("NUMSUB").arg(channels);
    cmd
}

/// The counts in the answer to NUMSUB: channel and count in turn, or a map of them.
pub(super) fn counts(value: Value) -> Vec<u64> {
    let count = |value: &Value| match value {
        Value::Int(count) => u64::try_from(*count).ok(),
        _ => None,
    };
    match value {
        Value::Array(items) => items.chunks(2).filter_map(|pair| pair.get(1).and_then(count)).collect(),
        Value::Map(pairs) => pairs.iter().filter_map(|(_, subscribers)| count(subscribers)).collect(),
        _ => Vec::new(),
    }
}

/// The channels with subscribers whose names begin so.
pub(super) fn channels(start: &str) -> Cmd {
    let mut cmd = redis::cmd("PUBSUB");
    cmd.arg("CHANNELS").arg(format!("{}*", escaped(start)));
    cmd
}

/// Text that a Redis pattern takes literally.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
