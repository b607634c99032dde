//! The texts of -h and --help.

use crate::harness::sio;

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

const GLOBAL_OPTIONS: [&str; 10] = [
    "--url",
    "--adapter",
    "--prefix",
    "--socket-io",
    "--timeout",
    "--lossy-numbers",
    "--namespace",
    "--output",
    "--quiet",
    "--verbose",
];

fn help(args: &[&str]) -> String {
    String::from_utf8(sio(args).assert().success().get_output().stdout.clone()).unwrap()
}

/// The lines that describe an option.
fn option_lines<'a>(help: &'a str, option: &str) -> Vec<&'a str> {
    let is_option = |line: &&str| {
        // Deeper lines continue the description of an option; two spaces separate it from the names.
        let text = line.trim_start();
        let names = text.split("  ").next().unwrap_or_default();
        line.len() - text.len() <= 6 && text.starts_with('-') && names.split([' ', ',']).any(|name| name == option)
    };
    help.lines().filter(is_option).collect()
}

#[test]
fn root_help_lists_commands_global_options_and_environment() {
    let short = help(&["-h"]);
    let long = help(&["--help"]);
    for text in [&short, &long] {
        for option in GLOBAL_OPTIONS {
            assert_eq!(option_lines(text, option).len(), 1, "{option}: {text}");
        }
        for name in COMMANDS {
            assert!(text.contains(&format!("  {name}  ")), "{name}");
        }
    }
    for word in ["Exit codes:", "SIO_URL", "REDIS_URL", "REDISCLI_AUTH", "SIO_ADAPTER"] {
        assert!(long.contains(word), "{word}");
    }
}

#[test]
fn command_help_refers_to_the_root_for_global_options() {
    for name in COMMANDS {
        for flag in ["-h", "--help"] {
            let text = help(&[name, flag]);
            assert!(text.ends_with("\nGlobal options: see `sio --help`.\n"), "{name} {flag}: {text}");
            for option in GLOBAL_OPTIONS {
                assert_eq!(option_lines(&text, option), [""; 0], "{name} {flag}");
            }
        }
    }
}

#[test]
fn global_options_are_accepted_before_and_after_every_command() {
    for name in COMMANDS {
        help(&["-n", "/admin", "--adapter", "classic", name, "--help"]);
        help(&[name, "-n", "/admin", "--adapter", "classic", "--help"]);
    }
}

#[test]
fn short_help_has_two_examples_and_long_help_has_more_detail() {
    for name in COMMANDS {
        let short = help(&[name, "-h"]);
        let examples = short
            .lines()
            .filter(|line| line.contains(&format!("sio {name} ")) || line.ends_with(&format!("sio {name}")));
        let examples: Vec<_> = examples.filter(|line| line.starts_with("  ")).collect();
        assert_eq!(examples.len(), 2, "{short}");
        assert!(short.contains(&format!("`sio {name} --help`")), "{short}");
        let long = help(&[name, "--help"]);
        assert!(long.contains("Examples:") && long.contains(&format!("sio {name} ")), "{long}");
    }
}

#[test]
fn long_help_names_every_option() {
    for (name, words) in [
        (
            "emit",
            "--string --binary --to --except --volatile --no-compress --require-servers --count --every --template \
             --dry-run --ack --expect @FILE now unix_ms count uuid hostname SIO_URL",
        ),
        ("pipe", "--rate --strict --from-line --max-line --dry-run FILE namespace except SIO_URL"),
        ("doctor", "--to --probe ROOM namespace SIO_URL"),
        ("tap", "--event --room --requests --count --for --monitor GLOB SIO_URL"),
        ("bench", "latency throughput --for --count --rate --size --servers --trim p999 microseconds 3s SIO_URL"),
        ("join", "--to --except --all --require-servers --dry-run ROOM"),
        ("leave", "--to --except --all --require-servers --dry-run ROOM"),
        ("disconnect", "--to --except --all --require-servers --dry-run --close"),
        ("server-emit", "--string --binary --require-servers --dry-run --ack --expect @FILE"),
        ("sockets", "--to --except --limit --count --handshake jq"),
        ("rooms", "--all --limit --count allRooms"),
        ("servers", "--timeout summary silent"),
        ("completions", "bash zsh fish elvish powershell"),
        ("man", "--out"),
    ] {
        let long = help(&[name, "--help"]);
        words.split_whitespace().for_each(|word| assert!(long.contains(word), "{name}: {word}"));
    }
    assert!(help(&["emit", "--help"]).contains("sio emit time -T '{{ now }}' --every 5s"));
}

#[test]
fn help_fits_100_columns_and_does_not_show_values_of_the_environment() {
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
fn without_arguments_help_is_printed_to_stderr_with_exit_2() {
    let output = sio(&[]).assert().code(2).get_output().clone();
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage: sio"));
    assert!(help(&["--version"]).starts_with("sio "));
}

#[test]
fn root_help_shows_the_operations_of_each_adapter() {
    let help = help(&["--help"]);
    let row = help.lines().find(|line| line.trim().starts_with("server-emit") && line.ends_with('-')).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["server-emit", "yes", "yes", "yes", "-", "-"]);
}
