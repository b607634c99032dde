use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  cargo run --release -p chat                        needs no Redis: a broker is built in
  cargo run --release -p chat -- --host 0.0.0.0      for phones on this network too
  cargo run --release -p chat -- --redis redis://127.0.0.1:6379
  cargo run --release -p chat -- node --redis redis://127.0.0.1:6379 --listen 127.0.0.1:3003

Environment:
  RUST_LOG   log filter, overrides -v

Exit codes:
  0  stopped by SIGTERM or Ctrl-C
  1  failed, for example because Redis cannot be reached
  2  wrong usage";

/// A chat room on a Socket.IO cluster. Send events to it from a shell, over HTTP and from any program.
///
/// Starts a broker that speaks the Redis protocol, two chat nodes, the HTTP bridge, and a program that emits the time.
/// Replaces ports that are in use by free ones. Prints the addresses, and commands to paste into another terminal.
#[derive(Debug, Parser)]
#[command(name = "chat", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(crate) struct ChatArgs {
    #[command(subcommand)]
    pub(crate) subcommand: Option<ChatSubcommand>,

    #[command(flatten)]
    pub(crate) demo: DemoOptions,

    /// Log debug messages to stderr
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Use this Redis instead of the built-in broker
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,

    /// Ports of the chat nodes, one node per port; 0 selects a free port
    #[arg(long, value_name = "PORTS", value_delimiter = ',', default_value = "3001,3002")]
    pub(crate) ports: Vec<u16>,

    /// Port of the HTTP bridge, which listens on loopback only
    #[arg(long, value_name = "PORT", default_value_t = 8484)]
    pub(crate) bridge_port: u16,

    /// Address on which the chat nodes listen; 0.0.0.0 admits the local network
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChatSubcommand {
    /// Add one chat node to a running cluster
    Node {
        /// The cluster's Redis
        #[arg(long, value_name = "URL")]
        redis: String,

        /// The address to listen on; port 0 selects a free port
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3001")]
        listen: SocketAddr,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn clap_definition_is_valid() {
        ChatArgs::command().debug_assert();
    }
}
