//! `sio disconnect`: sockets off the cluster.

use clap::Args;
use socketio_emitter::{Action, Close};

use crate::{exit::Exit, failure::Failure, global::Global, help, order::Order, output::Output};

const HELP: &str = "\
Their clients stay away until their own code connects them again.

Examples:
  A user who logged out elsewhere
    sio disconnect --to user:42
  Everyone from /admin, but not those on call
    sio disconnect --all --except on-call --namespace /admin
  Everyone, with all their namespaces
    sio disconnect --all --close";

/// Disconnects sockets from the namespace, or from the server altogether
#[derive(Args)]
#[command(after_help = help::more("disconnect"), after_long_help = help::page(&[HELP, help::EXIT_CODES]))]
pub(crate) struct Disconnect {
    /// Close the connection too, with the client's other namespaces
    #[arg(long)]
    close: bool,

    #[command(flatten)]
    order: Order,
}

impl Disconnect {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let close = if self.close { Close::Yes } else { Close::No };
        self.order.give(Action::Disconnect { close }, global, output).await
    }
}
