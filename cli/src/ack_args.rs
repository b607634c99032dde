//! The options for acknowledgements, and the run of a command that waits for them.

use clap::Args;
use socketio_emitter::{Message, request::Acknowledgement};

use crate::{
    cli_error::CliError,
    exit::Exit,
    global_args::GlobalArgs,
    output::Output,
    request_outcome::RequestOutcome,
    response_row::ResponseRow,
    responses::print_responses,
    send_args::{SendArgs, print_command},
};

#[derive(Args, Clone, Copy)]
pub(crate) struct AckArgs {
    /// Wait for acknowledgements, up to --timeout, and print each as it arrives
    #[arg(long)]
    pub(crate) ack: bool,

    /// Stop after N acknowledgements; exit 4 if fewer arrive
    #[arg(long, value_name = "N", requires = "ack", value_parser = clap::value_parser!(u64).range(1..))]
    expect: Option<u64>,
}

impl AckArgs {
    /// Sends a message and prints its acknowledgements, or prints its command.
    pub(crate) async fn run<A: Acknowledgement + ResponseRow>(
        self,
        message: Message,
        send: SendArgs,
        global: &GlobalArgs,
        output: Output,
    ) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        if send.dry_run {
            let command = global.cluster.writer()?.request::<A>(message).command().await?;
            print_command(command, output)?;
            return Ok(Exit::Success);
        }
        let outcome = RequestOutcome::for_message(&message).expecting(self.expect);
        let mut request = global.cluster.emitter()?.request::<A>(message).require_servers(send.require_servers);
        if let Some(acks) = self.expect {
            request = request.expect(acks);
        }
        print_responses(request, &outcome, output).await
    }
}
