//! What became of a question, in words and as an exit code.

use socketio_emitter::{End, Message, Tally};

use crate::{
    exit::Exit,
    failure::Failure,
    output::Output,
    report::{Report, nobody},
    row::Row,
};

/// What may have broken the connection on which sockets and rooms were told.
const TOO_LARGE: &str = "if that happens again, an answer may be larger than Redis lets through to a subscriber \
                         (client-output-buffer-limit)";

/// A question, as it is talked about.
pub(crate) struct Outcome {
    /// The event that was to be answered, if there is one.
    event: Option<String>,
    namespace: String,
    expected: Option<u64>,
}

impl Outcome {
    /// Of a question to a namespace.
    pub(crate) fn on(namespace: &str) -> Self {
        Self { event: None, namespace: namespace.to_owned(), expected: None }
    }

    /// Of a message that is to be answered.
    pub(crate) fn of(message: &Message) -> Self {
        Self { event: Some(Report::of(message).event), ..Self::on(&message.target.namespace) }
    }

    /// Fewer answers are a failure.
    pub(crate) fn expecting(self, answers: Option<u64>) -> Self {
        Self { expected: answers, ..self }
    }

    /// Says how many answers there are of how many.
    ///
    /// # Errors
    /// Where nobody was there, or somebody is missing.
    pub(crate) fn conclude<A: Row>(&self, tally: &Tally, output: Output) -> Result<Exit, Failure> {
        if tally.servers == Some(0) {
            return Err(Failure::nobody(nobody(tally.adapter, &format!("namespace {}", self.namespace))));
        }
        let words = self.words::<A>(tally);
        if tally.end == End::Lost {
            let lost = Failure::incomplete(format!("the connection to Redis broke: {words}"));
            return Err(if self.event.is_none() { lost.hint(TOO_LARGE) } else { lost });
        }
        if tally.partial == Some(true) {
            let incomplete = Failure::incomplete(format!("incomplete: {words}"));
            return Err(hint(tally).into_iter().fold(incomplete, Failure::hint));
        }
        if let Some(expected) = self.expected.filter(|expected| tally.count < *expected) {
            return Err(Failure::incomplete(format!("{expected} expected: {words}")));
        }
        match tally.clients {
            Some(0) => output.warn(&words),
            _ => output.say(&words),
        }
        Ok(Exit::Done)
    }

    /// One line about who answered: `ask → 3 acknowledgements of 4 clients; 2 of 2 servers answered (classic)`.
    pub(crate) fn words<A: Row>(&self, tally: &Tally) -> String {
        let event = self.event.as_ref().map(|event| format!("{event} → ")).unwrap_or_default();
        let mut words = Vec::new();
        words.extend(answers::<A>(tally));
        words.extend(servers(tally));
        if !tally.silent.is_empty() {
            words.push(format!("silent: {}", tally.silent.join(", ")));
        }
        if tally.missed > 0 {
            words.push(format!("{} dropped, as nobody read them in time", number(tally.missed, "message")));
        }
        format!("{event}{} ({})", words.join("; "), tally.adapter)
    }
}

/// How many there are; nothing where the answers are the servers, which are counted next.
fn answers<A: Row>(tally: &Tally) -> Option<String> {
    let name = A::NAME?;
    let answers = match (tally.end, tally.clients) {
        (End::Complete, Some(0)) => "no client was there to be asked".to_owned(),
        // The others were not waited for, or nobody could say how many they are.
        (End::Enough, _) | (_, None | Some(0)) => number(tally.count, name),
        (_, Some(clients)) => format!("{} of {}", number(tally.count, name), number(clients, "client")),
    };
    let more = if tally.limited { ", and there are more" } else { "" };
    let hidden = match tally.hidden {
        Some(hidden @ 1..) => format!(", beside {hidden} named like a socket's id (--all)"),
        _ => String::new(),
    };
    Some(format!("{answers}{more}{hidden}"))
}

/// How many of them answered, unless that was not waited for.
fn servers(tally: &Tally) -> Option<String> {
    match (tally.end, tally.answered, tally.servers) {
        (End::Enough, ..) => None,
        (_, Some(answered), Some(servers)) => Some(format!("{answered} of {} answered", number(servers, "server"))),
        (_, Some(answered), None) => Some(format!("{} answered, of how many is not known", number(answered, "server"))),
        (_, None, None) => Some("whether somebody is missing is not known".to_owned()),
        (_, None, Some(servers)) => {
            Some(format!("{} there, whether somebody is missing is not known", number(servers, "server")))
        }
    }
}

/// What to do about those who are missing.
fn hint(tally: &Tally) -> Option<&'static str> {
    match (tally.end, tally.answered.zip(tally.servers)) {
        (_, Some((answered, servers))) if answered < servers => Some("`sio doctor` looks at silent servers"),
        (End::Timeout, _) if tally.missed == 0 => Some("a longer --timeout waits for slow clients"),
        _ => None,
    }
}

fn number(count: u64, name: &str) -> String {
    match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}
