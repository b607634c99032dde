//! The streams: does anybody read them?

use super::{listed, word};
use crate::base::Code;
use crate::doctor::{ClusterSeen, Finding, facts::Facts};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    database(facts).or_else(|| unread(facts)).into_iter().collect()
}

/// A channel is heard on every database, and a stream is on one.
fn database(facts: &Facts) -> Option<Finding> {
    let meant = |cluster: &&ClusterSeen| cluster.meant && cluster.adapter.starts_with("streams");
    facts.clusters.iter().find(meant).filter(|_| facts.read_streams.is_empty())?;
    let here = facts.wanted.database?;
    let mut theirs: Vec<u64> = facts.subscribers.iter().filter_map(|subscriber| subscriber.database).collect();
    theirs.sort_unstable();
    theirs.dedup();
    let &[there] = theirs.as_slice() else { return None };
    if there == here {
        return None;
    }
    let what = format!("the servers are on database {there}, the session on {here}: they do not read its stream");
    let finding = match facts.wanted.adapter {
        Some(_) => Finding::trouble(Code::OtherDatabase, what),
        // Who finds out that nobody reads a stream here writes to the channel.
        None => Finding::note(Code::OtherDatabase, what),
    };
    Some(
        finding
            .because("all subscribers of this Redis are on that database (CLIENT LIST), and nobody reads a stream here")
            .so(format!("--url redis://HOST:PORT/{there}")),
    )
}

/// A stream that nobody reads is left over, or its readers are stuck: they read an entry that they cannot read again and
/// again, and answer on their channel all the same.
fn unread(facts: &Facts) -> Option<Finding> {
    // Where nothing is taken in a stream, nobody can be asked in one.
    if facts.unread_streams.is_empty() || facts.refused.iter().any(|refusal| refusal.what == "XADD") {
        return None;
    }
    let names = listed(facts.unread_streams.iter().map(String::as_str));
    let alive = |cluster: &&ClusterSeen| {
        cluster.meant
            && cluster.adapter.starts_with("streams")
            && cluster.namespaces.iter().any(|namespace| namespace.answered > Some(0))
    };
    let stuck = facts.clusters.iter().find(alive).filter(|_| facts.read_streams.is_empty());
    Some(match stuck {
        Some(_) => Finding::trouble(Code::StuckStream, "servers answer on their channel, and do not read their stream")
            .because(format!("the stream {names} exists, and nobody answers a question in it"))
            .so(format!(
                "restart the servers: a malformed entry stops its readers for good, and a new one begins behind it{}",
                elsewhere(facts)
            )),
        None => Finding::note(Code::UnreadStream, format!("no server that can be seen reads the stream {names}"))
            .because("it exists, and nobody answers a question in it: it is left over, or its readers are frozen")
            .so(format!("if nobody uses it any more, it only takes memory: {}", unlink(facts))),
    })
}

/// Servers may be on another database than this one, if others are.
fn elsewhere(facts: &Facts) -> String {
    let mut theirs = facts.subscribers.iter().filter_map(|subscriber| subscriber.database);
    let there = theirs.find(|database| facts.wanted.database.is_some_and(|here| here != *database));
    there.map(|there| format!("; if they are on database {there}: --url redis://HOST:PORT/{there}")).unwrap_or_default()
}

/// The command that deletes the streams that nobody reads.
fn unlink(facts: &Facts) -> String {
    let database = facts.wanted.database.filter(|number| *number > 0).map(|number| format!(" -n {number}"));
    let keys: Vec<_> = facts.unread_streams.iter().map(|key| word(key)).collect();
    format!("redis-cli{} UNLINK {}", database.unwrap_or_default(), keys.join(" "))
}
