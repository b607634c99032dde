//! `sio sockets`: lists the sockets of the cluster.

use clap::Args;

use crate::{
    cli_error::CliError,
    exit::Exit,
    global_args::GlobalArgs,
    help,
    output::Output,
    request_outcome::RequestOutcome,
    responses::{print_count, print_responses},
    room_args::RoomArgs,
};

const SHORT_HELP: &str = "\
Examples:
  sio sockets --to lobby
  sio sockets --count --namespace /admin --except on-call";

const LONG_HELP: &str = "\
Each line of text has tab-separated columns: id, server, rooms and data. Rooms are separated by commas and do not include \
the socket's own id. Data is socket.data of the server's code, as JSON. Unknown or empty columns are -. Each server sends \
all its matching sockets in one message, regardless of --limit: select rooms if there are many sockets.

Examples:
  The sockets in a room
    sio sockets --to lobby
  The number of sockets on /admin, except those in on-call
    sio sockets --count --namespace /admin --except on-call
  Only the ids
    sio sockets --to lobby | cut -f 1
  A user's address from the handshake
    sio sockets --to user:42 --handshake -o json | jq -r '.handshake.address // empty'
  The first ten that arrive
    sio sockets --limit 10";

/// Lists the sockets of the cluster with their rooms and data
#[derive(Args)]
#[command(after_help = SHORT_HELP)]
#[command(after_long_help = help::with_environment(&[LONG_HELP, help::REQUEST_OUTPUT, help::REQUEST_EXIT_CODES]))]
pub(crate) struct SocketsCommand {
    #[command(flatten)]
    rooms: RoomArgs,

    /// Print at most N sockets, and report whether there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Print only the number of sockets
    #[arg(long, conflicts_with_all = ["limit", "handshake"])]
    count: bool,

    /// Include the handshake: headers (with cookies), address, query and auth
    #[arg(long)]
    handshake: bool,
}

impl SocketsCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        let mut operator = global.cluster.emitter()?.of(global.namespace()).except(self.rooms.except);
        if !self.rooms.to.is_empty() {
            operator = operator.to(self.rooms.to);
        }
        let mut request = operator.fetch_sockets();
        if let Some(limit) = self.limit {
            request = request.limit(limit);
        }
        if self.handshake {
            request = request.with_handshake();
        }
        let outcome = RequestOutcome::on_namespace(global.namespace());
        match self.count {
            true => print_count(request, &outcome, output).await,
            false => print_responses(request, &outcome, output).await,
        }
    }
}
