//! `sio servers`: pings the servers of the namespace.

use clap::Args;

use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help, output::Output, request_outcome::RequestOutcome,
    responses::print_responses,
};

const SHORT_HELP: &str = "\
Examples:
  sio servers
  sio servers --timeout 1s --quiet > /dev/null || alert";

const LONG_HELP: &str = "\
Prints one line per server that answers: its id, or - if the adapter has no server ids (classic). Redis reports how many \
servers are subscribed. If fewer answer, for example because one is frozen, the exit code is 4.

Examples:
  Check that every server answers
    sio servers
  A monitoring check with a timeout of one second
    sio servers --timeout 1s --quiet > /dev/null || alert
  Print how many servers answered, and how many there are
    sio servers -o json | jq -c 'select(.end) | [.answered, .servers]'";

/// Pings the servers of the namespace
#[derive(Args)]
#[command(after_help = SHORT_HELP)]
#[command(after_long_help = help::with_environment(&[LONG_HELP, help::REQUEST_OUTPUT, help::REQUEST_EXIT_CODES]))]
pub(crate) struct ServersCommand {}

impl ServersCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        let request = global.cluster.emitter()?.of(global.namespace()).servers();
        print_responses(request, &RequestOutcome::on_namespace(global.namespace()), output).await
    }
}
