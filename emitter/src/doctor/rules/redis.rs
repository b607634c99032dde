//! Redis itself: its kind, version and slow subscribers.

use super::{plural, shell_word};
use crate::{
    base::Code,
    doctor::{
        Finding,
        facts::{Facts, base_name},
    },
};

/// A subscriber is slow once this fraction of its output buffer limit is unread: 1/2.
const SLOW_FRACTION: u64 = 2;

/// The number of slow subscribers to list.
const MAX_LISTED_SUBSCRIBERS: usize = 5;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let findings = [sentinel(facts), replica(facts), old_redis(facts), slow_subscribers(facts)];
    findings.into_iter().flatten().collect()
}

/// Whether servers never subscribe here, since it is a sentinel or a replica.
pub(super) fn has_no_subscribers(facts: &Facts) -> bool {
    sentinel(facts).or_else(|| replica(facts)).is_some()
}

/// A sentinel accepts PUBLISH but does not pass the message on.
fn sentinel(facts: &Facts) -> Option<Finding> {
    facts.info.redis.mode.as_deref().filter(|mode| *mode == "sentinel")?;
    let service = facts.info.services.first().map_or("SERVICE", String::as_str);
    Some(
        Finding::trouble(Code::Sentinel, "this is a Redis Sentinel, which does not carry messages")
            .why("INFO reports redis_mode:sentinel")
            .todo(format!(
                "connect through it: `--url redis-sentinel://HOST:PORT/{}`, with the host and port of this sentinel",
                shell_word(service)
            )),
    )
}

fn replica(facts: &Facts) -> Option<Finding> {
    let role = facts.info.redis.role.as_deref().filter(|role| matches!(*role, "slave" | "replica"))?;
    // In a Redis Cluster, messages reach every node.
    if facts.info.redis.mode.as_deref() == Some("cluster") {
        return None;
    }
    let primary =
        facts.info.primary.as_ref().map(|primary| format!(" (`--url redis://{primary}`)")).unwrap_or_default();
    Some(
        Finding::trouble(
            Code::Replica,
            "this Redis is a replica: a message published here reaches only subscribers of this replica",
        )
        .why(format!("INFO reports role:{role}"))
        .todo(format!(
            "connect to the primary{primary}, or through the sentinels: `--url redis-sentinel://HOST,HOST/SERVICE`"
        )),
    )
}

/// Shard channels need Redis 7, streams need Redis 5.
fn old_redis(facts: &Facts) -> Option<Finding> {
    let adapter = facts.settings.adapter.as_ref()?.to_string();
    let major = facts.info.redis.major_version()?;
    let required = match (adapter.split(',').any(|word| word == "sharded"), base_name(&adapter)) {
        (true, _) => 7,
        (false, "streams") => 5,
        (false, _) => return None,
    };
    let version = facts.info.redis.version.as_deref().unwrap_or_default();
    (major < required).then(|| {
        let what = format!("the {adapter} adapter needs Redis {required} or later, but this is Redis {version}");
        Finding::trouble(Code::OldRedis, what)
            .why(format!("INFO reports redis_version:{version}"))
            .todo("upgrade Redis, or use the classic adapter: `createAdapter` on the servers, `--adapter classic` here")
    })
}

fn slow_subscribers(facts: &Facts) -> Option<Finding> {
    let limit = facts.output_buffer_limit?;
    let lowest = limit.lowest()?;
    let slow: Vec<_> = facts
        .subscribers
        .iter()
        .filter(|subscriber| subscriber.unread_bytes.saturating_mul(SLOW_FRACTION) >= lowest)
        .collect();
    if slow.is_empty() {
        return None;
    }
    let listed = slow.iter().take(MAX_LISTED_SUBSCRIBERS).map(|subscriber| {
        let name = if subscriber.name.is_empty() { String::new() } else { format!(" ({:?})", subscriber.name) };
        format!("{}{name} has {} unread", subscriber.address, mebibytes(subscriber.unread_bytes))
    });
    let listed: Vec<_> = listed.collect();
    let what = match slow.len() as u64 {
        1 => "1 subscriber reads too slowly: Redis may disconnect it".to_owned(),
        count => format!("{} read too slowly: Redis may disconnect them", plural(count, "subscriber")),
    };
    let hard = (limit.hard > 0).then(|| format!("{} at once", mebibytes(limit.hard)));
    let soft = (limit.soft > 0).then(|| format!("{} for {} s", mebibytes(limit.soft), limit.soft_time.as_secs()));
    let limits: Vec<_> = hard.into_iter().chain(soft).collect();
    Some(
        Finding::trouble(Code::SlowSubscriber, what)
            .why(format!("{}; the limit is {}", listed.join(", "), limits.join(" or ")))
            .todo(
                "check for frozen or overloaded servers; send more slowly (`sio pipe --rate`), or raise \
                 `client-output-buffer-limit pubsub` in redis.conf",
            ),
    )
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
