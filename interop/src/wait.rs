use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// The longest time that a test waits for any single event.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Polls until `check` returns a value.
///
/// # Panics
/// After [`TEST_TIMEOUT`]; the message names `what`.
pub fn wait_for<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(started.elapsed() < TEST_TIMEOUT, "waited {TEST_TIMEOUT:?} for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal, such as `STOP`, to a process.
///
/// # Panics
/// If the process does not exist.
pub fn send_signal(pid: u32, signal: &str) {
    let status = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -{signal} {pid} fails");
}
