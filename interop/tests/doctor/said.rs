//! A cluster that is broken, and what the command line says about it.

use std::process::Command;

use serde_json::Value;
use socketio_interop::{RedisServer, Server, Sio};

/// How a cluster is broken, and by what name the diagnosis calls it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) broken: &'static str,
    pub(crate) code: &'static str,
    pub(crate) said: fn() -> Said,
}

/// What the command line said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) diagnosis: Value,
}

impl Said {
    pub(crate) fn findings(&self) -> &[Value] {
        self.diagnosis["findings"].as_array().unwrap()
    }

    pub(crate) fn finding(&self, code: &str) -> &Value {
        let found = self.findings().iter().find(|finding| finding["code"] == code);
        found.unwrap_or_else(|| panic!("{:#}", self.diagnosis))
    }
}

pub(crate) fn doctor(url: &str, args: &[&str]) -> Said {
    let sio = Sio::run(url, &[&["doctor", "--output", "json"], args].concat(), b"");
    let diagnosis = serde_json::from_str(&sio.stdout).unwrap_or_else(|_| panic!("{sio:?}"));
    Said { code: sio.code, diagnosis }
}

pub(crate) fn signal(server: &mut Server, name: &str) {
    let pid = server.tool().pid().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
}

/// A user that may do everything but this.
pub(crate) fn user(redis: &RedisServer, rules: &[&str]) -> String {
    let words: Vec<&[u8]> = ["ACL", "SETUSER", "low", "on", ">p", "~*", "&*", "+@all"]
        .iter()
        .chain(rules)
        .map(|word| word.as_bytes())
        .collect();
    assert_eq!(redis.command(&words), "+OK\r\n");
    format!("redis://low:p@{}", redis.address())
}

/// It has less memory than it uses already.
pub(crate) fn fill(redis: &RedisServer) {
    assert_eq!(redis.command(&[b"CONFIG", b"SET", b"maxmemory", b"1mb"]), "+OK\r\n");
    assert!(redis.command(&[b"XADD", b"s", b"*", b"a", b"b"]).starts_with("-OOM"));
}
