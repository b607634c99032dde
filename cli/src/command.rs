//! The commands, one a file.

mod bench;
mod completions;
mod disconnect;
mod doctor;
mod emit;
mod join;
mod leave;
mod man;
mod pipe;
mod rooms;
mod server_emit;
mod servers;
mod sockets;
mod tap;

use clap::Subcommand;

use crate::{exit::Exit, failure::Failure, global::Global, output::Output};

/// What `sio` can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Emit(emit::Emit),
    Pipe(pipe::Pipe),
    Join(join::Join),
    Leave(leave::Leave),
    Disconnect(disconnect::Disconnect),
    ServerEmit(server_emit::ServerEmit),
    Sockets(sockets::Sockets),
    Rooms(rooms::Rooms),
    Servers(servers::Servers),
    Tap(tap::Tap),
    Doctor(doctor::Doctor),
    Bench(bench::Bench),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Emit(emit) => emit.run(global, output).await,
            Self::Pipe(pipe) => pipe.run(global, output).await,
            Self::Join(join) => join.run(global, output).await,
            Self::Leave(leave) => leave.run(global, output).await,
            Self::Disconnect(disconnect) => disconnect.run(global, output).await,
            Self::ServerEmit(emit) => emit.run(global, output).await,
            Self::Sockets(sockets) => sockets.run(global, output).await,
            Self::Rooms(rooms) => rooms.run(global, output).await,
            Self::Servers(servers) => servers.run(global, output).await,
            Self::Tap(tap) => tap.run(global, output).await,
            Self::Doctor(doctor) => doctor.run(global, output).await,
            Self::Bench(bench) => bench.run(global, output).await,
            Self::Completions(completions) => completions.run(output),
            Self::Man(man) => man.run(output),
        }
    }
}
