//! Redis itself: what it is, what it permits, who does not keep up.

use super::{counted, word};
use crate::doctor::{
    Finding,
    facts::{Facts, QUESTION, Refusal, name},
};

/// A subscriber is near its limit from this part of it on.
const NEAR: u64 = 2;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let single = [sentinel(facts), replica(facts), too_old(facts), refused(facts), slow(facts)];
    single.into_iter().flatten().chain(unseen(facts)).collect()
}

/// True if nobody can be here, whoever runs.
pub(super) fn is_no_place(facts: &Facts) -> bool {
    sentinel(facts).or_else(|| replica(facts)).is_some()
}

/// It takes what is published, and keeps it to itself.
fn sentinel(facts: &Facts) -> Option<Finding> {
    facts.info.redis.mode.as_deref().filter(|mode| *mode == "sentinel")?;
    let service = facts.info.services.first().map_or("SERVICE", String::as_str);
    Some(
        Finding::trouble("sentinel", "this is a sentinel: it knows where Redis is, and no message passes through it")
            .because("INFO says redis_mode:sentinel")
            .so(format!("--url redis-sentinel://HOST:PORT/{}, with this host and port", word(service))),
    )
}

fn replica(facts: &Facts) -> Option<Finding> {
    let role = facts.info.redis.role.as_deref().filter(|role| matches!(*role, "slave" | "replica"))?;
    // In a cluster messages reach every node.
    if facts.info.redis.mode.as_deref() == Some("cluster") {
        return None;
    }
    let primary = facts.info.primary.as_ref().map(|primary| format!(", --url redis://{primary}")).unwrap_or_default();
    Some(
        Finding::trouble("replica", "this Redis is a replica: what is published here reaches its own subscribers only")
            .because(format!("INFO says role:{role}"))
            .so(format!(
                "connect to the primary{primary}, or through the sentinels: --url redis-sentinel://HOST,HOST/SERVICE"
            )),
    )
}

/// Shard channels came with Redis 7, streams with Redis 5.
fn too_old(facts: &Facts) -> Option<Finding> {
    let adapter = facts.wanted.adapter.as_ref()?.to_string();
    let major = facts.info.redis.major()?;
    let since = match (adapter.split(',').any(|word| word == "sharded"), name(&adapter)) {
        (true, _) => 7,
        (false, "streams") => 5,
        (false, _) => return None,
    };
    let version = facts.info.redis.version.as_deref().unwrap_or_default();
    (major < since).then(|| {
        Finding::trouble(
            "old-redis",
            format!("the adapter {adapter} needs Redis {since} or later, this one is {version}"),
        )
        .because(format!("INFO says redis_version:{version}"))
        .so("upgrade Redis, or run the servers with createAdapter and the emitter with --adapter classic")
    })
}

/// What Redis refuses is one finding: one line in its ACL is wrong.
fn refused(facts: &Facts) -> Option<Finding> {
    let first = facts.refused.first().filter(|_| !is_no_place(facts))?;
    let tried: Vec<_> =
        facts.refused.iter().map(|refusal| format!("{} on {:?}", refusal.what, refusal.place)).collect();
    let why = format!("{} for {}", first.why, tried.join(", "));
    if !first.why.starts_with("NOPERM") {
        let what = format!("Redis does not take what an emitter sends: {}", first.what);
        return Some(Finding::trouble("refused", what).because(why).so(remedy(&first.why)));
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
        true => {
            Finding::note("acl", format!("Redis permits {whom} to emit, and not to ask the servers whether they hear"))
        }
        false => Finding::trouble("acl", format!("Redis does not permit {whom} what an emitter has to do")),
    };
    Some(finding.because(why).so(permit(facts, &rules.join(" "))))
}

/// True if nothing is refused but questions, which an emit can do without.
fn only_asking(facts: &Facts) -> bool {
    let asks = |refusal: &Refusal| {
        let listens = command(&refusal.why).is_some_and(|command| command.ends_with("subscribe"));
        refusal.what == QUESTION && (facts.takes || listens)
    };
    // Where a stream may be, an emitter that finds the adapter by itself asks who reads it.
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

fn slow(facts: &Facts) -> Option<Finding> {
    let limit = facts.limit?;
    let least = limit.least()?;
    let behind: Vec<_> =
        facts.subscribers.iter().filter(|subscriber| subscriber.waiting.saturating_mul(NEAR) >= least).collect();
    if behind.is_empty() {
        return None;
    }
    let told = behind.iter().take(5).map(|subscriber| {
        let name = if subscriber.name.is_empty() { String::new() } else { format!(" ({:?})", subscriber.name) };
        format!("{}{name} has {} unread", subscriber.address, mebibytes(subscriber.waiting))
    });
    let told: Vec<_> = told.collect();
    let count = behind.len() as u64;
    let do_not = if count == 1 { "does" } else { "do" };
    let what =
        format!("{} {do_not} not keep up, and Redis is about to cut off who is behind", counted(count, "subscriber"));
    Some(
        Finding::trouble("slow-subscriber", what)
            .because(format!(
                "{}; the limit is {} at once or {} for {} s",
                told.join(", "),
                mebibytes(limit.hard),
                mebibytes(limit.soft),
                limit.time.as_secs()
            ))
            .so("see whether that server is frozen or overloaded; send less or slower (sio pipe --rate), or raise \
                 client-output-buffer-limit pubsub in redis.conf"),
    )
}

/// Without PUBSUB the emitter cannot find the adapter by itself.
fn unseen(facts: &Facts) -> Vec<Finding> {
    let (pubsub, others): (Vec<_>, Vec<_>) =
        facts.unseen.iter().partition(|refusal| refusal.what.starts_with("PUBSUB"));
    let mut found = Vec::new();
    if let Some(refusal) = pubsub.first() {
        let what = "Redis does not permit PUBSUB, so servers can neither be found nor counted";
        let finding = match facts.wanted.adapter {
            None => Finding::trouble("unseen", what),
            Some(_) => Finding::note("unseen", what),
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
            Finding::note("unseen", format!("not looked at: {}", names.join(", ")))
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

/// For people.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
