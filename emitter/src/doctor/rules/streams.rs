//! Streams that no server reads.

use super::{quoted_list, shell_word};
use crate::{
    base::Code,
    doctor::{ClusterSeen, Finding, facts::Facts},
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    other_database(facts).or_else(|| unread_streams(facts)).into_iter().collect()
}

/// Channels work across databases; a stream is in one database.
fn other_database(facts: &Facts) -> Option<Finding> {
    let is_streams = |cluster: &&ClusterSeen| cluster.meant && cluster.adapter.starts_with("streams");
    facts.clusters.iter().find(is_streams).filter(|_| facts.read_streams.is_empty())?;
    let own = facts.settings.database?;
    let mut databases: Vec<u64> = facts.subscribers.iter().filter_map(|subscriber| subscriber.database).collect();
    databases.sort_unstable();
    databases.dedup();
    let &[other] = databases.as_slice() else { return None };
    if other == own {
        return None;
    }
    let what =
        format!("the servers use database {other}, but the emitter uses database {own}: they do not read its stream");
    let finding = match facts.settings.adapter {
        Some(_) => Finding::trouble(Code::OtherDatabase, what),
        // An emitter that detects the adapter detects this too, and publishes on the channel instead.
        None => Finding::note(Code::OtherDatabase, what),
    };
    Some(
        finding
            .why(format!(
                "CLIENT LIST shows all subscribers on database {other}, and no server reads a stream on database {own}"
            ))
            .todo(format!("use `--url redis://HOST:PORT/{other}`")),
    )
}

/// A stream without readers is left over, or its readers are stuck: a server retries a malformed entry for ever, and still
/// answers on its channel.
fn unread_streams(facts: &Facts) -> Option<Finding> {
    // If Redis refuses XADD, the servers could not be asked which streams they read.
    if facts.unread_streams.is_empty() || facts.refused_commands.iter().any(|refusal| refusal.operation == "XADD") {
        return None;
    }
    let noun = if facts.unread_streams.len() == 1 { "stream" } else { "streams" };
    let streams = format!("the {noun} {}", quoted_list(facts.unread_streams.iter().map(String::as_str), "and"));
    let answers = |cluster: &&ClusterSeen| {
        cluster.meant
            && cluster.adapter.starts_with("streams")
            && cluster.namespaces.iter().any(|namespace| namespace.answered > Some(0))
    };
    let stuck = facts.clusters.iter().find(answers).filter(|_| facts.read_streams.is_empty());
    Some(match stuck {
        Some(_) => {
            Finding::trouble(Code::StuckStream, "the servers answer on their channel but do not read their stream")
                .why(format!("no server answered a request in {streams}"))
                .todo(format!(
                    "restart the servers: a malformed entry stops them from reading further, and a restarted server \
                     starts after it{}",
                    database_advice(facts)
                ))
        }
        None => Finding::note(Code::UnreadStream, format!("no server found here reads {streams}"))
            .why("no server answered a request there: the readers are gone or frozen")
            .todo(format!(
                "if no cluster uses this data any more, delete it to free memory: {}",
                unlink_command(facts)
            )),
    })
}

/// The servers may use another database, if other subscribers do.
fn database_advice(facts: &Facts) -> String {
    let own = facts.settings.database;
    let mut databases = facts.subscribers.iter().filter_map(|subscriber| subscriber.database);
    match databases.find(|database| own.is_some_and(|own| own != *database)) {
        Some(other) => format!("; if they use database {other}, use `--url redis://HOST:PORT/{other}`"),
        None => String::new(),
    }
}

fn unlink_command(facts: &Facts) -> String {
    let database = facts.settings.database.filter(|number| *number > 0).map(|number| format!(" -n {number}"));
    let keys: Vec<_> = facts.unread_streams.iter().map(|key| shell_word(key)).collect();
    format!("`redis-cli{} UNLINK {}`", database.unwrap_or_default(), keys.join(" "))
}
