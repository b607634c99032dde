//! The subcommands, one per file. Each file has the same order: help texts, options, `run`, helpers.

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

use crate::{cli_error::CliError, exit::Exit, global_args::GlobalArgs, output::Output};

#[derive(Subcommand)]
pub(crate) enum CliCommand {
    Emit(emit::EmitCommand),
    Pipe(pipe::PipeCommand),
    Join(join::JoinCommand),
    Leave(leave::LeaveCommand),
    Disconnect(disconnect::DisconnectCommand),
    ServerEmit(server_emit::ServerEmitCommand),
    Sockets(sockets::SocketsCommand),
    Rooms(rooms::RoomsCommand),
    Servers(servers::ServersCommand),
    Tap(tap::TapCommand),
    Doctor(doctor::DoctorCommand),
    Bench(bench::BenchCommand),
    Completions(completions::CompletionsCommand),
    Man(man::ManCommand),
}

impl CliCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        match self {
            Self::Emit(command) => command.run(global, output).await,
            Self::Pipe(command) => command.run(global, output).await,
            Self::Join(command) => command.run(global, output).await,
            Self::Leave(command) => command.run(global, output).await,
            Self::Disconnect(command) => command.run(global, output).await,
            Self::ServerEmit(command) => command.run(global, output).await,
            Self::Sockets(command) => command.run(global, output).await,
            Self::Rooms(command) => command.run(global, output).await,
            Self::Servers(command) => command.run(global, output).await,
            Self::Tap(command) => command.run(global, output).await,
            Self::Doctor(command) => command.run(global, output).await,
            Self::Bench(command) => command.run(global, output).await,
            Self::Completions(command) => command.run(output),
            Self::Man(command) => command.run(output),
        }
    }
}
