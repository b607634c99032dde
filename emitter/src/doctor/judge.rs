//! What the facts mean. Each rule looks for one cause; none does I/O.

mod nobody;
mod redis;
mod rights;
mod room;
mod servers;
mod streams;
#[cfg(test)]
mod tests;

use super::{ClusterSeen, Finding, Severity, facts::Facts};

/// How many names are told at most.
const TOLD: usize = 8;

/// Everything that is wrong, or worth knowing.
pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let rules: [fn(&Facts) -> Vec<Finding>; 6] =
        [redis::judge, rights::judge, nobody::judge, servers::judge, streams::judge, room::judge];
    rules.iter().flat_map(|rule| rule(facts)).collect()
}

/// What is wrong in another cluster is worth knowing, and keeps nothing of ours from arriving.
fn within(cluster: &ClusterSeen, finding: Finding) -> Finding {
    let severity = if cluster.meant { finding.severity } else { Severity::Note };
    Finding { severity, ..finding }
}

/// `2 servers`, `1 server`.
fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// As one would type it.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,@%+=".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// `"a", "b" and "c"`.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("{name:?}")).collect();
    if let Some(more) = quoted.len().checked_sub(TOLD).filter(|more| *more > 0) {
        quoted.truncate(TOLD);
        quoted.push(format!("{more} more"));
    }
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
