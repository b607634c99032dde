//! `sio rooms`: which rooms there are.

use clap::Args;

use crate::{
    asking::{ask, count},
    exit::Exit,
    failure::Failure,
    global::Global,
    help,
    outcome::Outcome,
    output::Output,
};

const HELP: &str = "\
Each socket is in a room of its own, named by its id. These are left out, and counted on stderr;
with --all they are printed, too, as adapter.allRooms() on a server has them. Servers of the
classic adapter do not tell which rooms these are: there it is the look of the name that decides,
20 random characters. With socketioxide there are none.

Examples:
  The names of all rooms, sorted
    sio rooms | sort
  Which auctions are followed?
    sio rooms --namespace /shop | grep ^auction:
  How many rooms, with those of single sockets?
    sio rooms --all --count";

/// Lists the rooms of the namespace, each once
#[derive(Args)]
#[command(after_help = help::more("rooms"), after_long_help = help::page(&[HELP, help::ANSWERS, help::ASKING_CODES]))]
pub(crate) struct Rooms {
    /// Also the rooms that are one socket's own, named by its id
    #[arg(long)]
    all: bool,

    /// Print no more than so many, and say if there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Print how many there are
    #[arg(long, conflicts_with = "limit")]
    count: bool,
}

impl Rooms {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let mut asking = global.cluster.emitter()?.of(global.namespace()).rooms();
        if !self.all {
            asking = asking.without_socket_ids();
        }
        if let Some(limit) = self.limit {
            asking = asking.limit(limit);
        }
        let outcome = Outcome::on(global.namespace());
        match self.count {
            true => count(asking, &outcome, output).await,
            false => ask(asking, &outcome, output).await,
        }
    }
}
