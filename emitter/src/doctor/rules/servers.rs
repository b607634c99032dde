//! Servers that do not answer, do not receive events, or differ in version.

use super::{limit_severity, plural, quoted_list, shell_word};
use crate::{
    base::Code,
    doctor::{
        ClusterSeen, Finding, NamespaceSeen,
        facts::{Facts, PING, PingFailure},
    },
};

/// The number of connections with unread data to list.
const MAX_LISTED_ADDRESSES: usize = 5;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let of_clusters = facts.clusters.iter().flat_map(|cluster| {
        let findings = [
            no_answer(cluster),
            silent_servers(facts, cluster),
            unheard_event(cluster),
            mixed_versions(cluster),
            no_broadcasts(facts, cluster),
        ];
        findings.into_iter().flatten().map(|finding| limit_severity(cluster, finding))
    });
    ping_failure(facts).into_iter().chain(probe_failure(facts)).chain(of_clusters).collect()
}

fn ping_failure(facts: &Facts) -> Option<Finding> {
    Some(match facts.ping_failure.as_ref()? {
        PingFailure::Unsupported { reason } => Finding::note(
            Code::Unasked,
            "the servers are subscribed, but cannot be pinged to check that they receive messages",
        )
        .why(reason.clone()),
        PingFailure::UnreachableName { reason } => Finding::trouble(Code::UnreachableName, reason.clone())
            .why("servers subscribe with a pattern, in which brackets have a special meaning")
            .todo("use a prefix (option `key`) and namespaces without brackets on the servers"),
        PingFailure::Failed { reason } => {
            Finding::trouble(Code::Unasked, "the servers could not be pinged").why(reason.clone()).todo(
                "check that Redis accepts one more connection and lets it subscribe: `INFO clients`, `CONFIG GET \
                 maxclients`",
            )
        }
    })
}

/// Reported only if no other finding explains it.
fn probe_failure(facts: &Facts) -> Option<Finding> {
    let is_ping_refused = facts.refused_commands.iter().any(|refusal| refusal.operation == PING);
    if facts.ping_failure.is_some() || is_ping_refused {
        return None;
    }
    let reason = facts.probe_failure.clone()?;
    Some(Finding::note(Code::Unprobed, "the test event could not be sent").why(reason))
}

/// Servers that could not be counted, none of which answered a ping.
fn no_answer(cluster: &ClusterSeen) -> Option<Finding> {
    let has_no_answer = |namespace: &&NamespaceSeen| namespace.servers.is_none() && namespace.answered == Some(0);
    let namespace = cluster.namespaces.iter().find(has_no_answer)?;
    let what = format!(
        "no {} server answers on the namespace {:?} with the prefix {:?}",
        cluster.adapter, namespace.name, cluster.prefix
    );
    Some(
        Finding::trouble(Code::NoAnswer, what)
            .why("no server answered a ping, and Redis could not count the servers")
            .todo("check that the servers run, and that they use this Redis, adapter, prefix and namespace"),
    )
}

/// Servers that were counted and did not answer a ping. All namespaces of a server share its connection to Redis, so they
/// are one finding.
fn silent_servers(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    let missing = |namespace: &NamespaceSeen| namespace.servers?.checked_sub(namespace.answered?).filter(|n| *n > 0);
    let silent: Vec<_> = cluster.namespaces.iter().filter(|namespace| missing(namespace).is_some()).collect();
    let worst = silent.iter().max_by_key(|namespace| missing(namespace))?;
    let adapter = &cluster.adapter;
    let what = match (missing(worst)?, worst.servers?) {
        (_, 1) => format!("the only server ({adapter}) does not answer: its clients receive nothing"),
        (1, servers) => format!("1 of {servers} servers ({adapter}) does not answer: its clients receive nothing"),
        (count, servers) => {
            format!("{count} of {servers} servers ({adapter}) do not answer: their clients receive nothing")
        }
    };
    let ids = match worst.silent.as_slice() {
        [] => String::new(),
        [id] => format!(" (server id {id})"),
        ids => format!(" (server ids {})", ids.join(", ")),
    };
    let namespaces = quoted_list(silent.iter().map(|namespace| namespace.name.as_str()), "and");
    let why = format!("subscribed on {namespaces}, but no answer to a ping{ids}");
    let unread = facts.subscribers.iter().filter(|subscriber| subscriber.unread_bytes > 0);
    let unread: Vec<_> = unread.take(MAX_LISTED_ADDRESSES).map(|subscriber| subscriber.address.as_str()).collect();
    let finding = Finding::trouble(Code::SilentServers, what);
    if unread.is_empty() {
        return Some(finding.why(why).todo(
            "restart each server that does not answer: if it does not answer HTTP either, it is frozen; otherwise it \
             stopped receiving after a malformed message and will not recover (`redis-cli CLIENT LIST TYPE pubsub` lists \
             the connected servers)",
        ));
    }
    let addresses = unread.join(", ");
    Some(
        finding.why(format!("{why}; messages wait unread for {addresses}")).todo(format!(
            "restart each server connected from {addresses}: it does not read from Redis, so it is frozen"
        )),
    )
}

/// Servers that answered a ping and did not receive the test event.
fn unheard_event(cluster: &ClusterSeen) -> Option<Finding> {
    let has_unheard = |namespace: &&NamespaceSeen| {
        namespace.heard.zip(namespace.answered).is_some_and(|(heard, answered)| heard < answered)
    };
    let namespace = cluster.namespaces.iter().find(has_unheard)?;
    let (heard, answered) = (namespace.heard?, namespace.answered?);
    let what = format!("{} of {answered} servers that answer pings did not receive the test event", answered - heard);
    Some(
        Finding::trouble(Code::UnheardEvent, what)
            .why(format!("it was sent on {:?}, and {} confirmed it", namespace.name, plural(heard, "server")))
            .todo(
                "check that all servers run the same version of the adapter; acknowledgements need \
                 `@socket.io/redis-adapter` 7.2 or later",
            ),
    )
}

fn mixed_versions(cluster: &ClusterSeen) -> Option<Finding> {
    let [oldest, .., newest] = cluster.versions.as_slice() else { return None };
    let what = format!("the servers run different Socket.IO versions: from {oldest} to {newest}");
    Some(
        Finding::trouble(Code::MixedVersions, what)
            .why(format!("the servers with the prefix {:?} answered a version request", cluster.prefix))
            .todo(
                "upgrade the older servers; until then, binary, `--except`, join, leave, disconnect and server-emit are \
                 refused where the oldest version would handle them incorrectly",
            ),
    )
}

/// Classic servers subscribe to the request channel by name, and to events by pattern.
fn no_broadcasts(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    (cluster.adapter == "classic" && facts.patterns == Some(0)).then(|| {
        let request_channels = format!("{}-request#…", cluster.prefix);
        Finding::trouble(Code::NoBroadcasts, "the servers receive requests but no events")
            .why(format!("{request_channels:?} has subscribers, but PUBSUB NUMPAT reports no subscribed pattern"))
            .todo(format!(
                "permit PSUBSCRIBE to the Redis user of the servers: `redis-cli ACL SETUSER USER +psubscribe {}`",
                shell_word(&format!("&{}*", cluster.prefix))
            ))
    })
}
