//! The servers: do they live, do they hear, do they fit together?

use super::{counted, listed, within, word};
use crate::base::Code;
use crate::doctor::{
    ClusterSeen, Finding, NamespaceSeen,
    facts::{Facts, QUESTION, Unasked},
};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let each = facts.clusters.iter().flat_map(|cluster| {
        let found =
            [mute(cluster), silent(facts, cluster), unheard(cluster), mixed(cluster), broadcasts(facts, cluster)];
        found.into_iter().flatten().map(|finding| within(cluster, finding))
    });
    unasked(facts).into_iter().chain(each).collect()
}

/// Nobody knows whether they live.
fn unasked(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(facts.unasked.as_ref().map(|unasked| {
        match unasked {
            Unasked::Never { why } => Finding::note(
                Code::Unasked,
                "that the servers are subscribed is all that shows: nobody can ask whether they hear",
            )
            .because(why.clone()),
            Unasked::Name { why } => Finding::trouble(Code::UnreachableName, why.clone())
                .because("servers subscribe by a pattern, in which a bracket stands for something else")
                .so("give the servers a prefix (key) and namespaces without brackets"),
            Unasked::Failed { why } => Finding::trouble(
                Code::Unasked,
                "the servers could not be asked whether they hear",
            )
            .because(why.clone())
            .so("see that this Redis lets one more connection in, and subscribe: INFO clients, CONFIG GET maxclients"),
        }
    }));
    let known = facts.unasked.is_some() || facts.refused.iter().any(|refusal| refusal.what == QUESTION);
    found.extend(facts.unprobed.as_ref().filter(|_| !known).map(|why| {
        Finding::note(Code::Unprobed, "no event was sent to see whether the servers hear it").because(why.clone())
    }));
    found
}

/// Asked without being counted, and not answering.
fn mute(cluster: &ClusterSeen) -> Option<Finding> {
    let mute = |namespace: &&NamespaceSeen| namespace.servers.is_none() && namespace.answered == Some(0);
    let namespace = cluster.namespaces.iter().find(mute)?;
    let what = format!(
        "no server of {} answers on {:?} with the prefix {:?}",
        cluster.adapter, namespace.name, cluster.prefix
    );
    Some(
        Finding::trouble(Code::NoAnswer, what)
            .because("they were asked, and nobody can count them")
            .so("see that the servers run, on this Redis, and with this adapter, prefix and namespace"),
    )
}

/// Counted, and not answering. All namespaces of a server share its connection, so they are told together.
fn silent(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    let missing = |namespace: &NamespaceSeen| namespace.servers?.checked_sub(namespace.answered?).filter(|n| *n > 0);
    let silent: Vec<_> = cluster.namespaces.iter().filter(|namespace| missing(namespace).is_some()).collect();
    let worst = silent.iter().max_by_key(|namespace| missing(namespace))?;
    let (count, servers) = (missing(worst)?, worst.servers?);
    let does = if count == 1 { "does" } else { "do" };
    let what = match servers {
        1 => format!("the only server ({}) does not answer: clients there receive nothing", cluster.adapter),
        _ => format!(
            "{count} of {servers} servers ({}) {does} not answer: clients there receive nothing",
            cluster.adapter
        ),
    };
    let names = listed(silent.iter().map(|namespace| namespace.name.as_str()));
    let ids = match worst.silent.as_slice() {
        [] => String::new(),
        ids => format!(" ({} {})", if ids.len() == 1 { "its id is" } else { "their ids are" }, ids.join(", ")),
    };
    let behind: Vec<_> = facts.subscribers.iter().filter(|subscriber| subscriber.waiting > 0).collect();
    let finding = Finding::trouble(Code::SilentServers, what);
    if behind.is_empty() {
        return Some(finding.because(format!("subscribed on {names}, and silent when asked{ids}")).so(
            "restart what does not answer: if its HTTP is silent too, it is frozen; if that works, a malformed \
                     message has left it deaf, and it will not recover (redis-cli CLIENT LIST TYPE pubsub shows who is \
                     connected)",
        ));
    }
    let addresses: Vec<_> = behind.iter().take(5).map(|subscriber| subscriber.address.as_str()).collect();
    Some(
        finding
            .because(format!(
                "subscribed on {names}, and silent when asked{ids}; messages wait unread for {}",
                addresses.join(", ")
            ))
            .so(format!("restart what is connected from {}: it does not read, so it is frozen", addresses.join(", "))),
    )
}

/// Alive, and yet deaf for events.
fn unheard(cluster: &ClusterSeen) -> Option<Finding> {
    let unheard = |namespace: &&NamespaceSeen| {
        namespace.heard.zip(namespace.answered).is_some_and(|(heard, alive)| heard < alive)
    };
    let namespace = cluster.namespaces.iter().find(unheard)?;
    let (heard, answered) = (namespace.heard?, namespace.answered?);
    let what = format!("{} of {answered} servers that answer did not hear an event", answered - heard);
    Some(
        Finding::trouble(Code::UnheardEvent, what)
            .because(format!("the event was sent on {:?}; {} said so", namespace.name, counted(heard, "server")))
            .so("see that all servers run the same version of the adapter; acknowledgements need redis-adapter 7.2"),
    )
}

fn mixed(cluster: &ClusterSeen) -> Option<Finding> {
    let [oldest, .., newest] = cluster.versions.as_slice() else { return None };
    let what = format!("servers of several generations are in one cluster: from {oldest} to {newest}");
    Some(
        Finding::trouble(Code::MixedVersions, what)
            .because(format!("they answered so, with the prefix {:?}", cluster.prefix))
            .so("upgrade the older ones; until then binary, --except, join, leave, disconnect and server-emit are \
                 refused where the oldest would do them wrongly"),
    )
}

/// Servers of the classic adapter hear requests by name and events by a pattern.
fn broadcasts(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    (cluster.adapter == "classic" && facts.patterns == Some(0)).then(|| {
        Finding::trouble(Code::NoBroadcasts, "servers hear requests, but nobody hears events")
            .because(format!("{:?} has subscribers, and PUBSUB NUMPAT is 0", format!("{}-request#…", cluster.prefix)))
            .so(format!(
                "permit the servers' user PSUBSCRIBE: redis-cli ACL SETUSER USER +psubscribe {}",
                word(&format!("&{}*", cluster.prefix))
            ))
    })
}
