//! Completion scripts and manual pages.

use std::{env, fs, process};

use serde_json::Value;

use crate::harness::{run, run_with_stdin};

#[test]
fn completions_contain_commands_and_options_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, stderr) = run(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""));
        for word in
            ["server-emit", "disconnect", "require-servers", "max-line", "handshake", "expect", "trim", "adapter"]
        {
            assert!(script.contains(word), "{shell}: {word}");
        }
        let (_, line, _) = run(&["completions", shell, "-o", "json"]);
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["shell"], &line["script"]), (&shell.into(), &script.into()));
    }
    assert_eq!(run(&["completions", "tcsh"]).0, 2);
}

#[cfg(unix)]
#[test]
fn bash_loads_its_completions() {
    let (_, script, _) = run(&["completions", "bash"]);
    let bash = |args: &[&str]| assert_cmd::Command::new("bash").args(args).write_stdin(script.clone()).assert();
    bash(&["-n"]).success().stderr("");
    bash(&["-c", "source /dev/stdin && complete -p sio"]).success();
}

#[test]
fn man_writes_one_page_per_command() {
    let (code, page, _) = run(&["man"]);
    assert_eq!(code, 0);
    for word in [".TH sio 1", "sio\\-emit(1)", ".SH NOTES", "REDISCLI_AUTH"] {
        assert!(page.contains(word), "{word}");
    }
    let (_, lines, _) = run(&["man", "-o", "json"]);
    let dir = env::temp_dir().join(format!("sio-{}-man", process::id()));
    let (code, stdout, stderr) = run_with_stdin(&["man", "--out", &dir.join("man1").to_string_lossy()], "");
    assert_eq!((code, stdout.as_str(), stderr.starts_with("wrote 15 pages to ")), (0, "", true), "{stderr}");
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let written = fs::read_to_string(dir.join("man1").join(line["file"].as_str().unwrap())).unwrap();
        assert_eq!(line["roff"], written);
        assert!(written.contains("Examples:"), "{}", line["file"]);
    }
    assert_eq!(lines.lines().count(), 15);
    fs::remove_dir_all(&dir).unwrap();
    assert_eq!(run(&["man", "--out", "/dev/null/x"]).0, 1);
}
