//! Templates of `sio emit --template`.

use crate::harness::{dry_run, emit_error, expected_event};
use socketio_emitter::Args;

#[test]
fn without_the_option_templates_are_not_rendered() {
    assert_eq!(dry_run(&["e", "--string", "{{ now }}"]), expected_event([Args::new("{{ now }}").unwrap()]));
    let (code, stderr) = emit_error(&["e", "{{ now }}"]);
    assert_eq!((code, stderr.contains("add -T")), (2, true), "{stderr}");
}

#[test]
fn variables_are_rendered_in_event_args_and_rooms() {
    let counted = dry_run(&["e{{ count }}", "-T", "--to", "r{{ count }}", "--except", "x{{ count }}", "--count", "2"]);
    let lines: Vec<_> = counted.lines().collect();
    assert!(lines[0].contains("#r1#") && lines[0].contains("e1") && lines[0].contains("x1"), "{counted}");
    assert!(lines[1].contains("#r2#") && lines[1].contains("e2") && lines[1].contains("x2"), "{counted}");
    let now = dry_run(&["e", "--template", "{{ now }}"]);
    assert!(
        now.contains(r"\xb8") && now.contains("T") && now.contains("Z"),
        "expected a string of 24 characters: {now}"
    );
}

#[test]
fn rendered_text_is_parsed_as_an_arg() {
    let number = |n: u64| Args::new(&n).unwrap();
    assert_eq!(dry_run(&["e", "-T", "{{ count }}"]), expected_event([number(1)]));
    assert_eq!(dry_run(&["e", "-T", "--string", "{{ count }}"]), expected_event([Args::new("1").unwrap()]));
    assert_eq!(dry_run(&["e", "-T", "00{{ count }}"]), expected_event([Args::new("001").unwrap()]));
    assert_eq!(
        dry_run(&["e", "-T", "{\"n\": {{ count }}}"]),
        expected_event([Args::from_json(b"{\"n\":1}", Default::default()).unwrap()])
    );
    assert_eq!(dry_run(&["e", "-T", "--string", "a{{ count }}\n"]), expected_event([Args::new("a1\n").unwrap()]));
}

#[test]
fn each_message_has_one_uuid() {
    let lines = dry_run(&["e", "-T", "{{ uuid }}", "--count", "2"]);
    let lines: Vec<_> = lines.lines().collect();
    assert_ne!(lines[0], lines[1]);
    let twice = dry_run(&["e", "-T", "{{ uuid == uuid }}"]);
    assert!(
        twice == expected_event([Args::new("True").unwrap()]) || twice == expected_event([Args::new(&true).unwrap()]),
        "{twice}"
    );
}

#[test]
fn invalid_template_reports_where_and_the_known_variables() {
    for (args, label) in [
        (&["e", "{{ nwo }}"][..], "ARG 1"),
        (&["e", "{{ now"], "ARG 1"),
        (&["e", "x", "{{ now | nofilter }}"], "ARG 2"),
        (&["e", "--string", "{{ nobody.name }}"], "ARG 1"),
        (&["{{ event }}"], "EVENT"),
        (&["e", "--to", "a", "--to", "{{ user }}"], "--to 2"),
        (&["e", "--except", "{% if %}"], "--except 1"),
        (&["e", "{% if false %}{{ never }}{% endif %}"], "ARG 1"),
    ] {
        let (code, stderr) = emit_error(&[args, &["-T"]].concat());
        assert_eq!((code, stderr.starts_with(&format!("sio: {label}: "))), (2, true), "{args:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    let (_, stderr) = emit_error(&["e", "-T", "{{ nwo }}"]);
    assert!(stderr.contains("now, unix_ms, count, uuid, hostname"), "{stderr}");
}

#[test]
fn room_that_renders_empty_exits_2() {
    for flag in ["--to", "--except"] {
        let (code, stderr) = emit_error(&["e", "-T", flag, "{{ '' }}"]);
        assert_eq!((code, stderr.starts_with(&format!("sio: {flag}: "))), (2, true), "{stderr}");
        assert_eq!(emit_error(&["e", flag, ""]).0, 2);
    }
}
