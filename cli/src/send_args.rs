//! The options of a command that sends one message: require servers, or dry run.

use std::future::IntoFuture;

use clap::Args;
use serde::Serialize;
use socketio_emitter::{Emitter, Message, adapter::Command};

use crate::{
    cli_error::CliError,
    exit::Exit,
    global_args::GlobalArgs,
    output::Output,
    send_receipt::{SendReceipt, SendReport},
    shutdown::Shutdown,
};

#[derive(Args, Clone, Copy)]
pub(crate) struct SendArgs {
    /// Require at least N servers on the namespace; otherwise send nothing and exit 3
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) require_servers: u64,

    /// Print the Redis command instead of sending it; needs no Redis if --adapter is given
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl SendArgs {
    /// Sends a message and reports the number of servers, or prints its command.
    pub(crate) async fn run(self, message: Message, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        if self.dry_run {
            return print_commands(&global.cluster.writer()?, [Ok(message)], output).await;
        }
        let report = SendReport::for_message(&message);
        let mut shutdown = Shutdown::new()?;
        let receipt = self.send(&global.cluster.emitter()?, message, &mut shutdown).await?;
        report.print(&receipt, output)?;
        Ok(Exit::Success)
    }

    /// Sends a message, unless there are fewer servers than required.
    pub(crate) async fn send(
        self,
        emitter: &Emitter,
        message: Message,
        shutdown: &mut Shutdown,
    ) -> Result<SendReceipt, CliError> {
        let outgoing = emitter.send(message).require_servers(self.require_servers);
        let sent = shutdown.until_signal(outgoing.into_future()).await;
        Ok(sent.map_err(CliError::interrupted_in_flight)??.into())
    }
}

/// Prints the Redis commands of these messages without sending them.
pub(crate) async fn print_commands(
    emitter: &Emitter,
    messages: impl IntoIterator<Item = Result<Message, CliError>>,
    output: Output,
) -> Result<Exit, CliError> {
    for message in messages {
        print_command(emitter.send(message?).command().await?, output)?;
    }
    Ok(Exit::Success)
}

/// Prints a Redis command, in redis-cli syntax or as JSON.
pub(crate) fn print_command(command: Command, output: Output) -> Result<(), CliError> {
    #[derive(Serialize)]
    struct DryRunLine {
        command: Command,
    }
    match output.is_json() {
        true => output.json_line(&DryRunLine { command }),
        false => output.line(&command.to_string()),
    }
}
