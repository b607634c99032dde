//! A broken or healthy cluster, and what `sio doctor` reports about it.

use serde_json::Value;
use socketio_interop::{RedisServer, run_sio};

/// A cluster state and the finding that `sio doctor` must report.
#[derive(Clone, Copy)]
pub(crate) struct DoctorCase {
    /// The state of the cluster, as in the table.
    pub(crate) state: &'static str,
    /// The code of the expected finding; empty if none is expected.
    pub(crate) code: &'static str,
    /// A part of the finding's remedy: an option, a command or a name. Empty if the remedy contains none.
    pub(crate) remedy: &'static str,
    /// Brings a cluster into that state and runs `sio doctor`.
    pub(crate) run: fn() -> DoctorRun,
}

/// A finished run of `sio doctor`.
pub(crate) struct DoctorRun {
    /// The exit code.
    pub(crate) code: Option<i32>,
    pub(crate) diagnosis: Value,
}

impl DoctorRun {
    pub(crate) fn findings(&self) -> &[Value] {
        self.diagnosis["findings"].as_array().unwrap()
    }

    pub(crate) fn finding(&self, code: &str) -> &Value {
        let finding = self.findings().iter().find(|finding| finding["code"] == code);
        finding.unwrap_or_else(|| panic!("{:#}", self.diagnosis))
    }
}

/// Runs `sio doctor` with JSON output.
pub(crate) fn doctor(url: &str, args: &[&str]) -> DoctorRun {
    let sio = run_sio(url, &[&["doctor", "--output", "json"], args].concat(), b"");
    let diagnosis = serde_json::from_str(&sio.stdout).unwrap_or_else(|_| panic!("{sio:?}"));
    DoctorRun { code: sio.code, diagnosis }
}

/// Creates a user with all permissions except these ACL rules, and returns the URL with that user.
pub(crate) fn restricted_user(redis: &RedisServer, rules: &[&str]) -> String {
    let words: Vec<&[u8]> = ["ACL", "SETUSER", "low", "on", ">p", "~*", "&*", "+@all"]
        .iter()
        .chain(rules)
        .map(|word| word.as_bytes())
        .collect();
    assert_eq!(redis.command(&words), "+OK\r\n");
    format!("redis://low:p@{}", redis.address())
}

/// Limits the memory of Redis to less than it uses, so that writes fail.
pub(crate) fn exhaust_memory(redis: &RedisServer) {
    assert_eq!(redis.command(&[b"CONFIG", b"SET", b"maxmemory", b"1mb"]), "+OK\r\n");
    assert!(redis.command(&[b"XADD", b"s", b"*", b"a", b"b"]).starts_with("-OOM"));
}
