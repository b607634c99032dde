use std::{
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before a test says that it did not happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for something that is asked for again and again, because nobody tells.
///
/// # Panics
/// If it does not come in time.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
