//! `sio doctor`: what is on this Redis, what is wrong, and what to do.

mod page;

use std::future::IntoFuture;

use clap::Args;
use socketio_emitter::Error;

use self::page::Page;
use crate::{exit::Exit, failure::Failure, global::Global, help, interrupt::Interrupts, output::Output};

const HELP: &str = "\
It looks from where your emitter stands: give it the same --url, --adapter, --prefix and -n.
Redis is asked read-only questions, the servers for a sign of life, which no client notices, and
with --to who is in the room. What Redis does not permit to look at is left out, and said so.
What is wrong is marked ✗, what is worth knowing ·. --timeout bounds all of it.

Examples:
  Nothing arrives: why?
    sio doctor
  Nothing arrives on a namespace, or in a room
    sio doctor --namespace /admin --to user:42
  Do servers hear an event? It goes to a room that nobody is in
    sio doctor --probe
  From a monitor
    sio doctor --quiet --output json || alert

Exit codes:
  0    nothing wrong was found
  1    failed: Redis cannot be used; stderr says why, and what to look at
  2    wrong usage
  5    trouble found
  130  interrupted (143 by SIGTERM)";

/// Says what is on this Redis, what is wrong, and what to do
#[derive(Args)]
#[command(after_help = help::more("doctor"), after_long_help = help::page(&[HELP]))]
pub(crate) struct Doctor {
    /// Look whether anybody is in this room
    #[arg(long, value_name = "ROOM", alias = "room", allow_hyphen_values = true)]
    to: Option<String>,

    /// Send an event to a room that nobody is in, and count the servers that hear it
    #[arg(long)]
    probe: bool,
}

impl Doctor {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let mut diagnosing = global.cluster.emitter()?.diagnose().of(global.namespace());
        if let Some(room) = self.to {
            diagnosing = diagnosing.to(room);
        }
        if self.probe {
            diagnosing = diagnosing.probe();
        }
        let diagnosing = Interrupts::new()?.unless(diagnosing.into_future()).await;
        let diagnosis = diagnosing.map_err(|exit| Failure::interrupted(exit, "interrupted"))?.map_err(unusable)?;
        match output.is_json() {
            true => output.object(&diagnosis)?,
            false => output.bytes(Page::new().of(&diagnosis).as_bytes())?,
        }
        Ok(if diagnosis.is_healthy() { Exit::Done } else { Exit::Trouble })
    }
}

/// Nothing can be said about what is on a Redis that cannot be used.
fn unusable(error: Error) -> Failure {
    let advice = error.advice();
    let failure = Failure::from(error);
    match advice {
        Some(advice) => failure.hint(advice),
        None => failure,
    }
}
