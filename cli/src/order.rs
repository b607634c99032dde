//! Orders: what servers are to do with sockets.

use clap::Args;
use socketio_emitter::{Action, Message};

use crate::{exit::Exit, failure::Failure, global::Global, output::Output, rooms::Rooms, sending::Sending};

/// The sockets that an order is for, and how it is sent.
#[derive(Args)]
pub(crate) struct Order {
    #[command(flatten)]
    rooms: Rooms,

    /// Every socket of the namespace; needed where no --to is given
    #[arg(long, conflicts_with = "to")]
    all: bool,

    #[command(flatten)]
    sending: Sending,
}

impl Order {
    /// Gives the order.
    pub(crate) async fn give(self, action: Action, global: &Global, output: Output) -> Result<Exit, Failure> {
        let Self { rooms, all, sending } = self;
        let mut message = Message::from(action);
        message.target.of(global.namespace());
        if !rooms.to.is_empty() {
            message.target.to(rooms.to);
        }
        message.target.except = rooms.except;
        message.target.all = all;
        sending.run(message, global, output).await
    }
}
