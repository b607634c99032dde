//! No servers match the emitter's adapter, prefix and namespace.

use super::{quoted_list, redis::has_no_subscribers, shell_word, subscribed};
use crate::{
    base::Code,
    doctor::{
        ClusterSeen, Finding,
        facts::{Facts, base_name},
        similar_names::similar_names,
    },
};

/// The number of other channels to list.
const MAX_OTHER_CHANNELS: usize = 5;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let reached: Vec<_> = facts.clusters.iter().filter(|cluster| cluster.meant).collect();
    let finding = match reached.as_slice() {
        [] if !facts.clusters.is_empty() => Some(other_cluster(facts)),
        [] if has_no_subscribers(facts) => None,
        // Without PUBSUB, servers may be there unseen.
        [] if facts.is_pubsub_refused() => None,
        [] => Some(no_servers(facts)),
        [cluster] => no_namespace(facts, cluster),
        _ => None,
    };
    finding.into_iter().collect()
}

fn no_servers(facts: &Facts) -> Finding {
    let finding = Finding::trouble(Code::NoServers, "no Socket.IO server is connected to this Redis");
    let why = "no channel of a Socket.IO adapter has subscribers";
    let todo = "check that the servers run, connect to this Redis (`--url`), and use a Redis adapter: \
                `io.adapter(createAdapter(pubClient, subClient))`";
    let others = facts.other_channels.iter().map(String::as_str).filter(|name| !name.contains('#'));
    let others: Vec<_> = others.take(MAX_OTHER_CHANNELS).collect();
    if let [first, ..] = others.as_slice() {
        return finding
            .why(format!("{why}; other channels have subscribers: {}", quoted_list(others.iter().copied(), "and")))
            .todo(format!(
                "{todo}; if python-socketio uses one of those channels, use `--adapter python --prefix {}`",
                shell_word(first)
            ));
    }
    let mut other_databases =
        facts.info.databases.iter().filter(|database| Some(**database) != facts.settings.database);
    if let (Some(database), Some(other)) = (facts.settings.database, other_databases.next()) {
        return finding
            .why(format!("{why}; the emitter uses database {database}, and database {other} has keys"))
            .todo(format!(
                "{todo}; if they run the streams adapter before 0.3, use their database: \
                 `--url redis://HOST:PORT/{other}`"
            ));
    }
    finding.why(why).todo(todo)
}

/// There are servers, but the emitter's adapter or prefix matches none of them.
fn other_cluster(facts: &Facts) -> Finding {
    let settings = &facts.settings;
    let configured = settings.adapter.as_ref().map(ToString::to_string);
    let has_same_prefix = |cluster: &&ClusterSeen| settings.prefix_for(base_name(&cluster.adapter)) == cluster.prefix;
    let same_adapter = facts.clusters.iter().find(|cluster| settings.matches_adapter(&cluster.adapter));
    if let (Some(configured), Some(cluster)) = (&configured, facts.clusters.iter().find(has_same_prefix)) {
        let what = format!("the servers use the {} adapter, but the emitter is set to {configured}", cluster.adapter);
        let todo = match same_adapter {
            Some(ClusterSeen { adapter, prefix, .. }) => format!(
                "use `--adapter {}`, or `--prefix {}` to reach the {adapter} servers",
                cluster.adapter,
                shell_word(prefix)
            ),
            None => format!(
                "use `--adapter {}`, or omit `--adapter` and unset `SIO_ADAPTER` to detect the adapter",
                cluster.adapter
            ),
        };
        return Finding::trouble(Code::OtherAdapter, what).why(subscribed(&facts.clusters)).todo(todo);
    }
    let cluster = same_adapter.unwrap_or(&facts.clusters[0]);
    let what = format!(
        "the servers use the prefix {:?}, but the emitter uses {:?}",
        cluster.prefix,
        settings.prefix_for(base_name(&cluster.adapter))
    );
    let prefix = shell_word(&cluster.prefix);
    let todo = match (&configured, same_adapter) {
        (Some(_), None) => format!("use `--adapter {} --prefix {prefix}`", cluster.adapter),
        _ => format!("use `--prefix {prefix}`"),
    };
    Finding::trouble(Code::OtherPrefix, what).why(subscribed(&facts.clusters)).todo(todo)
}

fn no_namespace(facts: &Facts, cluster: &ClusterSeen) -> Option<Finding> {
    let namespace = facts.settings.namespace.as_str();
    let names = || cluster.namespaces.iter().map(|namespace| namespace.name.as_str());
    if names().any(|name| name == namespace || name == "*") {
        return None;
    }
    // Of servers before 0.3 of the streams adapter, only a namespace that is pinged is known.
    if cluster.adapter.contains("before-0.3") {
        return None;
    }
    let similar = similar_names(namespace, names().filter(|name| *name != "/"));
    let todo = match similar.as_slice() {
        [] => "check that the servers create it with `io.of(NAME)`; a dynamic namespace exists once its first client \
               connects"
            .to_owned(),
        [name, ..] => {
            let suggestions = quoted_list(similar.iter().map(String::as_str), "or");
            format!("did you mean {suggestions}? Use `--namespace {}`", shell_word(name))
        }
    };
    let what = format!("no server has the namespace {namespace:?}");
    Some(
        Finding::trouble(Code::NoNamespace, what)
            .why(format!("the servers have {}", quoted_list(names(), "and")))
            .todo(todo),
    )
}
