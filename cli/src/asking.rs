//! A question to the cluster: its answers go to stdout as they come, what became of it is said at the end.

use socketio_emitter::{Asking, Tally};

use crate::{exit::Exit, failure::Failure, interrupt::Interrupts, outcome::Outcome, output::Output, row::Row};

/// Prints every answer, and tells how many there are of how many.
pub(crate) async fn ask<A: Row>(asking: Asking<A>, outcome: &Outcome, output: Output) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    let mut answering = interrupts.unless(asking.stream()).await.map_err(Failure::in_doubt)??;
    loop {
        match interrupts.unless(answering.next()).await {
            Ok(Some(answer)) => print(&answer, output)?,
            Ok(None) => return conclude::<A>(answering.tally(), outcome, output),
            Err(exit) => {
                let words = outcome.words::<A>(answering.tally());
                return Err(Failure::interrupted(exit, format!("interrupted; so far: {words}")));
            }
        }
    }
}

/// Prints how many answers there are, and none of them.
pub(crate) async fn count<A: Row>(asking: Asking<A>, outcome: &Outcome, output: Output) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    let tally = interrupts.unless(asking.count()).await.map_err(Failure::in_doubt)??;
    if !output.is_json() {
        output.line(&tally.count.to_string())?;
    }
    conclude::<A>(&tally, outcome, output)
}

fn print<A: Row>(answer: &A, output: Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(&answer.object());
    }
    let text = answer.text().map_err(|error| Failure::failed(format!("an answer cannot be printed: {error}")))?;
    output.line(&text)
}

fn conclude<A: Row>(tally: &Tally, outcome: &Outcome, output: Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.object(tally)?;
    }
    outcome.conclude::<A>(tally, output)
}
