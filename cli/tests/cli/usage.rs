//! Errors for invalid usage and input.

use crate::harness::{emit_error, run, sio};

#[test]
fn invalid_usage_or_input_exits_2() {
    for (args, expected) in [
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
        let (code, stderr) = emit_error(args);
        assert_eq!((code, stderr.contains(expected)), (2, true), "{args:?}: {stderr}");
        assert!(stderr.starts_with("sio: "), "{stderr}");
    }
    sio(&["emit"]).assert().code(2);
    sio(&["nonsense"]).assert().code(2);
}

#[test]
fn unknown_adapter_error_lists_the_known_ones() {
    for (name, expected) in
        [("carrier-pigeon", "socketioxide"), ("streams,counts=4", "count=N"), ("classic,x", "no options")]
    {
        let (code, stdout, stderr) = run(&["emit", "e", "--adapter", name]);
        assert_eq!((code, stdout.as_str(), stderr.contains(expected)), (2, "", true), "{stderr}");
    }
    let from_environment = sio(&["emit", "e"]).env("SIO_ADAPTER", "stream").assert().code(2).get_output().clone();
    assert!(String::from_utf8(from_environment.stderr).unwrap().starts_with("sio: SIO_ADAPTER: unknown adapter"));
}

#[cfg(unix)]
#[test]
fn control_characters_in_errors_are_escaped() {
    for args in [&["--\u{1b}[31m"][..], &["e", "@/no/\u{1b}[31m"], &["e", "-T", "{{ now }\u{1b}[31m"]] {
        assert!(!emit_error(args).1.contains('\u{1b}'), "{args:?}");
    }
}
