//! `sio`: push events into a running Socket.IO cluster from the shell.

mod acking;
mod args;
mod asking;
mod beat;
mod command;
mod exit;
mod failure;
mod global;
mod help;
mod interrupt;
mod order;
mod outcome;
mod output;
mod rate;
mod report;
mod rooms;
mod row;
mod sending;
mod size;
mod template;
mod value;

use std::process::ExitCode;

use clap::Parser;

use mimalloc::MiMalloc;

use self::{args::Cli, exit::Exit, failure::Failure, output::Output};

/// Messages are made on one thread and freed on another, for which the usual allocator takes locks.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => {
            let output = cli.global.output();
            run(cli, output).unwrap_or_else(|failure| output.failure(&failure))
        }
        Err(error) => args::explain(&error),
    };
    exit.into()
}

fn run(cli: Cli, output: Output) -> Result<Exit, Failure> {
    // The worker drives the connection, so that rendering and packing a batch does not hold it up.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(cli.command.run(&cli.global, output))
}
