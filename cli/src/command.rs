//! The commands, one a file.

mod emit;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure, global::Global, output::Output};

/// What `sio` can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Emit(emit::Emit),
}

impl Command {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Emit(emit) => emit.run(global, output).await,
        }
    }
}
