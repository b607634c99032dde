//! `sio join`: sockets into rooms.

use clap::Args;
use socketio_emitter::Action;

use crate::{exit::Exit, failure::Failure, global::Global, help, order::Order, output::Output};

const HELP: &str = "\
A socket is in the room of its own id, and in those that servers, or this command, put it into.

Examples:
  Those in one room join another
    sio join vip --to lobby
  One socket joins two rooms
    sio join news offers --to n5GZVCtUmLyVpYyWAAAB
  Everyone on /admin but the night shift
    sio join day-shift --all --except night-shift --namespace /admin
  See what would be sent, without any Redis
    sio join vip --to lobby --dry-run --adapter classic --socket-io 4";

/// Makes sockets join rooms, wherever in the cluster they are
#[derive(Args)]
#[command(after_help = help::more("join"), after_long_help = help::page(&[HELP, help::EXIT_CODES]))]
pub(crate) struct Join {
    /// Room to join
    #[arg(value_name = "ROOM", required = true)]
    rooms: Vec<String>,

    #[command(flatten)]
    order: Order,
}

impl Join {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        self.order.give(Action::Join { rooms: self.rooms }, global, output).await
    }
}
