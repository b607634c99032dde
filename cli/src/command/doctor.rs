//! `sio doctor`: diagnoses why events do not arrive.

mod report;

use std::future::IntoFuture;

use clap::Args;
use socketio_emitter::Error;

use self::report::DiagnosisFormat;
use crate::{cli_error::CliError, exit::Exit, global_args::GlobalArgs, help, output::Output, shutdown::Shutdown};

const SHORT_HELP: &str = "\
Examples:
  sio doctor
  sio doctor --namespace /admin --to user:42";

const LONG_HELP: &str = "\
Run it where your emitter runs, with the same --url, --adapter, --prefix and --namespace. It sends read-only commands to \
Redis and pings the servers; with --to, it also asks them for the sockets in the room. Clients do not notice. Checks that \
Redis does not permit are skipped and reported. Problems are marked ✗, notes are marked ·. The limit for all checks is \
--timeout.

Examples:
  Find out why events do not arrive
    sio doctor
  On a namespace and in a room
    sio doctor --namespace /admin --to user:42
  Check that servers receive events, with an event to an empty room
    sio doctor --probe
  In a monitoring script
    sio doctor --quiet --output json || alert

Exit codes:
  0    No problems found
  1    Failure: Redis cannot be used; stderr reports the reason and what to check
  2    Invalid usage
  5    Problems found
  130  Interrupted by Ctrl-C (143: by SIGTERM)";

/// Diagnoses Redis and the servers, and suggests fixes
#[derive(Args)]
#[command(after_help = SHORT_HELP, after_long_help = help::with_environment(&[LONG_HELP]))]
pub(crate) struct DoctorCommand {
    /// Check whether there are sockets in this room
    #[arg(long, value_name = "ROOM", alias = "room", allow_hyphen_values = true)]
    to: Option<String>,

    /// Send an event to an empty room, and count the servers that receive it
    #[arg(long)]
    probe: bool,
}

impl DoctorCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        output.verbose_redis_source(global);
        let mut diagnosing = global.cluster.emitter()?.diagnose().of(global.namespace());
        if let Some(room) = self.to {
            diagnosing = diagnosing.to(room);
        }
        if self.probe {
            diagnosing = diagnosing.probe();
        }
        let diagnosed = Shutdown::new()?.until_signal(diagnosing.into_future()).await;
        let diagnosis = diagnosed.map_err(|exit| CliError::interrupted(exit, "interrupted"))?.map_err(with_advice)?;
        match output.is_json() {
            true => output.json_line(&diagnosis)?,
            false => output.bytes(DiagnosisFormat::new().text(&diagnosis).as_bytes())?,
        }
        Ok(if diagnosis.is_healthy() { Exit::Success } else { Exit::Unhealthy })
    }
}

/// Appends the emitter's advice to an error.
fn with_advice(error: Error) -> CliError {
    let advice = error.advice();
    let error = CliError::from(error);
    match advice {
        Some(advice) => error.with_hint(advice),
        None => error,
    }
}
