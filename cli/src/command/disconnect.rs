//! `sio disconnect`: disconnects sockets.

use clap::Args;
use socketio_emitter::message::{Action, DisconnectMode};

use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help, output::Output, socket_action::SocketActionArgs,
};

const SHORT_HELP: &str = "\
Examples:
  sio disconnect --to user:42
  sio disconnect --all --except on-call --namespace /admin";

const LONG_HELP: &str = "\
Clients do not reconnect automatically after this.

Examples:
  A user who logged out elsewhere
    sio disconnect --to user:42
  All sockets of /admin except those in on-call
    sio disconnect --all --except on-call --namespace /admin
  All clients, including their other namespaces
    sio disconnect --all --close";

/// Disconnects sockets from the namespace, or closes their connections
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = help::with_environment(&[LONG_HELP, help::SEND_EXIT_CODES]))]
pub(crate) struct DisconnectCommand {
    /// Close the underlying connection, which also ends the client's other namespaces
    #[arg(long)]
    close: bool,

    #[command(flatten)]
    action: SocketActionArgs,
}

impl DisconnectCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let mode = if self.close { DisconnectMode::CloseConnection } else { DisconnectMode::LeaveNamespace };
        self.action.run(Action::Disconnect { mode }, global, output).await
    }
}
