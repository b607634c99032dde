//! The outcome of a request: one line about who answered, and the exit code.

use socketio_emitter::{
    Message,
    request::{RequestEnd, Summary},
};

use crate::{
    cli_error::CliError,
    exit::Exit,
    output::Output,
    response_row::ResponseRow,
    send_receipt::{SendReport, no_servers_warning},
};

/// The hint if the connection broke while servers sent lists of sockets or rooms.
const RESPONSE_TOO_LARGE: &str = "if this repeats, a response may exceed what Redis buffers for a subscriber \
                                  (client-output-buffer-limit)";

/// A request, for the report on its answers.
pub(crate) struct RequestOutcome {
    /// The event that is acknowledged; `None` for other requests.
    event: Option<String>,
    namespace: String,
    expected: Option<u64>,
}

impl RequestOutcome {
    /// A request to a namespace.
    pub(crate) fn on_namespace(namespace: &str) -> Self {
        Self { event: None, namespace: namespace.to_owned(), expected: None }
    }

    /// A message with acknowledgements.
    pub(crate) fn for_message(message: &Message) -> Self {
        let event = SendReport::for_message(message).event;
        Self { event: Some(event), ..Self::on_namespace(&message.target.namespace) }
    }

    /// Makes fewer answers than this an error.
    pub(crate) fn expecting(self, answers: Option<u64>) -> Self {
        Self { expected: answers, ..self }
    }

    /// Prints who answered.
    ///
    /// # Errors
    /// If there were no servers, or answers are missing.
    pub(crate) fn report<A: ResponseRow>(&self, tally: &Summary, output: Output) -> Result<Exit, CliError> {
        if tally.servers == Some(0) {
            let place = format!("namespace {}", self.namespace);
            return Err(CliError::no_servers(no_servers_warning(tally.adapter, &place)));
        }
        let summary = self.summary::<A>(tally);
        if tally.end == RequestEnd::Lost {
            let lost = CliError::incomplete(format!("the connection to Redis broke: {summary}"));
            return Err(if self.event.is_none() { lost.with_hint(RESPONSE_TOO_LARGE) } else { lost });
        }
        if tally.partial == Some(true) {
            let incomplete = CliError::incomplete(format!("incomplete: {summary}"));
            return Err(hint(tally).into_iter().fold(incomplete, CliError::with_hint));
        }
        if let Some(expected) = self.expected.filter(|expected| tally.count < *expected) {
            return Err(CliError::incomplete(format!("{expected} expected: {summary}")));
        }
        match tally.clients {
            Some(0) => output.warn(&summary),
            _ => output.note(&summary),
        }
        Ok(Exit::Success)
    }

    /// One line about who answered: `ask → 3 acknowledgements of 4 clients; 2 of 2 servers answered (classic)`.
    pub(crate) fn summary<A: ResponseRow>(&self, tally: &Summary) -> String {
        let event = self.event.as_ref().map(|event| format!("{event} → ")).unwrap_or_default();
        let mut parts = Vec::new();
        parts.extend(describe_answers::<A>(tally));
        parts.extend(describe_servers(tally));
        if !tally.silent.is_empty() {
            parts.push(format!("silent: {}", tally.silent.join(", ")));
        }
        if tally.missed > 0 {
            parts.push(format!("{} dropped because stdout was read too slowly", plural(tally.missed, "message")));
        }
        format!("{event}{} ({})", parts.join("; "), tally.adapter)
    }
}

/// The number of answers. `None` if the answers are the servers, which [`describe_servers`] counts.
fn describe_answers<A: ResponseRow>(tally: &Summary) -> Option<String> {
    let name = A::NAME?;
    let answers = match (tally.end, tally.clients) {
        (RequestEnd::Complete, Some(0)) => "no matching client".to_owned(),
        // Either the other clients were not waited for, or their number is unknown.
        (RequestEnd::Enough, _) | (_, None | Some(0)) => plural(tally.count, name),
        (_, Some(clients)) => format!("{} of {}", plural(tally.count, name), plural(clients, "client")),
    };
    let more = if tally.limited { ", and there are more" } else { "" };
    let hidden = match tally.hidden {
        Some(hidden @ 1..) => format!(", plus {hidden} named like a socket id (--all)"),
        _ => String::new(),
    };
    Some(format!("{answers}{more}{hidden}"))
}

/// The number of servers that answered. `None` if the request stopped before all were waited for.
fn describe_servers(tally: &Summary) -> Option<String> {
    match (tally.end, tally.answered, tally.servers) {
        (RequestEnd::Enough, ..) => None,
        (_, Some(answered), Some(servers)) => Some(format!("{answered} of {} answered", plural(servers, "server"))),
        (_, Some(answered), None) => Some(format!("{} answered, of an unknown number", plural(answered, "server"))),
        (_, None, None) => Some("unknown whether answers are missing".to_owned()),
        (_, None, Some(servers)) => Some(format!("{}, unknown whether answers are missing", plural(servers, "server"))),
    }
}

/// What to do about missing answers.
fn hint(tally: &Summary) -> Option<&'static str> {
    match (tally.end, tally.answered.zip(tally.servers)) {
        (_, Some((answered, servers))) if answered < servers => Some("run `sio doctor` to check the silent servers"),
        (RequestEnd::Timeout, _) if tally.missed == 0 => Some("use a longer --timeout for slow clients"),
        _ => None,
    }
}

fn plural(count: u64, name: &str) -> String {
    match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}
