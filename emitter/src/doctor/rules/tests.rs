//! Rules on made-up facts: edge cases, and causes that the interop tests cannot produce on a real cluster.

use std::time::Duration;

use super::check;
use crate::{
    adapter::Adapter,
    base::Code,
    doctor::{
        ClusterSeen, Finding, NamespaceSeen, Severity,
        facts::{EmitterSettings, Facts, PING, PingFailure, Refusal, RoomFacts},
        redis_info::RedisInfo,
        subscriber::{OutputBufferLimit, Subscriber},
    },
};

/// The facts about these clusters on a healthy Redis, for an emitter that is set to this adapter.
fn facts(adapter: Option<&str>, clusters: &[(&str, &str, &[NamespaceSeen])]) -> Facts {
    let adapter = adapter.map(|name| name.parse::<Adapter>().unwrap());
    let settings = EmitterSettings { adapter, namespace: "/".to_owned(), ..EmitterSettings::default() };
    let cluster = |(adapter, prefix, namespaces): &(&str, &str, &[NamespaceSeen])| ClusterSeen {
        adapter: (*adapter).to_owned(),
        prefix: (*prefix).to_owned(),
        meant: settings.reaches(adapter, prefix),
        versions: Vec::new(),
        namespaces: namespaces.to_vec(),
    };
    let clusters = clusters.iter().map(cluster).collect();
    let info = RedisInfo::parse("redis_version:7.2.4\r\nrole:master\r\n");
    Facts { clusters, info, settings, ..Facts::default() }
}

fn healthy(name: &str) -> NamespaceSeen {
    NamespaceSeen { answered: Some(2), ..NamespaceSeen::new(name, Some(2)) }
}

fn subscriber(name: &str, database: u64, unread_bytes: u64) -> Subscriber {
    Subscriber { address: "10.0.0.7:4242".to_owned(), name: name.to_owned(), database: Some(database), unread_bytes }
}

fn refusal(operation: &str, resource: &str, reply: &str) -> Refusal {
    Refusal { operation: operation.to_owned(), resource: resource.to_owned(), reply: reply.to_owned() }
}

fn only_finding(facts: &Facts) -> Finding {
    let mut findings = check(facts);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn code_and_severity(facts: &Facts) -> (Code, Severity) {
    let finding = only_finding(facts);
    (finding.code, finding.severity)
}

#[test]
fn healthy_clusters_have_no_findings() {
    assert_eq!(check(&facts(None, &[("classic", "socket.io", &[healthy("/")])])), []);
    assert_eq!(check(&facts(Some("streams,sharded"), &[("streams,sharded", "socket.io", &[healthy("/")])])), []);
    // A cluster that the emitter does not reach is not a finding.
    assert_eq!(
        check(&facts(None, &[("classic", "socket.io", &[healthy("/")]), ("sharded", "chat", &[healthy("/")])])),
        []
    );
}

#[test]
fn redis_too_old_for_the_adapter_is_reported() {
    for (adapter, version, required) in
        [("sharded", "6.2.14", "7"), ("streams,sharded", "6.2.14", "7"), ("streams", "4.0.9", "5")]
    {
        let mut facts = facts(Some(adapter), &[(adapter, "socket.io", &[healthy("/")])]);
        facts.info.redis.version = Some(version.to_owned());
        let finding = only_finding(&facts);
        assert_eq!(finding.code, Code::OldRedis);
        assert_eq!(
            finding.what,
            format!("the {adapter} adapter needs Redis {required} or later, but this is Redis {version}")
        );
    }
    let mut facts = facts(Some("classic"), &[("classic", "socket.io", &[healthy("/")])]);
    facts.info.redis.version = Some("2.8.0".to_owned());
    assert_eq!(check(&facts), []);
}

#[test]
fn sharded_option_of_the_adapter_must_match() {
    let finding = only_finding(&facts(Some("streams"), &[("streams,sharded", "socket.io", &[healthy("/")])]));
    assert_eq!(finding.code, Code::OtherAdapter);
    assert!(finding.todo.starts_with("use `--adapter streams,sharded`"), "{}", finding.todo);
    // Servers of the configured adapter use another prefix.
    let both = [("sharded", "socket.io", &[healthy("/")][..]), ("classic", "chat", &[healthy("/")])];
    assert_eq!(
        only_finding(&facts(Some("classic"), &both)).todo,
        "use `--adapter sharded`, or `--prefix chat` to reach the classic servers"
    );
}

#[test]
fn adapters_with_different_default_prefixes_are_ambiguous() {
    let both =
        [("classic", "socket.io", &[healthy("/")][..]), ("python", "socketio", &[NamespaceSeen::new("*", Some(1))])];
    let finding = only_finding(&facts(None, &both));
    assert_eq!(
        (finding.code, finding.todo.as_str()),
        (Code::SeveralAdapters, "set the adapter of the servers to reach: `--adapter classic` or `--adapter python`")
    );
    assert_eq!(check(&facts(Some("python"), &both)), []);
}

#[test]
fn classic_servers_without_pattern_subscriptions_receive_no_broadcasts() {
    let mut facts = facts(None, &[("classic", "chat room", &[healthy("/")])]);
    facts.settings.prefix = Some("chat room".to_owned());
    facts.clusters[0].meant = true;
    facts.patterns = Some(0);
    assert_eq!(only_finding(&facts).code, Code::NoBroadcasts);
    facts.patterns = Some(2);
    assert_eq!(check(&facts), []);
}

#[test]
fn silent_servers_are_identified_by_id_and_address() {
    let silent = NamespaceSeen {
        answered: Some(1),
        silent: vec!["0123456789abcdef".to_owned()],
        ..NamespaceSeen::new("/", Some(2))
    };
    let mut facts = facts(None, &[("sharded", "socket.io", &[silent])]);
    assert!(only_finding(&facts).why.contains("server id 0123456789abcdef"));
    facts.subscribers = vec![subscriber("", 0, 4096)];
    assert!(only_finding(&facts).todo.contains("10.0.0.7:4242"));
    // A server that starts between the count and the ping is no trouble.
    facts.clusters[0].namespaces[0].answered = Some(3);
    assert_eq!(check(&facts), []);
}

#[test]
fn subscriber_is_slow_from_half_of_the_lowest_limit() {
    let mut facts = facts(None, &[("classic", "socket.io", &[healthy("/")])]);
    facts.subscribers = vec![subscriber("web", 0, 4 << 20)];
    assert_eq!(check(&facts), [], "the limit is unknown");
    let limit = OutputBufferLimit { hard: 32 << 20, soft: 8 << 20, soft_time: Duration::from_secs(60) };
    facts.output_buffer_limit = Some(limit);
    let finding = only_finding(&facts);
    assert_eq!(
        finding.why,
        r#"10.0.0.7:4242 ("web") has 4.0 MiB unread; the limit is 32.0 MiB at once or 8.0 MiB for 60 s"#
    );
    facts.output_buffer_limit = Some(OutputBufferLimit { hard: 0, ..limit });
    assert!(only_finding(&facts).why.ends_with("the limit is 8.0 MiB for 60 s"), "a limit of 0 is no limit");
    facts.output_buffer_limit = Some(OutputBufferLimit { hard: 0, soft: 0, ..limit });
    assert_eq!(check(&facts), [], "there is no limit");
}

#[test]
fn one_acl_command_permits_everything_that_is_refused() {
    let mut facts = facts(None, &[("classic", "chat", &[healthy("/")])]);
    facts.clusters[0].meant = true;
    facts.info.redis.user = Some("low".to_owned());
    let channel = "NOPERM this user has no permissions to access one of the channels used as arguments";
    let command = "NOPERM this user has no permissions to run the 'publish' command";
    facts.refused_commands = vec![
        refusal(PING, "chat-request#/#", channel),
        refusal(PING, "chat-request#/admin#", channel),
        refusal("PUBLISH", "chat#/#", command),
    ];
    assert_eq!(
        only_finding(&facts).todo,
        "run `redis-cli ACL SETUSER low '&chat*' +publish`, and make the same change in the ACL file"
    );
    // Without permission to ping, an emit may still work.
    facts.refused_commands.truncate(2);
    assert_eq!(only_finding(&facts).severity, Severity::Trouble, "it is unknown whether Redis accepts an emit");
    facts.accepts_emit = true;
    assert_eq!(code_and_severity(&facts), (Code::Acl, Severity::Note));
    facts.refused_commands = vec![refusal(PING, "chat-request#/#", &command.replace("publish", "subscribe"))];
    facts.accepts_emit = false;
    assert_eq!(only_finding(&facts).severity, Severity::Note);
    facts.clusters[0].adapter = "streams".to_owned();
    assert_eq!(only_finding(&facts).severity, Severity::Trouble, "detection of streams subscribes");
    facts.clusters[0].adapter = "classic".to_owned();
    facts.refused_commands = vec![refusal("XADD", "chat", "READONLY You can't write against a read only replica.")];
    assert_eq!(only_finding(&facts).code, Code::Refused);
}

#[test]
fn refused_query_is_trouble_only_if_detection_needs_it() {
    let refused = |operation: &str| refusal(operation, "", "NOPERM");
    let mut without_pubsub = facts(None, &[]);
    without_pubsub.refused_queries = vec![refused("PUBSUB NUMSUB"), refused("PUBSUB CHANNELS")];
    assert_eq!(code_and_severity(&without_pubsub), (Code::Unseen, Severity::Trouble));
    without_pubsub.settings.adapter = Some("classic".parse().unwrap());
    assert_eq!(only_finding(&without_pubsub).severity, Severity::Note);
    // Servers of the configured adapter can be pinged without being counted.
    let pinged = |answered| NamespaceSeen { answered: Some(answered), ..NamespaceSeen::new("/", None) };
    let mut configured = facts(Some("classic"), &[("classic", "socket.io", &[pinged(1)])]);
    configured.refused_queries.clone_from(&without_pubsub.refused_queries);
    assert_eq!(code_and_severity(&configured), (Code::Unseen, Severity::Note));
    assert_eq!(
        only_finding(&configured).todo,
        "run `redis-cli ACL SETUSER USER +pubsub`, and make the same change in the ACL file"
    );
    configured.clusters[0].namespaces = vec![pinged(0)];
    configured.refused_queries.clear();
    assert_eq!(code_and_severity(&configured), (Code::NoAnswer, Severity::Trouble));
    let mut partly = facts(None, &[("classic", "socket.io", &[healthy("/")])]);
    partly.refused_queries = vec![refused("INFO"), refused("CLIENT LIST")];
    let finding = only_finding(&partly);
    assert_eq!(
        (finding.severity, finding.what.as_str()),
        (Severity::Note, "not checked, since Redis does not permit it: INFO, CLIENT LIST")
    );
}

#[test]
fn room_that_cannot_be_looked_up_is_not_reported_as_empty() {
    let mut facts = facts(None, &[("python", "socketio", &[NamespaceSeen::new("*", Some(1))])]);
    facts.room = Some(RoomFacts { name: "r".into(), failure: "no such request".into(), ..RoomFacts::default() });
    assert_eq!(code_and_severity(&facts), (Code::UnknownRoom, Severity::Note));
    facts.room = Some(RoomFacts { name: "r".into(), sockets: Some(0), silent_servers: 1, ..RoomFacts::default() });
    assert_eq!(code_and_severity(&facts), (Code::UnknownRoom, Severity::Note));
    // The silent server may have more sockets, but the room is not empty.
    facts.room = Some(RoomFacts { name: "r".into(), sockets: Some(2), silent_servers: 1, ..RoomFacts::default() });
    assert_eq!(check(&facts), []);
}

#[test]
fn empty_room_gets_the_most_likely_advice() {
    let advice = |room: RoomFacts| {
        let mut facts = facts(None, &[("classic", "socket.io", &[healthy("/")])]);
        facts.room = Some(room);
        let finding = only_finding(&facts);
        (finding.code, finding.todo)
    };
    let empty = || RoomFacts {
        name: "42".into(),
        sockets: Some(0),
        similar_rooms: vec!["42".into(), "43".into()],
        ..RoomFacts::default()
    };
    assert!(advice(empty()).1.contains("socket.join(String(42))"));
    let similar = RoomFacts { similar_rooms: vec!["R".into()], ..empty() };
    assert_eq!(advice(similar).1, r#"did you mean "R"?"#);
    let several = RoomFacts { similar_rooms: vec!["4".into(), "43".into()], ..empty() };
    assert_eq!(advice(several).1, r#"did you mean "4" or "43"?"#);
    let socket_id = RoomFacts { looks_like_socket_id: true, similar_rooms: Vec::new(), ..empty() };
    assert!(advice(socket_id).1.contains("the socket has disconnected"));
    let elsewhere = RoomFacts { other_namespaces: vec!["/a b".into()], ..empty() };
    assert_eq!(
        advice(elsewhere.clone()),
        (Code::EmptyRoom, r#"the room "42" has sockets on "/a b": use `--namespace '/a b'`"#.to_owned())
    );
    assert_eq!(advice(RoomFacts { is_namespace_empty: true, ..elsewhere }).0, Code::EmptyNamespace);
    let (code, todo) = advice(RoomFacts { is_namespace_empty: true, similar_rooms: Vec::new(), ..empty() });
    assert_eq!(
        (code, todo.as_str()),
        (Code::EmptyNamespace, "check that clients connect to this namespace: `io(URL)`")
    );
}

#[test]
fn trouble_in_another_cluster_is_a_note() {
    let silent = NamespaceSeen { answered: Some(1), ..NamespaceSeen::new("/", Some(2)) };
    let clusters = [("classic", "socket.io", &[healthy("/")][..]), ("sharded", "chat", &[silent])];
    let mut facts = facts(None, &clusters);
    assert_eq!(code_and_severity(&facts), (Code::SilentServers, Severity::Note));
    facts.clusters[1].meant = true;
    facts.clusters[0].meant = false;
    assert_eq!(only_finding(&facts).severity, Severity::Trouble);
}

#[test]
fn servers_that_could_not_be_pinged_are_reported() {
    let mut facts = facts(None, &[("classic", "socket.io", &[NamespaceSeen::new("/", Some(1))])]);
    let reason = || "reason".to_owned();
    for (failure, code, severity) in [
        (PingFailure::Unsupported { reason: reason() }, Code::Unasked, Severity::Note),
        (PingFailure::Failed { reason: reason() }, Code::Unasked, Severity::Trouble),
        (PingFailure::UnreachableName { reason: reason() }, Code::UnreachableName, Severity::Trouble),
    ] {
        facts.ping_failure = Some(failure);
        assert_eq!(code_and_severity(&facts), (code, severity));
    }
    facts.ping_failure = None;
    facts.probe_failure = Some(reason());
    assert_eq!(code_and_severity(&facts), (Code::Unprobed, Severity::Note));
}

#[test]
fn stream_in_another_database_is_reported() {
    let mut facts = facts(Some("streams"), &[("streams", "socket.io", &[healthy("/")])]);
    facts.settings.database = Some(0);
    facts.subscribers = vec![subscriber("", 1, 0), subscriber("", 1, 0)];
    facts.unread_streams = vec!["socket.io".to_owned()];
    assert_eq!(code_and_severity(&facts), (Code::OtherDatabase, Severity::Trouble));
    // An emitter that detects the adapter publishes on the channel instead.
    facts.settings.adapter = None;
    assert_eq!(code_and_severity(&facts), (Code::OtherDatabase, Severity::Note));
    // Another subscriber uses the emitter's database.
    facts.subscribers.push(subscriber("", 0, 0));
    assert_eq!(only_finding(&facts).code, Code::StuckStream);
    assert!(only_finding(&facts).todo.ends_with("if they use database 1, use `--url redis://HOST:PORT/1`"));
    // If Redis refuses XADD, readers could not be asked.
    facts.refused_commands = vec![refusal("XADD", "socket.io", "OOM command")];
    assert_eq!(only_finding(&facts).code, Code::Refused);
    assert!(only_finding(&facts).todo.contains("maxmemory"));
    facts.refused_commands.clear();
    facts.read_streams = std::mem::take(&mut facts.unread_streams);
    assert_eq!(check(&facts), []);
}

#[test]
fn sentinel_and_replica_hide_missing_servers() {
    let mut sentinel = facts(None, &[]);
    sentinel.info =
        RedisInfo::parse("redis_version:7.2.4\r\nredis_mode:sentinel\r\nmaster0:name=my main,status=ok\r\n");
    assert_eq!(only_finding(&sentinel).code, Code::Sentinel);
    assert!(
        only_finding(&sentinel).todo.contains("redis-sentinel://HOST:PORT/'my main'"),
        "{}",
        only_finding(&sentinel).todo
    );
    let mut replica = facts(Some("streams"), &[]);
    replica.info =
        RedisInfo::parse("redis_version:7.2.4\r\nrole:slave\r\nmaster_host:10.0.0.7\r\nmaster_port:6379\r\n");
    replica.refused_commands = vec![refusal("XADD", "socket.io", "READONLY You")];
    assert_eq!(only_finding(&replica).code, Code::Replica);
    assert!(only_finding(&replica).todo.contains("--url redis://10.0.0.7:6379"));
}

#[test]
fn replica_of_a_redis_cluster_is_no_trouble() {
    let mut facts = facts(None, &[("classic", "socket.io", &[healthy("/")])]);
    facts.info.redis.role = Some("slave".to_owned());
    assert_eq!(only_finding(&facts).code, Code::Replica);
    facts.info.redis.mode = Some("cluster".to_owned());
    assert_eq!(check(&facts), []);
}
