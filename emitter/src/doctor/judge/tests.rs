//! Facts in, findings out. What can be broken for real is, in the interop tests; this is the rest, and the edges.

use std::time::Duration;

use super::judge;
use crate::{
    adapter::Adapter,
    doctor::{
        ClusterSeen, Finding, NamespaceSeen, Severity,
        facts::{Facts, QUESTION, Refusal, Room, Unasked, Wanted},
        info::Info,
        subscriber::{Limit, Subscriber},
    },
};

/// An session that is set to this, and everything well with Redis.
fn facts(adapter: Option<&str>, clusters: &[(&str, &str, &[NamespaceSeen])]) -> Facts {
    let adapter = adapter.map(|name| name.parse::<Adapter>().unwrap());
    let wanted = Wanted { adapter, namespace: "/".to_owned(), ..Wanted::default() };
    let cluster = |(adapter, prefix, namespaces): &(&str, &str, &[NamespaceSeen])| ClusterSeen {
        adapter: (*adapter).to_owned(),
        prefix: (*prefix).to_owned(),
        meant: wanted.means(adapter, prefix),
        versions: Vec::new(),
        namespaces: namespaces.to_vec(),
    };
    let clusters = clusters.iter().map(cluster).collect();
    Facts { clusters, info: Info::read("redis_version:7.2.4\r\nrole:master\r\n"), wanted, ..Facts::default() }
}

fn well(name: &str) -> NamespaceSeen {
    NamespaceSeen { answered: Some(2), ..NamespaceSeen::new(name, Some(2)) }
}

fn subscriber(name: &str, database: u64, waiting: u64) -> Subscriber {
    Subscriber { address: "10.0.0.7:4242".to_owned(), name: name.to_owned(), database: Some(database), waiting }
}

fn only(facts: &Facts) -> Finding {
    let mut findings = judge(facts);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[test]
fn nothing_is_found_in_health() {
    assert_eq!(judge(&facts(None, &[("classic", "socket.io", &[well("/")])])), []);
    assert_eq!(judge(&facts(Some("streams,sharded"), &[("streams,sharded", "socket.io", &[well("/")])])), []);
    // Other clusters are other people's.
    assert_eq!(judge(&facts(None, &[("classic", "socket.io", &[well("/")]), ("sharded", "chat", &[well("/")])])), []);
}

#[test]
fn a_redis_that_is_too_old_is_named() {
    for (adapter, version, needs) in
        [("sharded", "6.2.14", "7"), ("streams,sharded", "6.2.14", "7"), ("streams", "4.0.9", "5")]
    {
        let mut facts = facts(Some(adapter), &[(adapter, "socket.io", &[well("/")])]);
        facts.info.redis.version = Some(version.to_owned());
        let finding = only(&facts);
        assert_eq!(finding.code, "old-redis");
        assert_eq!(finding.what, format!("the adapter {adapter} needs Redis {needs} or later, this one is {version}"));
    }
    let mut facts = facts(Some("classic"), &[("classic", "socket.io", &[well("/")])]);
    facts.info.redis.version = Some("2.8.0".to_owned());
    assert_eq!(judge(&facts), []);
}

#[test]
fn the_way_counts_and_not_the_name_alone() {
    let finding = only(&facts(Some("streams"), &[("streams,sharded", "socket.io", &[well("/")])]));
    assert_eq!(finding.code, "other-adapter");
    assert!(finding.todo.starts_with("--adapter streams,sharded"), "{}", finding.todo);
    // What it is set to is here as well, under another prefix.
    let both = [("sharded", "socket.io", &[well("/")][..]), ("classic", "chat", &[well("/")])];
    assert_eq!(
        only(&facts(Some("classic"), &both)).todo,
        "--adapter sharded, or for the servers of classic: --prefix chat"
    );
}

#[test]
fn each_default_prefix_makes_a_candidate() {
    let both =
        [("classic", "socket.io", &[well("/")][..]), ("python", "socketio", &[NamespaceSeen::new("*", Some(1))])];
    let finding = only(&facts(None, &both));
    assert_eq!(
        (finding.code.as_str(), finding.todo.as_str()),
        ("several-adapters", "say which: --adapter classic or --adapter python")
    );
    assert_eq!(judge(&facts(Some("python"), &both)), []);
}

#[test]
fn servers_that_hear_requests_only_are_seen_by_the_patterns() {
    let mut facts = facts(None, &[("classic", "chat room", &[well("/")])]);
    facts.wanted.prefix = Some("chat room".to_owned());
    facts.clusters[0].meant = true;
    facts.patterns = Some(0);
    assert_eq!(only(&facts).code.as_str(), "no-broadcasts");
    facts.patterns = Some(2);
    assert_eq!(judge(&facts), []);
}

#[test]
fn who_is_silent_is_named_where_it_shows() {
    let silent = NamespaceSeen {
        answered: Some(1),
        silent: vec!["0123456789abcdef".to_owned()],
        ..NamespaceSeen::new("/", Some(2))
    };
    let mut facts = facts(None, &[("sharded", "socket.io", &[silent])]);
    assert!(only(&facts).why.contains("its id is 0123456789abcdef"));
    facts.subscribers = vec![subscriber("", 0, 4096)];
    assert!(only(&facts).todo.contains("10.0.0.7:4242"));
    // More than were counted, as when one came in between, are no trouble.
    facts.clusters[0].namespaces[0].answered = Some(3);
    assert_eq!(judge(&facts), []);
}

#[test]
fn a_subscriber_is_slow_from_half_the_lower_limit_on() {
    let mut facts = facts(None, &[("classic", "socket.io", &[well("/")])]);
    facts.subscribers = vec![subscriber("web", 0, 4 << 20)];
    assert_eq!(judge(&facts), [], "the limit is not known");
    let limit = Limit { hard: 32 << 20, soft: 8 << 20, time: Duration::from_secs(60) };
    facts.limit = Some(limit);
    let finding = only(&facts);
    assert_eq!(
        finding.why,
        r#"10.0.0.7:4242 ("web") has 4.0 MiB unread; the limit is 32.0 MiB at once or 8.0 MiB for 60 s"#
    );
    facts.limit = Some(Limit { hard: 0, soft: 0, ..limit });
    assert_eq!(judge(&facts), [], "there is none");
}

#[test]
fn one_line_permits_all_that_is_refused() {
    let mut facts = facts(None, &[("classic", "chat", &[well("/")])]);
    facts.clusters[0].meant = true;
    facts.info.redis.user = Some("low".to_owned());
    let refusal =
        |what: &str, place: &str, why: &str| Refusal { what: what.into(), place: place.into(), why: why.into() };
    let channel = "NOPERM this user has no permissions to access one of the channels used as arguments";
    let command = "NOPERM this user has no permissions to run the 'publish' command";
    facts.refused = vec![
        refusal(QUESTION, "chat-request#/#", channel),
        refusal(QUESTION, "chat-request#/admin#", channel),
        refusal("PUBLISH", "chat#/#", command),
    ];
    assert_eq!(only(&facts).todo, "redis-cli ACL SETUSER low '&chat*' +publish, and the same in the ACL file");
    // Who may not ask may emit all the same.
    facts.refused.truncate(2);
    assert_eq!(only(&facts).severity, Severity::Trouble, "who knows");
    facts.takes = true;
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("acl", Severity::Note));
    facts.refused = vec![refusal(QUESTION, "chat-request#/#", &command.replace("publish", "subscribe"))];
    facts.takes = false;
    assert_eq!(only(&facts).severity, Severity::Note);
    facts.clusters[0].adapter = "streams".to_owned();
    assert_eq!(only(&facts).severity, Severity::Trouble, "it asks who reads the stream");
    facts.clusters[0].adapter = "classic".to_owned();
    facts.refused = vec![refusal("XADD", "chat", "READONLY You can't write against a read only replica.")];
    assert_eq!(only(&facts).code.as_str(), "refused");
}

#[test]
fn what_cannot_be_looked_at_is_trouble_only_where_it_is_needed() {
    let unseen = |what: &str| Refusal { what: what.into(), place: String::new(), why: "NOPERM".into() };
    let mut blind = facts(None, &[]);
    blind.unseen = vec![unseen("PUBSUB NUMSUB"), unseen("PUBSUB CHANNELS")];
    assert_eq!((only(&blind).code.as_str(), only(&blind).severity), ("unseen", Severity::Trouble));
    blind.wanted.adapter = Some("classic".parse().unwrap());
    assert_eq!(only(&blind).severity, Severity::Note);
    // Who is named can be asked all the same.
    let asked = |answered| NamespaceSeen { answered: Some(answered), ..NamespaceSeen::new("/", None) };
    let mut named = facts(Some("classic"), &[("classic", "socket.io", &[asked(1)])]);
    named.unseen.clone_from(&blind.unseen);
    assert_eq!((only(&named).code.as_str(), only(&named).severity), ("unseen", Severity::Note));
    assert_eq!(only(&named).todo, "redis-cli ACL SETUSER USER +pubsub, and the same in the ACL file");
    named.clusters[0].namespaces = vec![asked(0)];
    named.unseen.clear();
    assert_eq!((only(&named).code.as_str(), only(&named).severity), ("no-answer", Severity::Trouble));
    let mut partly = facts(None, &[("classic", "socket.io", &[well("/")])]);
    partly.unseen = vec![unseen("INFO"), unseen("CLIENT LIST")];
    let finding = only(&partly);
    assert_eq!((finding.severity, finding.what.as_str()), (Severity::Note, "not looked at: INFO, CLIENT LIST"));
}

#[test]
fn a_room_that_nobody_can_look_into_is_no_empty_room() {
    let mut facts = facts(None, &[("python", "socketio", &[NamespaceSeen::new("*", Some(1))])]);
    facts.room = Some(Room { name: "r".into(), why: "no such question".into(), ..Room::default() });
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("unknown-room", Severity::Note));
    facts.room = Some(Room { name: "r".into(), sockets: Some(0), silent: 1, ..Room::default() });
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("unknown-room", Severity::Note));
    // Who did not answer may have more of them.
    facts.room = Some(Room { name: "r".into(), sockets: Some(2), silent: 1, ..Room::default() });
    assert_eq!(judge(&facts), []);
}

#[test]
fn what_is_likeliest_is_said_of_an_empty_room() {
    let said = |room: Room| {
        let mut facts = facts(None, &[("classic", "socket.io", &[well("/")])]);
        facts.room = Some(room);
        let finding = only(&facts);
        (finding.code.as_str(), finding.todo)
    };
    let empty =
        || Room { name: "42".into(), sockets: Some(0), near: vec!["42".into(), "43".into()], ..Room::default() };
    assert!(said(empty()).1.contains("socket.join(String(42))"));
    assert_eq!(said(Room { near: vec!["R".into()], ..empty() }).1, r#"did you mean "R"?"#);
    assert!(said(Room { is_id: true, near: Vec::new(), ..empty() }).1.contains("the socket is gone"));
    let elsewhere = Room { elsewhere: vec!["/a b".into()], ..empty() };
    assert_eq!(
        said(elsewhere.clone()),
        ("empty-room", r#"somebody is in it on "/a b": --namespace '/a b'"#.to_owned())
    );
    assert_eq!(said(Room { is_deserted: true, ..elsewhere }).0, "empty-namespace");
    let (code, todo) = said(Room { is_deserted: true, near: Vec::new(), ..empty() });
    assert_eq!((code, todo.as_str()), ("empty-namespace", "see that clients come, and to this namespace: io(URL)"));
}

#[test]
fn what_is_wrong_with_others_is_no_trouble_of_ours() {
    let silent = NamespaceSeen { answered: Some(1), ..NamespaceSeen::new("/", Some(2)) };
    let clusters = [("classic", "socket.io", &[well("/")][..]), ("sharded", "chat", &[silent])];
    let mut facts = facts(None, &clusters);
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("silent-servers", Severity::Note));
    facts.clusters[1].meant = true;
    facts.clusters[0].meant = false;
    assert_eq!(only(&facts).severity, Severity::Trouble);
}

#[test]
fn servers_that_were_not_asked_are_not_called_healthy() {
    let mut facts = facts(None, &[("classic", "socket.io", &[NamespaceSeen::new("/", Some(1))])]);
    let why = || "why".to_owned();
    for (unasked, code, severity) in [
        (Unasked::Never { why: why() }, "unasked", Severity::Note),
        (Unasked::Failed { why: why() }, "unasked", Severity::Trouble),
        (Unasked::Name { why: why() }, "unreachable-name", Severity::Trouble),
    ] {
        facts.unasked = Some(unasked);
        assert_eq!((only(&facts).code.as_str(), only(&facts).severity), (code, severity));
    }
    facts.unasked = None;
    facts.unprobed = Some(why());
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("unprobed", Severity::Note));
}

#[test]
fn a_stream_is_on_one_database() {
    let mut facts = facts(Some("streams"), &[("streams", "socket.io", &[well("/")])]);
    facts.wanted.database = Some(0);
    facts.subscribers = vec![subscriber("", 1, 0), subscriber("", 1, 0)];
    facts.unread_streams = vec!["socket.io".to_owned()];
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("other-database", Severity::Trouble));
    // One that finds the adapter by itself writes to the channel there.
    facts.wanted.adapter = None;
    assert_eq!((only(&facts).code.as_str(), only(&facts).severity), ("other-database", Severity::Note));
    // Somebody else is here.
    facts.subscribers.push(subscriber("", 0, 0));
    assert_eq!(only(&facts).code.as_str(), "stuck-stream");
    assert!(only(&facts).todo.ends_with("if they are on database 1: --url redis://HOST:PORT/1"));
    // Nobody could be asked.
    facts.refused = vec![Refusal { what: "XADD".into(), place: "socket.io".into(), why: "OOM command".into() }];
    assert_eq!(only(&facts).code.as_str(), "refused");
    assert!(only(&facts).todo.contains("maxmemory"));
    facts.refused.clear();
    facts.read_streams = std::mem::take(&mut facts.unread_streams);
    assert_eq!(judge(&facts), []);
}

#[test]
fn where_nobody_can_be_nobody_is_missed() {
    let mut sentinel = facts(None, &[]);
    sentinel.info = Info::read("redis_version:7.2.4\r\nredis_mode:sentinel\r\nmaster0:name=my main,status=ok\r\n");
    assert_eq!(only(&sentinel).code.as_str(), "sentinel");
    assert!(only(&sentinel).todo.contains("redis-sentinel://HOST:PORT/'my main'"), "{}", only(&sentinel).todo);
    let mut replica = facts(Some("streams"), &[]);
    replica.info = Info::read("redis_version:7.2.4\r\nrole:slave\r\nmaster_host:10.0.0.7\r\nmaster_port:6379\r\n");
    replica.refused = vec![Refusal { what: "XADD".into(), place: "socket.io".into(), why: "READONLY You".into() }];
    assert_eq!(only(&replica).code.as_str(), "replica");
    assert!(only(&replica).todo.contains("--url redis://10.0.0.7:6379"));
}

#[test]
fn a_cluster_has_replicas_and_one_server_has_not() {
    let mut facts = facts(None, &[("classic", "socket.io", &[well("/")])]);
    facts.info.redis.role = Some("slave".to_owned());
    assert_eq!(only(&facts).code.as_str(), "replica");
    facts.info.redis.mode = Some("cluster".to_owned());
    assert_eq!(judge(&facts), []);
}
