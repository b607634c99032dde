//! How a message is sent, whichever command made it: for real, or only to be looked at.

use std::future::IntoFuture;

use clap::Args;
use serde::Serialize;
use socketio_emitter::{Command, Emitter, Message};

use crate::{
    exit::Exit, failure::Failure, global::Global, interrupt::Interrupts, output::Output, report::Report, report::Sent,
};

/// The flags of every command that sends one message.
#[derive(Args, Clone, Copy)]
pub(crate) struct Sending {
    /// Send only if at least so many servers are on the namespace, else exit with 3
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) require_servers: u64,

    /// Print the Redis command instead of sending it; with --adapter no Redis is needed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Sending {
    /// Sends a message and says who was there, or prints its command.
    pub(crate) async fn run(self, message: Message, global: &Global, output: Output) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        if self.dry_run {
            return show(&global.cluster.writer()?, [Ok(message)], output).await;
        }
        let report = Report::of(&message);
        let mut interrupts = Interrupts::new()?;
        let sent = self.send(&global.cluster.emitter()?, message, &mut interrupts).await?;
        report.sent(&sent, output)?;
        Ok(Exit::Done)
    }

    /// Sends a message, unless there are too few servers.
    pub(crate) async fn send(
        self,
        emitter: &Emitter,
        message: Message,
        interrupts: &mut Interrupts,
    ) -> Result<Sent, Failure> {
        let sending = emitter.send(message).require_servers(self.require_servers);
        let sent = interrupts.unless(sending.into_future()).await.map_err(Failure::in_doubt)??;
        Ok(sent.into())
    }
}

/// Prints the commands that would be sent.
pub(crate) async fn show(
    emitter: &Emitter,
    messages: impl IntoIterator<Item = Result<Message, Failure>>,
    output: Output,
) -> Result<Exit, Failure> {
    for message in messages {
        print(emitter.send(message?).command().await?, output)?;
    }
    Ok(Exit::Done)
}

/// Prints a command, as one would type it or as an object.
pub(crate) fn print(command: Command, output: Output) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Line {
        command: Command,
    }
    match output.is_json() {
        true => output.object(&Line { command }),
        false => output.line(&command.to_string()),
    }
}
