//! `sio rooms`: lists the rooms of the namespace.

use clap::Args;

use crate::{
    cli_error::CliError,
    exit::Exit,
    global_args::GlobalArgs,
    help,
    output::Output,
    request_outcome::RequestOutcome,
    responses::{print_count, print_responses},
};

const SHORT_HELP: &str = "\
Examples:
  sio rooms | sort
  sio rooms --all --count";

const LONG_HELP: &str = "\
Every socket is in a room named by its own id. These rooms are left out and counted on stderr; --all includes them, as \
adapter.allRooms() on a server does. Servers of the classic adapter do not report which rooms these are, so sio leaves out \
every name of 20 random characters. With socketioxide there are no such rooms.

Examples:
  All room names, sorted
    sio rooms | sort
  All rooms of one kind
    sio rooms --namespace /shop | grep ^auction:
  The number of rooms, including those named by a socket id
    sio rooms --all --count";

/// Lists the rooms of the namespace
#[derive(Args)]
#[command(after_help = SHORT_HELP)]
#[command(after_long_help = help::with_environment(&[LONG_HELP, help::REQUEST_OUTPUT, help::REQUEST_EXIT_CODES]))]
pub(crate) struct RoomsCommand {
    /// Include the rooms that are named by a socket id
    #[arg(long)]
    all: bool,

    /// Print at most N rooms, and report whether there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Print only the number of rooms
    #[arg(long, conflicts_with = "limit")]
    count: bool,
}

impl RoomsCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        let mut request = global.cluster.emitter()?.of(global.namespace()).rooms();
        if !self.all {
            request = request.without_socket_ids();
        }
        if let Some(limit) = self.limit {
            request = request.limit(limit);
        }
        let outcome = RequestOutcome::on_namespace(global.namespace());
        match self.count {
            true => print_count(request, &outcome, output).await,
            false => print_responses(request, &outcome, output).await,
        }
    }
}
