//! `sio doctor` reports the cause for each broken cluster, and no problem for healthy ones.

mod case;
mod healthy;
mod redis;
mod room;
mod servers;
mod unreachable;

use std::thread;

use serde_json::{Value, json};
use socketio_interop::{
    ClientCertificate, DocTable, RedisCluster, RedisServer, RedisTls, ServerKind, SocketIoCluster, SocketIoServer,
    run_sio, wait_for,
};

use self::case::{DoctorCase, doctor};
use crate::run_exclusively;

/// What each finding means, for the table.
fn meaning(code: &str) -> &'static str {
    match code {
        "" => "no finding",
        "acl" => "the ACL user lacks a permission",
        "empty-namespace" => "no client is connected to the namespace",
        "empty-room" => "no socket is in the room",
        "mixed-versions" => "servers of different Socket.IO versions",
        "no-answer" => "no server answers",
        "no-namespace" => "no server has the namespace",
        "no-servers" => "no server is subscribed on this Redis",
        "old-redis" => "Redis is too old for the adapter",
        "other-adapter" => "the servers use another adapter",
        "other-database" => "the servers use another Redis database",
        "other-prefix" => "the servers use another prefix",
        "refused" => "Redis refuses the command",
        "replica" => "the Redis is a replica",
        "sentinel" => "the Redis is a sentinel",
        "several-adapters" => "servers of several adapters share the prefix",
        "silent-servers" => "subscribed servers do not answer",
        "slow-subscriber" => "a server does not keep up with its messages",
        "stuck-stream" => "servers no longer read the stream",
        "unasked" => "the servers could not be asked",
        "unread-stream" => "no server reads the stream",
        "unreachable-name" => "the prefix or namespace contains brackets",
        "unseen" => "subscriptions could not be listed",
        other => panic!("the finding {other} has no meaning in this test"),
    }
}

/// Asserts that a finding has a sentence and the remedy of the case.
fn assert_remedy(DoctorCase { state, remedy, .. }: &DoctorCase, finding: &Value) {
    assert!(finding["what"].as_str().is_some_and(|what| !what.is_empty()), "{state}: {finding}");
    let todo = mask_ports(finding["todo"].as_str().unwrap_or_default());
    assert!(todo.contains(remedy), "{state}: {remedy} is not in {todo}");
}

#[test]
fn doctor_reports_the_cause_of_each_problem_and_none_for_healthy_clusters() {
    let _guard = run_exclusively();
    let broken = [&unreachable::CASES[..], &servers::CASES, &room::CASES, &redis::CASES].concat();
    let rows = broken.iter().chain(&healthy::CASES).map(|case| case.state);
    let mut table = DocTable::new("doctor", "cluster", rows, ["finding", "meaning", "the remedy contains"]);
    for case in &broken {
        let run = (case.run)();
        let finding = run.finding(case.code);
        assert_eq!(finding["severity"], "trouble", "{}: {finding}", case.state);
        assert_eq!(run.code, Some(5), "{}: {:#}", case.state, run.diagnosis);
        assert_remedy(case, finding);
        table.set(case.state, "finding", format!("`{}`", case.code));
    }
    for case in &healthy::CASES {
        let run = (case.run)();
        assert_eq!(run.code, Some(0), "{}: {:#}", case.state, run.diagnosis);
        let codes: Vec<_> = run.findings().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        let expected: &[&str] = if case.code.is_empty() { &[] } else { &[case.code] };
        assert_eq!(codes, expected, "{}: {:#}", case.state, run.diagnosis);
        run.findings().iter().for_each(|finding| assert_remedy(case, finding));
        let note = if case.code.is_empty() { "healthy".to_owned() } else { format!("healthy, note `{}`", case.code) };
        table.set(case.state, "finding", note);
    }
    for case in broken.iter().chain(&healthy::CASES) {
        table.set(case.state, "meaning", meaning(case.code));
        let remedy = if case.remedy.is_empty() { "–".to_owned() } else { format!("`{}`", case.remedy) };
        table.set(case.state, "the remedy contains", remedy);
    }
    table.check();
}

/// Replaces each address by `HOST:PORT`, because ports differ between runs.
fn mask_ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let start = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| format!("HOST:PORT{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
    start + &rest.collect::<String>()
}

#[test]
fn doctor_finds_no_problem_in_a_healthy_cluster_of_each_adapter() {
    let _guard = run_exclusively();
    for kind in [
        ServerKind::Classic,
        ServerKind::ClassicSpecific,
        ServerKind::ShardedDynamic,
        ServerKind::Streams,
        ServerKind::StreamsSharded,
        ServerKind::StreamsOld,
        ServerKind::Socketioxide,
    ] {
        let cluster = SocketIoCluster::of(kind);
        let run = doctor(&cluster.redis.url(), &["--probe"]);
        let name = kind.name();
        assert_eq!(run.code, Some(0), "{name}: {:#}", run.diagnosis);
        assert_eq!(run.diagnosis["findings"], json!([]), "{name}");
        let clusters = run.diagnosis["clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), 1, "{name}: {:#}", run.diagnosis);
        let namespace = &clusters[0]["namespaces"][0];
        assert_eq!(namespace["name"], "/", "{name}");
        for count in ["servers", "answered", "heard"] {
            assert_eq!(namespace[count], 2, "{name}, {count}: {:#}", run.diagnosis);
        }
    }
}

/// Each node knows the subscriptions of its own clients only, so the doctor must ask all of them.
#[test]
fn doctor_counts_servers_on_all_nodes_of_a_redis_cluster() {
    let _guard = run_exclusively();
    let redis = RedisCluster::start();
    let node = format!("redis://{}", redis.addresses()[1]);
    let cluster = SocketIoCluster::on(redis, ServerKind::Classic);
    let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"shards"}"#)];
    let _sharded = SocketIoServer::start_as(ServerKind::ShardedDynamic, &cluster.redis, &options);
    for url in [cluster.redis.url(), node] {
        for (prefix, servers) in [("socket.io", 2), ("shards", 1)] {
            let run = doctor(&url, &["--probe", "--prefix", prefix]);
            assert_eq!(run.code, Some(0), "{:#}", run.diagnosis);
            assert_eq!(run.diagnosis["redis"]["mode"], "cluster");
            let clusters = run.diagnosis["clusters"].as_array().unwrap();
            let selected = clusters.iter().find(|cluster| cluster["meant"] == true).unwrap();
            for count in ["servers", "answered", "heard"] {
                assert_eq!(selected["namespaces"][0][count], servers, "{:#}", run.diagnosis);
            }
        }
    }
}

#[test]
fn emit_without_servers_names_the_prefix_of_others_and_the_doctor() {
    let redis = RedisServer::start();
    let _server = SocketIoServer::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let sio = run_sio(&redis.url(), &["emit", "e"], b"");
    assert_eq!(sio.code, Some(3));
    assert!(sio.stderr.contains("classic") && sio.stderr.contains("\"chat\""), "{}", sio.stderr);
    assert!(sio.stderr.contains("sio doctor"), "{}", sio.stderr);
}

#[test]
fn doctor_without_a_usable_redis_exits_1_and_names_the_cause() {
    let (redis, locked) = (RedisServer::start(), RedisServer::start_with_user("app", "secret"));
    let encrypted = RedisTls::start(ClientCertificate::NotRequested);
    for (url, expected) in [
        (format!("redis://app:wrong@{}", locked.address()), "AuthenticationFailed"),
        (format!("redis://{}", locked.address()), "NOAUTH"),
        (format!("{}/99", redis.url()), "CONFIG GET databases"),
        (format!("redis-sentinel://{}/main", redis.address()), "redis://HOST:PORT"),
        (format!("redis-cluster://{}", redis.address()), "redis://HOST:PORT"),
        (encrypted.url().replace("rediss://", "redis://"), "rediss://"),
        (encrypted.url(), "?ca=FILE"),
        (redis.url().replace("redis://", "rediss://"), "TLS"),
        ("redis://127.0.0.1:1".to_owned(), "127.0.0.1:1"),
        ("redis://nowhere.invalid".to_owned(), "nowhere.invalid"),
    ] {
        let sio = run_sio(&url, &["doctor", "--timeout", "2s"], b"");
        assert_eq!((sio.code, sio.stdout.as_str()), (Some(1), ""), "{url}: {}", sio.stderr);
        assert!(sio.stderr.contains("Redis") && sio.stderr.contains(expected), "{url}: {}", sio.stderr);
        assert!(!sio.stderr.contains("wrong@") && !sio.stderr.contains("secret"), "{}", sio.stderr);
    }
    // An error of Redis is not reported as missing servers.
    let emit = run_sio(&format!("redis://{}", locked.address()), &["emit", "e"], b"");
    assert_eq!(emit.code, Some(1), "{}", emit.stderr);
    assert!(emit.stderr.contains("NOAUTH"), "{}", emit.stderr);
}

#[test]
fn doctor_on_a_busy_redis_exits_1_and_does_not_report_missing_servers() {
    let redis = RedisServer::start();
    let _server = SocketIoServer::start(&redis, &[]);
    assert_eq!(doctor(&redis.url(), &[]).code, Some(0));
    redis.command(&[b"CONFIG", b"SET", b"busy-reply-threshold", b"1"]);
    thread::scope(|scope| {
        let script = scope.spawn(|| redis.command(&[b"EVAL", b"while true do end", b"0"]));
        wait_for("the script to run", || redis.command(&[b"PING"]).starts_with("-BUSY").then_some(()));
        let sio = run_sio(&redis.url(), &["doctor"], b"");
        redis.command(&[b"SCRIPT", b"KILL"]);
        script.join().unwrap();
        assert_eq!((sio.code, sio.stdout.as_str()), (Some(1), ""), "{}", sio.stderr);
        assert!(sio.stderr.contains("redis-cli SCRIPT KILL"), "{}", sio.stderr);
    });
}

/// The text output contains the clusters, then the findings, and no control characters.
#[test]
fn doctor_text_lists_clusters_and_findings_without_control_characters() {
    let redis = RedisServer::start();
    let environment = [("ADAPTER_OPTIONS", r#"{"key":"chat\u001b"}"#)];
    let _servers = [0, 1].map(|_| SocketIoServer::start(&redis, &environment));
    let sio = run_sio(&redis.url(), &["doctor"], b"");
    assert_eq!((sio.code, sio.stderr.as_str()), (Some(5), ""));
    assert!(sio.stdout.chars().all(|c| c == '\n' || !c.is_control()), "{}", sio.stdout);
    let [clusters, finding] = sections(&sio.stdout, '✗');
    let prefix = r#""chat\u{1b}""#;
    assert!(clusters.contains(&format!("classic {prefix}  Socket.IO 4")), "{clusters}");
    for namespace in ["  /        2 servers  2 answered", "  /admin   2 servers  2 answered"] {
        assert!(clusters.lines().any(|line| line.starts_with(namespace)), "{clusters}");
    }
    assert!(finding.contains(prefix) && finding.contains(r"--prefix 'chat\u{1b}'"), "{finding}");
}

#[test]
fn doctor_text_of_a_healthy_cluster_names_further_commands() {
    let redis = RedisServer::start();
    let _servers = [0, 1].map(|_| SocketIoServer::start(&redis, &[]));
    let sio = run_sio(&redis.url(), &["doctor", "--probe"], b"");
    assert_eq!((sio.code, sio.stderr.as_str()), (Some(0), ""));
    let [clusters, next] = sections(&sio.stdout, '✓');
    assert!(clusters.contains("classic \"socket.io\"  Socket.IO 4"), "{clusters}");
    for namespace in ["  /        2 servers  2 answered  2 ", "  /admin   2 servers  2 answered"] {
        assert!(clusters.lines().any(|line| line.starts_with(namespace)), "{clusters}");
    }
    for command in ["sio doctor --to ROOM", "sio sockets", "socket.onAny(console.log)"] {
        assert!(next.contains(command), "{next}");
    }
}

/// The text output before and after its only mark.
fn sections(text: &str, mark: char) -> [&str; 2] {
    let (clusters, findings) = text.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {text}"));
    assert!(!findings.contains(['✗', '✓']), "{text}");
    [clusters, findings]
}
