//! A chat room on a Socket.IO cluster, started with one command. Other programs can send events to it.
//!
//! ```sh
//! cargo run --release -p chat
//! ```
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `demo`, `banner` | starts and stops all parts; prints addresses and commands to paste |
//! | `node` | a Socket.IO server with the chat room, connected to the cluster |
//! | `ticker` | a program outside the cluster that emits the time |
//! | `page` | the files that a browser loads |
//! | `listen` | listeners with a fallback to a free port |

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
    args::{ChatArgs, ChatSubcommand},
    demo::ChatDemo,
    node::ChatNode,
};

/// An error that ends the program; its text is printed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args = ChatArgs::parse();
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
async fn run(args: ChatArgs) -> Result<(), Failure> {
    let stop = socketio_bridge::shutdown_signal()?;
    match args.subcommand {
        None => {
            let demo = ChatDemo::start(&args.demo).await?;
            banner::print_demo(&demo);
            stop.await;
            demo.stop().await;
        }
        Some(ChatSubcommand::Node { redis, listen }) => {
            let node = ChatNode::start(&redis, listen::bind(listen).await?).await?;
            banner::print_node(&node);
            stop.await;
            node.stop().await;
        }
    }
    Ok(())
}
