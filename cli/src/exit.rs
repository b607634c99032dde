//! The exit codes of the process.

use std::process::ExitCode;

/// The exit codes, which are the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Success = 0,
    /// Redis is unreachable, or reading or writing a file or pipe failed.
    Failed = 1,
    /// Invalid usage or input, or not supported by the adapter or the Socket.IO version.
    Usage = 2,
    /// No adapter was detected, or there are too few servers.
    NoServers = 3,
    /// Some servers or clients did not answer in time; the answers that arrived are printed.
    Incomplete = 4,
    /// `sio doctor` found problems.
    Unhealthy = 5,
    /// Interrupted by Ctrl-C.
    Interrupted = 130,
    /// Terminated by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
