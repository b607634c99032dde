//! `sio join`: makes sockets join rooms.

use clap::Args;
use socketio_emitter::message::Action;

use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help, output::Output, socket_action::SocketActionArgs,
};

const SHORT_HELP: &str = "\
Examples:
  sio join vip --to lobby
  sio join day-shift --all --except night-shift --namespace /admin";

const LONG_HELP: &str = "\
Every socket is also in a room named by its own id, so --to SOCKET_ID selects one socket.

Examples:
  The sockets in one room join another
    sio join vip --to lobby
  One socket joins two rooms
    sio join news offers --to n5GZVCtUmLyVpYyWAAAB
  All sockets of /admin except those in night-shift
    sio join day-shift --all --except night-shift --namespace /admin
  Print the Redis command; needs no Redis
    sio join vip --to lobby --dry-run --adapter classic --socket-io 4";

/// Makes sockets join rooms, on every server of the cluster
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = help::with_environment(&[LONG_HELP, help::SEND_EXIT_CODES]))]
pub(crate) struct JoinCommand {
    /// Room to join
    #[arg(value_name = "ROOM", required = true)]
    rooms: Vec<String>,

    #[command(flatten)]
    action: SocketActionArgs,
}

impl JoinCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        self.action.run(Action::Join { rooms: self.rooms }, global, output).await
    }
}
