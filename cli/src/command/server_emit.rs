//! `sio server-emit`: sends an event to the servers.

use clap::Args;
use socketio_emitter::{Message, message::Action, request::ServerAck};

use crate::{
    ack_args::AckArgs,
    cli_error::CliError,
    event_args::{EventArgs, RawEventArgs},
    exit::Exit,
    global_args::GlobalArgs,
    help,
    output::Output,
    send_args::SendArgs,
};

const SHORT_HELP: &str = "\
Examples:
  sio server-emit reload
  sio server-emit version --ack";

const LONG_HELP: &str = "\
Servers receive the event with io.on(EVENT, …) or io.of(NAMESPACE).on(EVENT, …). Clients do not receive it. With --ack, \
each server acknowledges it with io.on(EVENT, (…, callback) => callback(…)), and each acknowledgement is printed as one \
line.

Examples:
  Make every server reload its configuration
    sio server-emit reload
  With two arguments, a string and an object
    sio server-emit flush cache '{\"older\": 3600}'
  During a deployment, only if there are three servers
    sio server-emit drain 30 --require-servers 3
  Ask every server for its version
    sio server-emit version --ack
  Print the Redis command; needs no Redis
    sio server-emit reload --dry-run --adapter classic --socket-io 4";

/// Sends an event to the servers, not to clients
#[derive(Args)]
#[command(after_help = SHORT_HELP)]
#[command(after_long_help = help::with_environment(&[help::ARG, LONG_HELP, help::ACK_EXIT_CODES]))]
pub(crate) struct ServerEmitCommand {
    /// Name of the event
    #[arg(value_name = "EVENT")]
    event: String,

    #[command(flatten)]
    args: RawEventArgs,

    #[command(flatten)]
    ack: AckArgs,

    #[command(flatten)]
    send: SendArgs,
}

impl ServerEmitCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let args = EventArgs::without_templates(self.args, global.cluster.numbers())?;
        let mut message = Message::from(Action::ServerEmit { event: self.event, args });
        message.target.of(global.namespace());
        if self.ack.ack {
            return self.ack.run::<ServerAck>(message, self.send, global, output).await;
        }
        self.send.run(message, global, output).await
    }
}
