//! Rules that derive findings from facts. Each looks for one cause.

mod no_servers;
mod permissions;
mod redis;
mod room;
mod servers;
mod several_adapters;
mod streams;
#[cfg(test)]
mod tests;

use super::{ClusterSeen, Finding, Severity, facts::Facts};

/// The number of names to list in a sentence.
const MAX_LISTED_NAMES: usize = 8;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let rules: [fn(&Facts) -> Vec<Finding>; 7] = [
        redis::check,
        permissions::check,
        several_adapters::check,
        no_servers::check,
        servers::check,
        streams::check,
        room::check,
    ];
    rules.iter().flat_map(|rule| rule(facts)).collect()
}

/// Turns trouble in a cluster that the emitter does not reach into a note.
fn limit_severity(cluster: &ClusterSeen, finding: Finding) -> Finding {
    let severity = if cluster.meant { finding.severity } else { Severity::Note };
    Finding { severity, ..finding }
}

/// `subscribed on this Redis: 2 classic servers with the prefix "chat"; 1 sharded server with the prefix "socket.io"`.
fn subscribed<'a>(clusters: impl IntoIterator<Item = &'a ClusterSeen>) -> String {
    let describe = |cluster: &ClusterSeen| {
        let servers = match cluster.namespaces.iter().filter_map(|namespace| namespace.servers).max() {
            Some(count) => plural(count, &format!("{} server", cluster.adapter)),
            None => format!("{} servers", cluster.adapter),
        };
        format!("{servers} with the prefix {:?}", cluster.prefix)
    };
    let clusters: Vec<_> = clusters.into_iter().map(describe).collect();
    format!("subscribed on this Redis: {}", clusters.join("; "))
}

/// `2 servers`, `1 server`.
fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The text as a word of a shell command, quoted if needed.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,@%+=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// The shell options that select an adapter: `` `--adapter classic` or `--adapter sharded` ``.
fn adapter_options<'a>(clusters: impl IntoIterator<Item = &'a ClusterSeen>) -> String {
    let options: Vec<_> = clusters.into_iter().map(|cluster| format!("`--adapter {}`", cluster.adapter)).collect();
    options.join(" or ")
}

/// `"a", "b" and "c"`.
fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>, conjunction: &str) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("{name:?}")).collect();
    if let Some(more) = quoted.len().checked_sub(MAX_LISTED_NAMES).filter(|more| *more > 0) {
        quoted.truncate(MAX_LISTED_NAMES);
        quoted.push(format!("{more} more"));
    }
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {conjunction} {last}", rest.join(", ")),
        None => String::new(),
    }
}
