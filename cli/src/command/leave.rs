//! `sio leave`: makes sockets leave rooms.

use clap::Args;
use socketio_emitter::message::Action;

use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help, output::Output, socket_action::SocketActionArgs,
};

const SHORT_HELP: &str = "\
Examples:
  sio leave auction:7 --to auction:7
  sio leave news offers --to user:42";

const LONG_HELP: &str = "\
Examples:
  Empty a room
    sio leave auction:7 --to auction:7
  The sockets in a user's room leave two other rooms
    sio leave news offers --to user:42
  All sockets of /admin leave a room
    sio leave on-call --all --namespace /admin
  Only if there are at least two servers
    sio leave vip --to user:42 --require-servers 2";

/// Makes sockets leave rooms, on every server of the cluster
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = help::with_environment(&[LONG_HELP, help::SEND_EXIT_CODES]))]
pub(crate) struct LeaveCommand {
    /// Room to leave
    #[arg(value_name = "ROOM", required = true)]
    rooms: Vec<String>,

    #[command(flatten)]
    action: SocketActionArgs,
}

impl LeaveCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        self.action.run(Action::Leave { rooms: self.rooms }, global, output).await
    }
}
