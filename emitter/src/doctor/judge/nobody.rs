//! Is anybody there whom the session speaks to?

use super::{counted, listed, redis::is_no_place, within, word};
use crate::base::Code;
use crate::doctor::{
    ClusterSeen, Finding,
    facts::{Facts, name},
    near::near,
};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let meant: Vec<_> = facts.clusters.iter().filter(|cluster| cluster.meant).collect();
    let mut found = clash(facts);
    match meant.as_slice() {
        [] if !facts.clusters.is_empty() => found.push(elsewhere(facts)),
        [] if is_no_place(facts) => {}
        // Where nothing can be seen, nobody can say that nobody is there.
        [] if facts.is_blind() => {}
        [] => found.push(nothing(facts)),
        [cluster] => found.extend(namespace(facts, cluster)),
        several => found.extend(ambiguous(facts, several)),
    }
    found
}

fn nothing(facts: &Facts) -> Finding {
    let finding = Finding::trouble(Code::NoServers, "no Socket.IO server is connected to this Redis");
    let why = "no channel of any Redis adapter has a subscriber";
    let strangers: Vec<_> =
        facts.strangers.iter().map(String::as_str).filter(|name| !name.contains('#')).take(5).collect();
    if !strangers.is_empty() {
        return finding.because(format!("{why}; others have: {}", listed(strangers.iter().copied()))).so(format!(
            "see that the servers run, that they use this very Redis (--url), and that they have a Redis adapter: \
             io.adapter(createAdapter(pub, sub)); if one of those channels is python-socketio's: --adapter python \
             --prefix {}",
            word(strangers[0])
        ));
    }
    let elsewhere: Vec<_> =
        facts.info.databases.iter().filter(|database| Some(**database) != facts.wanted.database).collect();
    if let (Some(here), [other, ..]) = (facts.wanted.database, elsewhere.as_slice()) {
        return finding.because(format!("{why}; the session is on database {here}, and database {other} has keys")).so(
            format!(
                "give the servers a Redis adapter, and this Redis; for the streams adapter before 0.3 the database \
                 matters as well: redis://HOST/{other}"
            ),
        );
    }
    finding
        .because(why)
        .so("see that the servers run, that they use this very Redis (--url), and that they have a Redis adapter: \
         io.adapter(createAdapter(pub, sub))")
}

/// Servers are there, and the session speaks past all of them.
fn elsewhere(facts: &Facts) -> Finding {
    let wanted = &facts.wanted;
    let expected = wanted.adapter.as_ref().map(ToString::to_string);
    let same_prefix = |cluster: &&ClusterSeen| wanted.prefix_for(name(&cluster.adapter)) == cluster.prefix;
    let others: Vec<String> = facts.clusters.iter().map(told).collect();
    let others = format!("subscribed are {}", others.join("; "));
    if let (Some(expected), Some(cluster)) = (&expected, facts.clusters.iter().find(same_prefix)) {
        let what = format!("the servers run the adapter {}, the session is set to {expected}", cluster.adapter);
        let finding = Finding::trouble(Code::OtherAdapter, what).because(others);
        let spoken = facts.clusters.iter().find(|cluster| wanted.speaks(&cluster.adapter));
        let todo = match spoken {
            Some(ClusterSeen { adapter, prefix, .. }) => {
                format!("--adapter {}, or for the servers of {adapter}: --prefix {}", cluster.adapter, word(prefix))
            }
            None => {
                format!("--adapter {}, or leave --adapter and SIO_ADAPTER out: it is found by itself", cluster.adapter)
            }
        };
        return finding.so(todo);
    }
    let spoken = facts.clusters.iter().find(|cluster| wanted.speaks(&cluster.adapter));
    let cluster = spoken.unwrap_or(&facts.clusters[0]);
    let flag = match (&expected, spoken) {
        (Some(_), None) => format!("--adapter {} --prefix {}", cluster.adapter, word(&cluster.prefix)),
        _ => format!("--prefix {}", word(&cluster.prefix)),
    };
    let used = wanted.prefix_for(name(&cluster.adapter));
    let what = format!("the servers use the prefix {:?}, the session uses {used:?}", cluster.prefix);
    Finding::trouble(Code::OtherPrefix, what).because(others).so(flag)
}

fn namespace(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    let wanted = facts.wanted.namespace.as_str();
    let names: Vec<_> = cluster.namespaces.iter().map(|namespace| namespace.name.as_str()).collect();
    if names.contains(&wanted) || names.contains(&"*") {
        return None;
    }
    // Servers before 0.3 of the streams adapter show no namespaces but those that are asked for.
    if cluster.adapter.contains("before-0.3") {
        return None;
    }
    let finding = Finding::trouble(Code::NoNamespace, format!("no server has the namespace {wanted:?}"))
        .because(format!("the servers have {}", listed(names.iter().copied())));
    let near = near(wanted, names.iter().copied().filter(|name| *name != "/"));
    Some(match near.first() {
        Some(name) => {
            finding.so(format!("did you mean {}? --namespace {}", listed(near.iter().map(String::as_str)), word(name)))
        }
        None => finding.so(
            "see that the servers make it, with io.of(NAME); one that is made by a pattern is there when its first \
             client comes",
        ),
    })
}

/// Which of them is meant, if no adapter was named?
fn ambiguous(facts: &Facts, several: &[&ClusterSeen]) -> Option<Finding> {
    if facts.wanted.adapter.is_some() || !clash(facts).is_empty() {
        return None;
    }
    let names: Vec<_> = several.iter().map(|cluster| cluster.adapter.as_str()).collect();
    Some(
        Finding::trouble(
            Code::SeveralAdapters,
            "servers of several adapters are here, and the session is not told which",
        )
        .because(several.iter().map(|cluster| told(cluster)).collect::<Vec<_>>().join("; "))
        .so(format!("say which: --adapter {}", names.join(" or --adapter "))),
    )
}

/// Several adapters with one prefix read each other's messages, or miss them.
fn clash(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, cluster) in facts.clusters.iter().enumerate() {
        let same: Vec<_> = facts.clusters.iter().filter(|other| other.prefix == cluster.prefix).collect();
        let is_first = facts.clusters[..index].iter().all(|other| other.prefix != cluster.prefix);
        if same.len() < 2 || !is_first {
            continue;
        }
        let names: Vec<_> = same.iter().map(|cluster| cluster.adapter.as_str()).collect();
        let what = format!(
            "servers of {} share the prefix {:?}: they do not hear each other",
            names.join(" and "),
            cluster.prefix
        );
        let todo = format!(
            "give all servers one adapter, or each cluster a prefix of its own (key, channelPrefix, streamName); until \
             then say who is meant: --adapter {}",
            names.join(" or --adapter ")
        );
        let why = same.iter().map(|cluster| told(cluster)).collect::<Vec<_>>().join("; ");
        let deafens = match (names.contains(&"classic"), names.contains(&"streams")) {
            (true, true) => {
                "; what servers of streams ask each other leaves those of classic deaf, so they were not asked"
            }
            _ => "",
        };
        let finding = Finding::trouble(Code::SeveralAdapters, what).because(format!("{why}{deafens}")).so(todo);
        found.push(within(same.iter().find(|cluster| cluster.meant).unwrap_or(&same[0]), finding));
    }
    found
}

/// `2 servers of sharded under "chat"`.
fn told(cluster: &ClusterSeen) -> String {
    let most = cluster.namespaces.iter().filter_map(|namespace| namespace.servers).max();
    let servers = most.map_or_else(|| "servers".to_owned(), |count| counted(count, "server"));
    format!("{servers} of {} with the prefix {:?}", cluster.adapter, cluster.prefix)
}
