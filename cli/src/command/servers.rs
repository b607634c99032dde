//! `sio servers`: which servers answer.

use clap::Args;

use crate::{asking::ask, exit::Exit, failure::Failure, global::Global, help, outcome::Outcome, output::Output};

const HELP: &str = "\
Prints a line for each server that answers: its id, or - where the adapter has no names for them
(classic). Redis counts those that are subscribed, so one that is frozen is missed, which is 4.

Examples:
  Is everybody well?
    sio servers
  A check for a monitor, which wants an answer within a second
    sio servers --timeout 1s --quiet > /dev/null || alert
  How many answered, of how many
    sio servers -o json | jq -c 'select(.end) | [.answered, .servers]'";

/// Asks the servers of the namespace for a sign of life
#[derive(Args)]
#[command(after_help = help::more("servers"), after_long_help = help::page(&[HELP, help::ANSWERS, help::ASKING_CODES]))]
pub(crate) struct Servers {}

impl Servers {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let asking = global.cluster.emitter()?.of(global.namespace()).servers();
        ask(asking, &Outcome::on(global.namespace()), output).await
    }
}
