//! Help, and what is said about a wrong call.

use crate::sio::{failure, sio};

const COMMANDS: [&str; 14] = [
    "emit",
    "pipe",
    "join",
    "leave",
    "disconnect",
    "server-emit",
    "sockets",
    "rooms",
    "servers",
    "tap",
    "doctor",
    "bench",
    "completions",
    "man",
];

fn help(args: &[&str]) -> String {
    String::from_utf8(sio(args).assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn help_names_every_flag() {
    let long = help(&["emit", "--help"]);
    let flags = "--url --adapter --prefix --namespace --timeout --output --quiet --verbose --lossy-numbers --string \
                 --binary --to --except --volatile --no-compress --require-servers --count --every --template --dry-run --ack --expect";
    let others = "SIO_URL REDIS_URL REDISCLI_AUTH SIO_ADAPTER @FILE now unix_ms count uuid hostname";
    for flag in flags.split(' ').chain(others.split(' ')) {
        assert!(long.contains(flag), "{flag}");
    }
    assert!(long.contains("sio emit time -T '{{ now }}' --every 5s"));
    assert!(help(&["--help"]).contains("REDISCLI_AUTH"));
}

#[test]
fn every_command_teaches_with_examples() {
    let overview = help(&["--help"]);
    for name in COMMANDS {
        let long = help(&[name, "--help"]);
        assert!(overview.contains(&format!("  {name}  ")), "{name}");
        for word in ["Examples:", &format!("sio {name} "), "--output", "--quiet"] {
            assert!(long.contains(word), "{name}: {word}");
        }
        let short = help(&[name, "-h"]);
        assert!(short.contains(&format!("sio {name} --help")), "{short}");
    }
    for (name, words) in [
        ("pipe", "--rate --strict --from-line --max-line --dry-run FILE namespace except SIO_URL"),
        ("doctor", "--to --probe ROOM namespace SIO_URL"),
        ("bench", "latency throughput --for --count --rate --size --servers --trim p999 microseconds 3s SIO_URL"),
        ("join", "--to --except --all --require-servers --dry-run ROOM"),
        ("leave", "--to --except --all --require-servers --dry-run ROOM"),
        ("disconnect", "--to --except --all --require-servers --dry-run --close"),
        ("server-emit", "--string --binary --require-servers --dry-run --ack --expect @FILE"),
        ("sockets", "--to --except --limit --count --handshake jq"),
        ("rooms", "--all --limit --count allRooms"),
        ("servers", "--timeout tally silent"),
        ("completions", "bash zsh fish elvish powershell"),
        ("man", "--out"),
    ] {
        let long = help(&[name, "--help"]);
        words.split(' ').for_each(|word| assert!(long.contains(word), "{name}: {word}"));
    }
}

#[test]
fn help_fits_a_terminal_and_hides_the_environment() {
    let commands = COMMANDS.iter().flat_map(|name| [vec![*name, "--help"], vec![*name, "-h"]]);
    for args in commands.chain([vec!["--help"], vec!["-h"]]) {
        let mut command = sio(&args);
        command
            .env("SIO_URL", "redis://:s3cret@host")
            .env("REDIS_URL", "redis://:s3cret@host")
            .env("REDISCLI_AUTH", "s3cret");
        let text = String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap();
        assert!(!text.contains("s3cret"));
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn alone_it_shows_help_and_fails() {
    let output = sio(&[]).assert().code(2).get_output().clone();
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: sio"));
    assert!(help(&["--version"]).starts_with("sio "));
}

#[test]
fn wrong_usage_and_input_is_2() {
    for (args, word) in [
        (&["e", "--nonsense"][..], "--nonsense"),
        (&["e", "--every", "5"], "250ms, 5s, 1m30s"),
        (&["e", "--every", "0s"], "more than zero"),
        (&["e", "--timeout=-5s"], "more than zero"),
        (&["e", "--count", "0"], "--count"),
        (&["e", "--require-servers", "two"], "--require-servers"),
        (&["e", "--namespace", ""], "--namespace"),
        (&["e", "--prefix", ""], "--prefix"),
        (&["e", "--output", "xml"], "--output"),
        (&["e", "-q", "-v"], "--quiet"),
        (&["e", "--url", ""], "Redis URL"),
        (&["e", "--url", "http://host"], "Redis URL"),
        (&["connect"], "EVENT: "),
        (&["disconnecting"], "EVENT: "),
        (&["e", "--namespace", "/a[b"], "--namespace: "),
        (&["e", "{\"__proto__\": 1}"], "ARG 1"),
        (&["e", "{\"_placeholder\": true}", "{\"$binary\": \"AA==\"}"], "ARG: "),
    ] {
        let (code, words) = failure(args);
        assert_eq!((code, words.contains(word)), (2, true), "{args:?}: {words}");
        assert!(words.starts_with("sio: "), "{words}");
    }
    sio(&["emit"]).assert().code(2);
    sio(&["nonsense"]).assert().code(2);
}

#[test]
fn an_adapter_that_is_not_known_is_answered_with_those_that_are() {
    for (name, known) in [("carrier-pigeon", "socketioxide"), ("streams,counts=4", "count=N"), ("classic,x", "none")] {
        let (code, words) = failure_with_adapter(&["emit", "e", "--adapter", name]);
        assert_eq!((code, words.contains(known)), (2, true), "{words}");
    }
    let from_environment = sio(&["emit", "e"]).env("SIO_ADAPTER", "stream").assert().code(2).get_output().clone();
    assert!(String::from_utf8(from_environment.stderr).unwrap().starts_with("sio: SIO_ADAPTER: there is no adapter"));
}

#[test]
fn the_help_shows_what_each_adapter_carries() {
    let output = sio(&["--help"]).assert().success().get_output().clone();
    let help = String::from_utf8(output.stdout).unwrap();
    let row = help.lines().find(|line| line.trim().starts_with("server-emit") && line.ends_with("-")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["server-emit", "yes", "yes", "yes", "-", "-"]);
}

fn failure_with_adapter(args: &[&str]) -> (i32, String) {
    let output = sio(args).assert().failure().get_output().clone();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[cfg(unix)]
#[test]
fn nothing_steers_the_terminal() {
    for args in [&["--\u{1b}[31m"][..], &["e", "@/no/\u{1b}[31m"], &["e", "-T", "{{ now }\u{1b}[31m"]] {
        assert!(!failure(args).1.contains('\u{1b}'), "{args:?}");
    }
}
