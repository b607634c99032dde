//! How the process ends.

use std::process::ExitCode;

/// The exit codes, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Redis is away, or a file or pipe failed.
    Failed = 1,
    /// Bad usage or input, or something that the adapter or this version does not support.
    Usage = 2,
    /// Nobody is there: no adapter found, or too few servers.
    Nobody = 3,
    /// Some did not answer in time; what came is printed.
    Incomplete = 4,
    /// The diagnosis found trouble.
    Trouble = 5,
    /// Ended early by Ctrl-C.
    Interrupted = 130,
    /// Ended early by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
