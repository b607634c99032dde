//! Requests to the servers: usage errors, unreachable Redis, and dry runs.

use crate::harness::{run, unreachable_url};

#[test]
fn invalid_request_options_exit_2() {
    for (args, expected) in [
        ("emit e --expect 1", "--ack"),
        ("emit e --ack --expect 0", "--expect"),
        ("emit e --ack --every 1s", "--every"),
        ("emit e --ack --count 2", "--count"),
        ("emit connect --ack", "EVENT: "),
        ("emit e --ack --to a[ -n [", "--namespace: "),
        ("server-emit connection --ack", "EVENT: "),
        ("server-emit e --expect 1", "--ack"),
        ("sockets --limit 0", "--limit"),
        ("sockets --limit 5 --count", "--count"),
        ("sockets --handshake --count", "--count"),
        ("sockets --to=", "--to: "),
        ("sockets --except=", "--except: "),
        ("sockets room", "room"),
        ("rooms --limit 5 --count", "--count"),
        ("rooms --to a", "--to"),
        ("rooms -n [", "--namespace: "),
        ("servers -n [", "--namespace: "),
        ("servers --limit 5", "--limit"),
    ] {
        let with_adapter: Vec<_> = ["--adapter", "classic"].into_iter().chain(args.split(' ')).collect();
        let (code, stdout, stderr) = run(&with_adapter);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args}: {stderr}");
        assert!(stderr.starts_with("sio: ") && stderr.contains(expected), "{args}: {stderr}");
    }
}

#[test]
fn requests_to_unreachable_redis_exit_1_and_print_no_results() {
    let url = unreachable_url("");
    for args in ["emit e --ack", "server-emit e --ack", "sockets", "sockets --count", "rooms", "servers"] {
        for adapter in ["auto", "classic"] {
            let global = ["--url", &url, "--adapter", adapter, "-o", "json"];
            let (code, stdout, stderr) = run(&global.into_iter().chain(args.split(' ')).collect::<Vec<_>>());
            assert_eq!((code, stdout.as_str()), (1, ""), "{args}: {stderr}");
            assert!(stderr.starts_with("sio: cannot reach Redis at "), "{args}: {stderr}");
        }
    }
}

#[test]
fn dry_run_with_ack_prints_a_request() {
    let adapter = ["--adapter", "classic", "--socket-io", "4"];
    let (code, stdout, stderr) =
        run(&[&adapter[..], &["emit", "e", "--dry-run", "--ack", "--to", "a", "--volatile"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.starts_with("PUBLISH \"socket.io-request#/#\" \"") && stdout.contains("requestId"), "{stdout}");
    let (code, stdout, _) = run(&[&adapter[..], &["server-emit", "e", "--dry-run", "--ack", "-o", "json"]].concat());
    assert_eq!(code, 0);
    assert!(stdout.starts_with("{\"command\":[\"PUBLISH\",\"socket.io-request#/#\",") && stdout.contains("requestId"));
    // Without --ack, the message requests no response.
    let (_, stdout, _) = run(&[&adapter[..], &["server-emit", "e", "--dry-run", "-o", "json"]].concat());
    assert!(!stdout.contains("requestId"), "{stdout}");
}
