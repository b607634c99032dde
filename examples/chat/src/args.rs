use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Parser, Subcommand};

const HELP: &str = "\
Examples:
  cargo run --release -p chat                        nothing else is needed: Redis is built in
  cargo run --release -p chat -- --host 0.0.0.0      for the phones on this network, too
  cargo run --release -p chat -- --redis redis://127.0.0.1:6379
  cargo run --release -p chat -- node --redis redis://127.0.0.1:6379 --listen 127.0.0.1:3003

Environment:
  RUST_LOG   what is logged, instead of -v

Exit codes:
  0  stopped by SIGTERM or Ctrl-C
  1  failed, for example because Redis cannot be reached
  2  bad usage";

/// A chat room on a Socket.IO cluster, to push into from a shell, over HTTP and from any program.
///
/// Starts a message broker that speaks Redis, two chat nodes, the HTTP bridge, and a program that pushes the time.
/// Ports that are taken are replaced by free ones. What it prints at the start are lines to paste.
#[derive(Debug, Parser)]
#[command(name = "chat", version, after_help = HELP, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) demo: DemoArgs,

    /// Log more to stderr than what servers and operators want to know
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// A Redis that is there, instead of the built-in broker
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,

    /// Ports of the chat nodes, one node for each; 0 takes a free one
    #[arg(long, value_name = "PORTS", value_delimiter = ',', default_value = "3001,3002")]
    pub(crate) ports: Vec<u16>,

    /// Port of the HTTP bridge, always on loopback
    #[arg(long, value_name = "PORT", default_value_t = 8484)]
    pub(crate) bridge_port: u16,

    /// Address of the chat nodes; 0.0.0.0 lets others on the network in
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One more chat node alone, for a cluster that is running
    Node {
        /// The cluster's Redis
        #[arg(long, value_name = "URL")]
        redis: String,

        /// The address to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3001")]
        listen: SocketAddr,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
