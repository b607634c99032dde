//! `sio server-emit`: an event to the servers themselves.

use clap::Args;
use socketio_emitter::{Action, Emitter, Message};

use crate::{
    acking::Acking,
    exit::Exit,
    failure::Failure,
    global::Global,
    help,
    output::Output,
    sending::Sending,
    value::{Typed, Values},
};

const HELP: &str = "\
Servers receive it with io.on(EVENT, …), or io.of(namespace).on(EVENT, …). No client does.
With --ack they answer: io.on(EVENT, (…, answer) => answer(…)), and each answer is a line.

Examples:
  Every server reads its configuration again
    sio server-emit reload
  With arguments: a string and an object
    sio server-emit flush cache '{\"older\": 3600}'
  From a deployment, which wants all three servers to be there
    sio server-emit drain 30 --require-servers 3
  What version does each server run?
    sio server-emit version --ack
  See the Redis command, without any Redis
    sio server-emit reload --dry-run --adapter classic --socket-io 4";

/// Sends an event to the servers themselves, not to clients
#[derive(Args)]
#[command(after_help = help::more("server-emit"))]
#[command(after_long_help = help::page(&[help::ARG, HELP, help::ACK_CODES]))]
pub(crate) struct ServerEmit {
    /// Name of the event
    #[arg(value_name = "EVENT")]
    event: String,

    #[command(flatten)]
    typed: Typed,

    #[command(flatten)]
    acking: Acking,

    #[command(flatten)]
    sending: Sending,
}

impl ServerEmit {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let args = Values::plain(self.typed, global.cluster.numbers())?;
        let mut message = Message::from(Action::ServerEmit { event: self.event, args });
        message.target.of(global.namespace());
        if self.acking.ack {
            return self.acking.run(message, Emitter::ask_servers, self.sending, global, output).await;
        }
        self.sending.run(message, global, output).await
    }
}
