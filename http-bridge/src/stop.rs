use std::io;

use tokio::signal;

/// Is there when the process is asked to end, by Ctrl-C or SIGTERM. Signals count from the call on.
///
/// # Errors
/// Where the system does not let signals be heard.
#[cfg(unix)]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Is there when the process is asked to end, by Ctrl-C.
///
/// # Errors
/// None on this system.
#[cfg(not(unix))]
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
