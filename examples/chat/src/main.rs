//! A chat room on a Socket.IO cluster, started with one command, to push into from anywhere.
//!
//! ```sh
//! cargo run --release -p chat
//! ```
//!
//! | module | what |
//! |---|---|
//! | `args` | the command line |
//! | `demo`, `banner` | everything at once, and what it prints |
//! | `node` | a Socket.IO server: the room, and the bus that makes it one of a cluster |
//! | `ticker` | an outside program that pushes the time |
//! | `page` | what a browser gets |
//! | `listen` | ports that may be taken |

mod args;
mod banner;
mod demo;
mod listen;
mod node;
mod page;
mod ticker;

use std::{io, process::ExitCode};

use clap::Parser;
use tracing_subscriber::EnvFilter;

use self::{
    args::{Args, Command},
    demo::Demo,
    node::Node,
};

/// What ends the program early: a message for a person.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args = Args::parse();
    let level = if args.verbose { "chat=debug" } else { "chat=info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false).init();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(args: Args) -> Result<(), Failure> {
    let stop = socketio_bridge::stop()?;
    match args.command {
        None => {
            let demo = Demo::start(&args.demo).await?;
            banner::print(&demo);
            stop.await;
            demo.stop().await;
        }
        Some(Command::Node { redis, listen }) => {
            let node = Node::start(&redis, listen::exactly(listen).await?).await?;
            banner::print_node(&node);
            stop.await;
            node.stop().await;
        }
    }
    Ok(())
}
