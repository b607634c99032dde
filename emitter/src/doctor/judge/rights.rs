//! What Redis takes from this session, and what it lets it see.

use super::{redis::is_no_place, word};
use crate::base::Code;
use crate::doctor::{
    Finding,
    facts::{Facts, QUESTION, Refusal},
};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    refused(facts).into_iter().chain(unseen(facts)).collect()
}

/// What Redis refuses is one finding: one line in its ACL is wrong.
fn refused(facts: &Facts) -> Option<Finding> {
    let first = facts.refused.first().filter(|_| !is_no_place(facts))?;
    let tried: Vec<_> =
        facts.refused.iter().map(|refusal| format!("{} on {:?}", refusal.what, refusal.place)).collect();
    let why = format!("{} for {}", first.why, tried.join(", "));
    if !first.why.starts_with("NOPERM") {
        let what = format!("Redis does not take what an session sends: {}", first.what);
        return Some(Finding::trouble(Code::Refused, what).because(why).so(remedy(&first.why)));
    }
    let mut rules: Vec<String> = Vec::new();
    for Refusal { place, why, .. } in &facts.refused {
        let prefix = place.split_once('#').map_or(place.as_str(), |(start, _)| start);
        let prefix = prefix.strip_suffix("-request").unwrap_or(prefix);
        let rule = match (command(why), why.contains("channel")) {
            (Some(command), _) => format!("+{command}"),
            (None, true) => format!("'&{prefix}*'"),
            (None, false) => format!("'~{prefix}*'"),
        };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let whom =
        facts.info.redis.user.as_ref().map_or_else(|| "this user".to_owned(), |user| format!("the user {user:?}"));
    let finding = match only_asking(facts) {
        true => Finding::note(
            Code::Acl,
            format!("Redis permits {whom} to emit, and not to ask the servers whether they hear"),
        ),
        false => Finding::trouble(Code::Acl, format!("Redis does not permit {whom} what an session has to do")),
    };
    Some(finding.because(why).so(permit(facts, &rules.join(" "))))
}

/// True if nothing is refused but questions, which an emit can do without.
fn only_asking(facts: &Facts) -> bool {
    let asks = |refusal: &Refusal| {
        let listens = command(&refusal.why).is_some_and(|command| command.ends_with("subscribe"));
        refusal.what == QUESTION && (facts.takes || listens)
    };
    // Where a stream may be, an session that finds the adapter by itself asks who reads it.
    let streams = facts.clusters.iter().any(|cluster| cluster.meant && cluster.adapter.starts_with("streams"));
    facts.refused.iter().all(asks) && (facts.wanted.adapter.is_some() || !streams)
}

/// The command that is not permitted, if it is that and no channel or key.
fn command(why: &str) -> Option<&str> {
    why.split('\'').nth(1)
}

/// What helps against Redis' own word for why it takes nothing.
fn remedy(why: &str) -> &'static str {
    match why.split(' ').next() {
        Some("OOM") => {
            "give Redis more memory (CONFIG SET maxmemory), or let it drop what it may (CONFIG SET maxmemory-policy); \
             INFO memory shows what it has"
        }
        Some("NOREPLICAS") => "bring its replicas back, or ask for fewer: CONFIG SET min-replicas-to-write 0",
        Some("MISCONF") => "see Redis' log for why it cannot save to disk: it writes nothing until it can",
        Some("READONLY") => "connect to the primary: this Redis is a replica",
        _ => "see what Redis says, and its log",
    }
}

/// Without PUBSUB the session cannot find the adapter by itself.
fn unseen(facts: &Facts) -> Vec<Finding> {
    let (pubsub, others): (Vec<_>, Vec<_>) =
        facts.unseen.iter().partition(|refusal| refusal.what.starts_with("PUBSUB"));
    let mut found = Vec::new();
    if let Some(refusal) = pubsub.first() {
        let what = "Redis does not permit PUBSUB, so servers can neither be found nor counted";
        let finding = match facts.wanted.adapter {
            None => Finding::trouble(Code::Unseen, what),
            Some(_) => Finding::note(Code::Unseen, what),
        };
        let todo = match facts.wanted.adapter {
            None => format!("{}; or say what the servers run: --adapter NAME", permit(facts, "+pubsub")),
            Some(_) => permit(facts, "+pubsub"),
        };
        found.push(finding.because(refusal.why.clone()).so(todo));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|refusal| refusal.what.as_str()).collect();
        found.push(
            Finding::note(Code::Unseen, format!("not looked at: {}", names.join(", ")))
                .because(others[0].why.clone())
                .so("nothing, unless the cause is not found without them: then ask again as a user who may"),
        );
    }
    found
}

/// The command that permits it. Who may not ask for its own name fills it in.
fn permit(facts: &Facts, rules: &str) -> String {
    let user = facts.info.redis.user.as_deref().map_or_else(|| "USER".to_owned(), word);
    format!("redis-cli ACL SETUSER {user} {rules}, and the same in the ACL file")
}
