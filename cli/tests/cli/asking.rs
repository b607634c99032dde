//! Questions, as far as they go without Redis.

use crate::sio::{nowhere, run};

#[test]
fn a_wrong_question_is_2() {
    for (words, said) in [
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
        let mut args = vec!["--adapter", "classic"];
        args.extend(words.split(' '));
        let (code, stdout, stderr) = run(&args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{words}: {stderr}");
        assert!(stderr.starts_with("sio: ") && stderr.contains(said), "{words}: {stderr}");
    }
}

#[test]
fn redis_away_is_1_and_no_answer_is_made_up() {
    let url = nowhere("");
    for words in ["emit e --ack", "server-emit e --ack", "sockets", "sockets --count", "rooms", "servers"] {
        for adapter in ["auto", "classic"] {
            let mut args = vec!["--url", &url, "--adapter", adapter, "-o", "json"];
            args.extend(words.split(' '));
            let (code, stdout, stderr) = run(&args);
            assert_eq!((code, stdout.as_str()), (1, ""), "{words}: {stderr}");
            assert!(stderr.starts_with("sio: cannot reach Redis at "), "{words}: {stderr}");
        }
    }
}

#[test]
fn a_dry_run_prints_the_question() {
    let adapter = ["--adapter", "classic", "--socket-io", "4"];
    let (code, stdout, stderr) =
        run(&[&adapter[..], &["emit", "e", "--dry-run", "--ack", "--to", "a", "--volatile"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.starts_with("PUBLISH \"socket.io-request#/#\" \"") && stdout.contains("requestId"), "{stdout}");
    let (code, stdout, _) = run(&[&adapter[..], &["server-emit", "e", "--dry-run", "--ack", "-o", "json"]].concat());
    assert_eq!(code, 0);
    assert!(stdout.starts_with("{\"command\":[\"PUBLISH\",\"socket.io-request#/#\",") && stdout.contains("requestId"));
    // Without --ack it asks for no answer.
    let (_, stdout, _) = run(&[&adapter[..], &["server-emit", "e", "--dry-run", "-o", "json"]].concat());
    assert!(!stdout.contains("requestId"), "{stdout}");
}
