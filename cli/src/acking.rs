//! Acknowledgements: an event that wants answers.

use clap::Args;
use socketio_emitter::{Asking, Emitter, Message};

use crate::{
    asking::ask,
    exit::Exit,
    failure::Failure,
    global::Global,
    outcome::Outcome,
    output::Output,
    row::Row,
    sending::{Sending, print},
};

/// The flags of every command whose event can be acknowledged.
#[derive(Args, Clone, Copy)]
pub(crate) struct Acking {
    /// Wait for the acknowledgements, as long as --timeout, and print each as it comes
    #[arg(long)]
    pub(crate) ack: bool,

    /// End as soon as so many came; if fewer do, exit with 4
    #[arg(long, value_name = "N", requires = "ack", value_parser = clap::value_parser!(u64).range(1..))]
    expect: Option<u64>,
}

impl Acking {
    /// Sends a message and prints what it is answered, or prints its command.
    pub(crate) async fn run<A: Row>(
        self,
        message: Message,
        asking: fn(&Emitter, Message) -> Asking<A>,
        sending: Sending,
        global: &Global,
        output: Output,
    ) -> Result<Exit, Failure> {
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        if sending.dry_run {
            let command = asking(&global.cluster.writer()?, message).command().await?;
            print(command, output)?;
            return Ok(Exit::Done);
        }
        let outcome = Outcome::of(&message).expecting(self.expect);
        let mut asking = asking(&global.cluster.emitter()?, message).require_servers(sending.require_servers);
        if let Some(answers) = self.expect {
            asking = asking.expect(answers);
        }
        ask(asking, &outcome, output).await
    }
}
