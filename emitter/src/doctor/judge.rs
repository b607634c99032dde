//! What the facts mean. Each rule looks for one cause; none does I/O.

mod nobody;
mod redis;
mod room;
mod servers;
#[cfg(test)]
mod tests;

use super::{Finding, facts::Facts};

/// Everything that is wrong, or worth knowing.
pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let rules: [fn(&Facts) -> Vec<Finding>; 4] = [redis::judge, nobody::judge, servers::judge, room::judge];
    rules.iter().flat_map(|rule| rule(facts)).collect()
}

/// `2 servers`, `1 server`.
fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `"a", "b" and "c"`.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("{name:?}")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
