//! `sio leave`: sockets out of rooms.

use clap::Args;
use socketio_emitter::Action;

use crate::{exit::Exit, failure::Failure, global::Global, help, order::Order, output::Output};

const HELP: &str = "\
Examples:
  Those in a room leave it: the room is empty afterwards
    sio leave auction:7 --to auction:7
  One user, who is in a room of that name, leaves two others
    sio leave news offers --to user:42
  Nobody is on call any more
    sio leave on-call --all --namespace /admin
  Only if two servers are there to obey
    sio leave vip --to user:42 --require-servers 2";

/// Makes sockets leave rooms, wherever in the cluster they are
#[derive(Args)]
#[command(after_help = help::more("leave"), after_long_help = help::page(&[HELP, help::EXIT_CODES]))]
pub(crate) struct Leave {
    /// Room to leave
    #[arg(value_name = "ROOM", required = true)]
    rooms: Vec<String>,

    #[command(flatten)]
    order: Order,
}

impl Leave {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        self.order.give(Action::Leave { rooms: self.rooms }, global, output).await
    }
}
