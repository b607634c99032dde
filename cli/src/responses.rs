//! Sends a request to the cluster: prints each answer to stdout as it arrives, and the outcome at the end.

use futures_util::StreamExt;
use socketio_emitter::request::{Request, Summary};

use crate::{
    cli_error::CliError, exit::Exit, output::Output, request_outcome::RequestOutcome, response_row::ResponseRow,
    shutdown::Shutdown,
};

/// Prints every answer, then the outcome.
pub(crate) async fn print_responses<A: ResponseRow>(
    request: Request<A>,
    outcome: &RequestOutcome,
    output: Output,
) -> Result<Exit, CliError> {
    let mut shutdown = Shutdown::new()?;
    let mut responses = shutdown.until_signal(request.stream()).await.map_err(CliError::interrupted_in_flight)??;
    loop {
        match shutdown.until_signal(responses.next()).await {
            Ok(Some(response)) => print_row(&response, output)?,
            Ok(None) => return finish::<A>(responses.summary(), outcome, output),
            Err(exit) => {
                let summary = outcome.summary::<A>(responses.summary());
                return Err(CliError::interrupted(exit, format!("interrupted; so far: {summary}")));
            }
        }
    }
}

/// Prints the number of answers, then the outcome.
pub(crate) async fn print_count<A: ResponseRow>(
    request: Request<A>,
    outcome: &RequestOutcome,
    output: Output,
) -> Result<Exit, CliError> {
    let mut shutdown = Shutdown::new()?;
    let summary = shutdown.until_signal(request.count()).await.map_err(CliError::interrupted_in_flight)??;
    if !output.is_json() {
        output.line(&summary.count.to_string())?;
    }
    finish::<A>(&summary, outcome, output)
}

fn print_row<A: ResponseRow>(response: &A, output: Output) -> Result<(), CliError> {
    if output.is_json() {
        return output.json_line(&response.object());
    }
    let text = response.text().map_err(|error| CliError::failed(format!("cannot print an answer as text: {error}")))?;
    output.line(&text)
}

fn finish<A: ResponseRow>(summary: &Summary, outcome: &RequestOutcome, output: Output) -> Result<Exit, CliError> {
    if output.is_json() {
        output.json_line(summary)?;
    }
    outcome.report::<A>(summary, output)
}
