use std::{future::Future, io, panic::resume_unwind, sync::OnceLock, thread};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::base::Error;

/// Runs a future to its end on the background runtime, from any thread.
pub(crate) fn wait<F>(future: F) -> Result<F::Output, Error>
where
    F: Future + Send,
    F::Output: Send,
{
    let runtime = runtime()?;
    if Handle::try_current().is_err() {
        return Ok(runtime.block_on(future));
    }
    // A thread that runs async code may not wait, but it may wait for one that may.
    thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join()).map_err(|panic| resume_unwind(panic))
}

/// One runtime with one thread, for the whole program: connections made by waiting live on it.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread().worker_threads(1).thread_name("socketio-emitter").enable_all().build()
        })
        .as_ref()
        .map_err(|error| Error::Runtime(io::Error::new(error.kind(), error.to_string())))
}
