//! Commands and queries that Redis refuses.

use super::{redis::has_no_subscribers, shell_word};
use crate::{
    base::Code,
    doctor::{
        Finding,
        facts::{Facts, PING, Refusal},
    },
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    refused_commands(facts).into_iter().chain(refused_queries(facts)).collect()
}

/// All refused commands are one finding: one ACL rule usually permits them all.
fn refused_commands(facts: &Facts) -> Option<Finding> {
    let first = facts.refused_commands.first().filter(|_| !has_no_subscribers(facts))?;
    let attempts: Vec<_> = facts
        .refused_commands
        .iter()
        .map(|refusal| format!("{} on {:?}", refusal.operation, refusal.resource))
        .collect();
    let why = format!("Redis refused {}: {}", attempts.join(", "), first.reply);
    if !first.reply.starts_with("NOPERM") {
        let what = match first.operation.as_str() {
            PING => "Redis refuses to let the emitter ping the servers".to_owned(),
            command => format!("Redis refuses a command that an emit needs: {command}"),
        };
        return Some(Finding::trouble(Code::Refused, what).why(why).todo(remedy(&first.reply)));
    }
    let mut rules: Vec<String> = Vec::new();
    for Refusal { resource, reply, .. } in &facts.refused_commands {
        let prefix = resource.split_once('#').map_or(resource.as_str(), |(start, _)| start);
        let prefix = prefix.strip_suffix("-request").unwrap_or(prefix);
        let rule = match (forbidden_command(reply), reply.contains("channel")) {
            (Some(command), _) => format!("+{command}"),
            (None, true) => format!("'&{prefix}*'"),
            (None, false) => format!("'~{prefix}*'"),
        };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let user = match &facts.info.redis.user {
        Some(user) => format!("the Redis user {user:?}"),
        None => "this Redis user".to_owned(),
    };
    let finding = match may_emit(facts) {
        true => Finding::note(Code::Acl, format!("{user} may emit, but may not ping the servers")),
        false => Finding::trouble(Code::Acl, format!("{user} lacks permissions that an emitter needs")),
    };
    Some(finding.why(why).todo(acl_command(facts, &rules.join(" "))))
}

/// Whether Redis refuses nothing but pings, without which an emit works.
fn may_emit(facts: &Facts) -> bool {
    let concerns_pings_only = |refusal: &Refusal| {
        let is_subscribe = forbidden_command(&refusal.reply).is_some_and(|command| command.ends_with("subscribe"));
        refusal.operation == PING && (facts.accepts_emit || is_subscribe)
    };
    // To detect the adapter of streams servers, an emitter subscribes to their replies.
    let detects_streams = facts.settings.adapter.is_none()
        && facts.clusters.iter().any(|cluster| cluster.meant && cluster.adapter.starts_with("streams"));
    facts.refused_commands.iter().all(concerns_pings_only) && !detects_streams
}

/// The quoted command in a `NOPERM` reply; `None` if the reply is about a channel or key.
fn forbidden_command(reply: &str) -> Option<&str> {
    reply.split('\'').nth(1)
}

/// What to do about a reply other than `NOPERM`.
fn remedy(reply: &str) -> &'static str {
    match reply.split(' ').next() {
        Some("OOM") => {
            "give Redis more memory (`CONFIG SET maxmemory BYTES`), or let it evict keys (`CONFIG SET maxmemory-policy \
             POLICY`); `INFO memory` shows its usage"
        }
        Some("NOREPLICAS") => "restore the replicas, or require none: `CONFIG SET min-replicas-to-write 0`",
        Some("MISCONF") => {
            "check the Redis log for why it cannot save to disk: it refuses writes until a save succeeds"
        }
        Some("READONLY") => "connect to the primary: this Redis is a replica",
        _ => "check the Redis log",
    }
}

/// Without PUBSUB, an emitter cannot detect the adapter. The other queries serve the diagnosis only.
fn refused_queries(facts: &Facts) -> Vec<Finding> {
    let (pubsub, others): (Vec<_>, Vec<_>) =
        facts.refused_queries.iter().partition(|refusal| refusal.operation.starts_with("PUBSUB"));
    let why = |refusal: &Refusal| format!("Redis refused {}: {}", refusal.operation, refusal.reply);
    let mut findings = Vec::new();
    if let Some(refusal) = pubsub.first() {
        let what = "Redis does not permit PUBSUB, so servers cannot be found or counted";
        let permit = acl_command(facts, "+pubsub");
        let finding = match facts.settings.adapter {
            None => Finding::trouble(Code::Unseen, what)
                .todo(format!("{permit}; or set the adapter of the servers: `--adapter NAME`")),
            Some(_) => Finding::note(Code::Unseen, what).todo(permit),
        };
        findings.push(finding.why(why(refusal)));
    }
    if let Some(refusal) = others.first() {
        let operations: Vec<_> = others.iter().map(|refusal| refusal.operation.as_str()).collect();
        findings.push(
            Finding::note(
                Code::Unseen,
                format!("not checked, since Redis does not permit it: {}", operations.join(", ")),
            )
            .why(why(refusal))
            .todo("if no cause is found without it, run the diagnosis again as a Redis user with that permission"),
        );
    }
    findings
}

/// The advice to grant these ACL rules. `USER` is a placeholder if Redis does not permit ACL WHOAMI.
fn acl_command(facts: &Facts, rules: &str) -> String {
    let user = facts.info.redis.user.as_deref().map_or_else(|| "USER".to_owned(), shell_word);
    format!("run `redis-cli ACL SETUSER {user} {rules}`, and make the same change in the ACL file")
}
