//! The options and the run of join, leave and disconnect.

use clap::Args;
use socketio_emitter::{Message, message::Action};

use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, output::Output, room_args::RoomArgs, send_args::SendArgs,
};

/// The sockets that an action applies to, and how it is sent.
#[derive(Args)]
pub(crate) struct SocketActionArgs {
    #[command(flatten)]
    rooms: RoomArgs,

    /// Select every socket of the namespace; required without --to
    #[arg(long, conflicts_with = "to")]
    all: bool,

    #[command(flatten)]
    send: SendArgs,
}

impl SocketActionArgs {
    /// Sends the action to the servers, or prints its command.
    pub(crate) async fn run(self, action: Action, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let Self { rooms, all, send } = self;
        let mut message = Message::from(action);
        message.target.of(global.namespace());
        if !rooms.to.is_empty() {
            message.target.to(rooms.to);
        }
        message.target.except = rooms.except;
        message.target.all = all;
        send.run(message, global, output).await
    }
}
