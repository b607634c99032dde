//! Servers of more than one adapter.

use super::{adapter_options, limit_severity, subscribed};
use crate::{
    base::Code,
    doctor::{Finding, facts::Facts},
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let shared = shared_prefixes(facts);
    let reached: Vec<_> = facts.clusters.iter().filter(|cluster| cluster.meant).collect();
    if shared.is_empty() && reached.len() > 1 && facts.settings.adapter.is_none() {
        let finding = Finding::trouble(
            Code::SeveralAdapters,
            "servers of several adapters use this Redis, and the emitter is not set to one of them",
        );
        let todo = format!("set the adapter of the servers to reach: {}", adapter_options(reached.iter().copied()));
        return vec![finding.why(subscribed(reached)).todo(todo)];
    }
    shared
}

/// Servers of several adapters with the same prefix miss each other's messages, or read what they cannot decode.
fn shared_prefixes(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, cluster) in facts.clusters.iter().enumerate() {
        let same: Vec<_> = facts.clusters.iter().filter(|other| other.prefix == cluster.prefix).collect();
        let is_first = facts.clusters[..index].iter().all(|other| other.prefix != cluster.prefix);
        if same.len() < 2 || !is_first {
            continue;
        }
        let adapters: Vec<_> = same.iter().map(|cluster| cluster.adapter.as_str()).collect();
        let what = format!(
            "{} servers share the prefix {:?} and do not receive each other's messages",
            adapters.join(" and "),
            cluster.prefix
        );
        let not_pinged = match (adapters.contains(&"classic"), adapters.contains(&"streams")) {
            (true, true) => {
                "; the streams servers were not pinged, because a ping would stop the classic servers from receiving \
                 messages"
            }
            _ => "",
        };
        let todo = format!(
            "use one adapter on all servers, or a different prefix for each cluster (option `key`, `channelPrefix` or \
             `streamName`); until then, set the adapter of the servers to reach: {}",
            adapter_options(same.iter().copied())
        );
        let finding =
            Finding::trouble(Code::SeveralAdapters, what).why(subscribed(same.iter().copied()) + not_pinged).todo(todo);
        findings.push(limit_severity(same.iter().find(|cluster| cluster.meant).unwrap_or(&same[0]), finding));
    }
    findings
}
