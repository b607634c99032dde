//! Templates, rendered before anything is sent.

use crate::sio::{dry_run, event, failure};
use socketio_emitter::Args;

#[test]
fn without_the_flag_nothing_is_a_template() {
    assert_eq!(dry_run(&["e", "--string", "{{ now }}"]), event([Args::new("{{ now }}").unwrap()]));
    let (code, words) = failure(&["e", "{{ now }}"]);
    assert_eq!((code, words.contains("add -T")), (2, true), "{words}");
}

#[test]
fn variables_stand_everywhere() {
    let counted = dry_run(&["e{{ count }}", "-T", "--to", "r{{ count }}", "--except", "x{{ count }}", "--count", "2"]);
    let lines: Vec<_> = counted.lines().collect();
    assert!(lines[0].contains("#r1#") && lines[0].contains("e1") && lines[0].contains("x1"), "{counted}");
    assert!(lines[1].contains("#r2#") && lines[1].contains("e2") && lines[1].contains("x2"), "{counted}");
    let now = dry_run(&["e", "--template", "{{ now }}"]);
    assert!(now.contains(r"\xb8") && now.contains("T") && now.contains("Z"), "a string of 24 characters: {now}");
}

#[test]
fn what_is_rendered_is_read_as_an_arg() {
    let number = |n: u64| Args::new(&n).unwrap();
    assert_eq!(dry_run(&["e", "-T", "{{ count }}"]), event([number(1)]));
    assert_eq!(dry_run(&["e", "-T", "--string", "{{ count }}"]), event([Args::new("1").unwrap()]));
    assert_eq!(dry_run(&["e", "-T", "00{{ count }}"]), event([Args::new("001").unwrap()]));
    assert_eq!(
        dry_run(&["e", "-T", "{\"n\": {{ count }}}"]),
        event([Args::from_json(b"{\"n\":1}", Default::default()).unwrap()])
    );
    assert_eq!(dry_run(&["e", "-T", "--string", "a{{ count }}\n"]), event([Args::new("a1\n").unwrap()]));
}

#[test]
fn every_message_has_its_own_uuid() {
    let lines = dry_run(&["e", "-T", "{{ uuid }}", "--count", "2"]);
    let lines: Vec<_> = lines.lines().collect();
    assert_ne!(lines[0], lines[1]);
    let twice = dry_run(&["e", "-T", "{{ uuid == uuid }}"]);
    assert!(twice == event([Args::new("True").unwrap()]) || twice == event([Args::new(&true).unwrap()]), "{twice}");
}

#[test]
fn a_template_that_does_not_work_says_what_there_is() {
    for (typed, word) in [
        (&["e", "{{ nwo }}"][..], "ARG 1"),
        (&["e", "{{ now"], "ARG 1"),
        (&["e", "x", "{{ now | nofilter }}"], "ARG 2"),
        (&["e", "--string", "{{ nobody.name }}"], "ARG 1"),
        (&["{{ event }}"], "EVENT"),
        (&["e", "--to", "a", "--to", "{{ user }}"], "--to 2"),
        (&["e", "--except", "{% if %}"], "--except 1"),
        (&["e", "{% if false %}{{ never }}{% endif %}"], "ARG 1"),
    ] {
        let (code, words) = failure(&[typed, &["-T"]].concat());
        assert_eq!((code, words.starts_with(&format!("sio: {word}: "))), (2, true), "{typed:?}: {words}");
        assert_eq!(words.lines().count(), 1, "{words}");
    }
    let (_, words) = failure(&["e", "-T", "{{ nwo }}"]);
    assert!(words.contains("now, unix_ms, count, uuid, hostname"), "{words}");
}

#[test]
fn a_room_that_renders_empty_reaches_nobody() {
    for flag in ["--to", "--except"] {
        let (code, words) = failure(&["e", "-T", flag, "{{ '' }}"]);
        assert_eq!((code, words.starts_with(&format!("sio: {flag}: "))), (2, true), "{words}");
        assert_eq!(failure(&["e", flag, ""]).0, 2);
    }
}
