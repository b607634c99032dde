//! `sio sockets`: who is connected, and in which rooms.

use clap::Args;

use crate::{
    asking::{ask, count},
    exit::Exit,
    failure::Failure,
    global::Global,
    help,
    outcome::Outcome,
    output::Output,
    rooms::Rooms,
};

const HELP: &str = "\
A line of text has columns with a tab between them: id, server, rooms (with commas between them,
without the one of its own id) and data (what the servers' code put into socket.data, as JSON).
What is not known, or empty, is -. Every server tells all it knows of its sockets in one message,
however few are printed: where there are very many, name rooms.

Examples:
  The sockets in a room
    sio sockets --to lobby
  How many are on /admin, without those on call
    sio sockets --count --namespace /admin --except on-call
  Ids only, for another command
    sio sockets --to lobby | cut -f 1
  Where a user is connected from, by the handshake's address
    sio sockets --to user:42 --handshake -o json | jq -r '.handshake.address // empty'
  The first ten, whoever is quickest
    sio sockets --limit 10";

/// Lists the sockets of the cluster, with their rooms and data
#[derive(Args)]
#[command(after_help = help::more("sockets"), after_long_help = help::page(&[HELP, help::ANSWERS, help::ASKING_CODES]))]
pub(crate) struct Sockets {
    #[command(flatten)]
    rooms: Rooms,

    /// Print no more than so many, and say if there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Print how many there are
    #[arg(long, conflicts_with_all = ["limit", "handshake"])]
    count: bool,

    /// Also the handshake: headers, cookies among them, address, query and auth
    #[arg(long)]
    handshake: bool,
}

impl Sockets {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let mut operator = global.cluster.emitter()?.of(global.namespace()).except(self.rooms.except);
        if !self.rooms.to.is_empty() {
            operator = operator.to(self.rooms.to);
        }
        let mut asking = operator.sockets();
        if let Some(limit) = self.limit {
            asking = asking.limit(limit);
        }
        if self.handshake {
            asking = asking.with_handshake();
        }
        let outcome = Outcome::on(global.namespace());
        match self.count {
            true => count(asking, &outcome, output).await,
            false => ask(asking, &outcome, output).await,
        }
    }
}
