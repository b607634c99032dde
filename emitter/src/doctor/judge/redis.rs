//! Redis itself: what it is, what it permits, who does not keep up.

use super::{counted, listed};
use crate::doctor::{
    Finding,
    facts::{Facts, Refusal, name},
};

/// A subscriber is near its limit from this part of it on.
const NEAR: u64 = 2;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let single = [replica(facts), too_old(facts), slow(facts), unread(facts)].into_iter().flatten();
    single.chain(refused(facts)).chain(unseen(facts)).collect()
}

fn replica(facts: &Facts) -> Option<Finding> {
    let role = facts.info.redis.role.as_deref().filter(|role| matches!(*role, "slave" | "replica"))?;
    // In a cluster messages reach every node.
    if facts.info.redis.mode.as_deref() == Some("cluster") {
        return None;
    }
    Some(
        Finding::trouble("replica", "this Redis is a replica: what is published here reaches its own subscribers only")
            .because(format!("INFO says role:{role}"))
            .so("connect to the primary, or through the sentinels: --url redis-sentinel://HOST,HOST/SERVICE"),
    )
}

/// Shard channels came with Redis 7, streams with Redis 5.
fn too_old(facts: &Facts) -> Option<Finding> {
    let adapter = facts.wanted.adapter.as_ref()?.to_string();
    let major = facts.info.redis.major()?;
    let sharded = adapter == "sharded" || adapter.split(',').any(|option| option == "sharded");
    let since = if sharded || name(&adapter) == "sharded" { 7 } else { 5 };
    let needs = sharded || name(&adapter) == "sharded" || name(&adapter) == "streams";
    let version = facts.info.redis.version.as_deref().unwrap_or_default();
    (needs && major < since).then(|| {
        Finding::trouble(
            "old-redis",
            format!("the adapter {adapter} needs Redis {since} or later, this one is {version}"),
        )
        .because(format!("INFO says redis_version:{version}"))
        .so("upgrade Redis, or run the servers with createAdapter and the emitter with --adapter classic")
    })
}

fn refused(facts: &Facts) -> Vec<Finding> {
    let found = |refusal: &Refusal| {
        let user = facts.info.redis.user.as_deref().unwrap_or("default");
        let Refusal { what, place, why } = refusal;
        if !why.starts_with("NOPERM") {
            return Finding::trouble("refused", format!("Redis would not take {what} for {place:?}"))
                .because(why.clone())
                .so("see what Redis says");
        }
        let prefix = place.split(['#', '-']).next().unwrap_or(place);
        let (start, permitted) = match what.as_str() {
            "XADD" => ('~', "+xadd"),
            "SPUBLISH" => ('&', "+spublish"),
            "PUBLISH" => ('&', "+publish"),
            _ => ('&', "+publish +subscribe +psubscribe"),
        };
        Finding::trouble("acl", format!("Redis does not permit {what} on {place:?} to user {user:?}"))
            .because(why.clone())
            .so(format!("ACL SETUSER {user} {start}{prefix}* {permitted}   (and the same in the ACL file)"))
    };
    facts.refused.iter().map(found).collect()
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

fn unread(facts: &Facts) -> Option<Finding> {
    if facts.unread_streams.is_empty() {
        return None;
    }
    let names = listed(facts.unread_streams.iter().map(String::as_str));
    Some(
        Finding::note("unread-stream", format!("no server that can be seen reads the stream {names}"))
            .because("it exists, and nobody answers a question in it: it is left over, or its readers are frozen")
            .so("if nobody uses it any more, delete it: it only takes memory"),
    )
}

/// Without PUBSUB the emitter cannot find the adapter by itself.
fn unseen(facts: &Facts) -> Vec<Finding> {
    let (pubsub, others): (Vec<_>, Vec<_>) =
        facts.unseen.iter().partition(|refusal| refusal.what.starts_with("PUBSUB"));
    let user = facts.info.redis.user.as_deref().unwrap_or("default");
    let mut found = Vec::new();
    if let Some(refusal) = pubsub.first() {
        let what = "Redis does not permit PUBSUB, so servers can neither be found nor counted";
        let finding = match facts.wanted.adapter {
            None => Finding::trouble("unseen", what),
            Some(_) => Finding::note("unseen", what),
        };
        let todo = format!("ACL SETUSER {user} +pubsub, or say what the servers run: --adapter NAME");
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

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
