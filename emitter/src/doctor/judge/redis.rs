//! Redis itself: what it is, and who does not keep up.

use super::{counted, word};
use crate::base::Code;
use crate::doctor::{
    Finding,
    facts::{Facts, name},
};

/// A subscriber is near its limit from this part of it on.
const NEAR: u64 = 2;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let single = [sentinel(facts), replica(facts), too_old(facts), slow(facts)];
    single.into_iter().flatten().collect()
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
        Finding::trouble(
            Code::Sentinel,
            "this is a sentinel: it knows where Redis is, and no message passes through it",
        )
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
        Finding::trouble(
            Code::Replica,
            "this Redis is a replica: what is published here reaches its own subscribers only",
        )
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
            Code::OldRedis,
            format!("the adapter {adapter} needs Redis {since} or later, this one is {version}"),
        )
        .because(format!("INFO says redis_version:{version}"))
        .so("upgrade Redis, or run the servers with createAdapter and the session with --adapter classic")
    })
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
        Finding::trouble(Code::SlowSubscriber, what)
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

/// For people.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
