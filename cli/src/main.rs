//! `sio`: sends events to a running Socket.IO cluster from the shell.

mod ack_args;
mod cli_args;
mod cli_error;
mod command;
mod event_args;
mod exit;
mod global_args;
mod help;
mod interval;
mod output;
mod rate;
mod request_outcome;
mod response_row;
mod responses;
mod room_args;
mod send_args;
mod send_receipt;
mod shutdown;
mod size;
mod socket_action;
mod template;
mod wrap;

use std::process::ExitCode;

use clap::FromArgMatches;
use mimalloc::MiMalloc;

use self::{cli_args::CliArgs, cli_error::CliError, exit::Exit, output::Output};

/// Messages are allocated on one thread and freed on another; the system allocator takes locks for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let parsed = cli_args::command().try_get_matches().and_then(|matches| CliArgs::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(args) => {
            let output = args.global.output();
            run(args, output).unwrap_or_else(|error| output.print_error(&error))
        }
        Err(error) => cli_args::print_parse_error(&error),
    };
    exit.into()
}

fn run(args: CliArgs, output: Output) -> Result<Exit, CliError> {
    // The worker thread drives the connection, so that rendering and encoding a batch does not block it.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| CliError::failed(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(args.command.run(&args.global, output))
}
