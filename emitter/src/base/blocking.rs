use std::{future::Future, io, panic::resume_unwind, sync::OnceLock, thread};

use tokio::runtime::{Builder, Handle, Runtime};

use super::Error;

/// Blocks the calling thread until the future ends on the background runtime.
pub(crate) fn wait<F>(future: F) -> Result<F::Output, Error>
where
    F: Future + Send,
    F::Output: Send,
{
    let runtime = runtime()?;
    if Handle::try_current().is_err() {
        return Ok(runtime.block_on(future));
    }
    // Tokio panics if a thread of a runtime blocks on another runtime, so a new thread does.
    thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join()).map_err(|panic| resume_unwind(panic))
}

/// The runtime of all blocking calls of the program, with one thread. Connections that they open live on it.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread().worker_threads(1).thread_name("socketio-emitter").enable_all().build()
        })
        .as_ref()
        .map_err(|error| Error::Runtime(io::Error::new(error.kind(), error.to_string())))
}
