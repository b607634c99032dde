//! Why a command fails, in words for the shell.

use std::borrow::Cow;

use socketio_emitter::{Error, Invalid};

use crate::exit::Exit;

/// A pointer is cut off after so many characters; deep nesting makes long ones.
const LONGEST_POINTER: usize = 60;

/// Why a command fails, and the exit code that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What to say; nothing where nobody is left to hear it.
    pub(crate) message: Option<String>,
}

impl Failure {
    fn new(exit: Exit, message: String) -> Self {
        Self { exit, message: Some(message) }
    }

    /// The call is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message.into())
    }

    /// The world is wrong.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message.into())
    }

    /// Nobody was there.
    pub(crate) fn nobody(message: impl Into<String>) -> Self {
        Self::new(Exit::Nobody, message.into())
    }

    /// Somebody did not answer.
    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self::new(Exit::Incomplete, message.into())
    }

    /// Somebody wanted an end.
    pub(crate) fn interrupted(exit: Exit, message: impl Into<String>) -> Self {
        Self::new(exit, message.into())
    }

    /// Somebody could not wait for the end of what was on its way.
    pub(crate) fn in_doubt(exit: Exit) -> Self {
        Self::interrupted(exit, "interrupted; what was on its way may have been taken or not")
    }

    /// The reader of stdout has seen enough, as `head` does: no failure at all.
    pub(crate) fn unread() -> Self {
        Self { exit: Exit::Done, message: None }
    }

    /// The argument at `place` is wrong; what the emitter points at is within that argument.
    pub(crate) fn argument(place: &str, error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => Self::usage(explain(place, &invalid.pointer, &invalid)),
            error => error.into(),
        }
    }

    /// The same, with a word on what may help.
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.message = self.message.map(|message| format!("{}; {hint}", message.trim_end_matches('.')));
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = match &error {
            Error::Invalid(invalid) => words(invalid),
            Error::NoServers { elsewhere, .. } if !elsewhere.is_empty() => {
                format!("{error} (--prefix PREFIX; `sio doctor` tells more)")
            }
            Error::NoServers { .. } => format!("{error} (--adapter NAME; `sio doctor` tells more)"),
            Error::SeveralAdapters { .. } | Error::Undetected { what: "adapter", .. } => {
                format!("{error} (--adapter NAME)")
            }
            Error::Unrecognised { .. } | Error::Undetected { .. } => format!("{error} (--socket-io VERSION)"),
            _ => error.to_string(),
        };
        Self::new(exit(&error), message)
    }
}

fn exit(error: &Error) -> Exit {
    match error {
        error if error.is_invalid() => Exit::Usage,
        Error::Config(_) | Error::SeveralAdapters { .. } => Exit::Usage,
        error if error.is_nobody() => Exit::Nobody,
        _ => Exit::Failed,
    }
}

/// What is wrong with a line of input, in words that follow its number.
pub(crate) fn reason(error: &Error) -> String {
    let Error::Invalid(invalid) = error else { return format!(": {error}") };
    let column = invalid.position.map(|(_, column)| format!(", column {column}")).unwrap_or_default();
    let pointer = match shortened(&invalid.pointer) {
        pointer if pointer.is_empty() => String::new(),
        pointer => format!("{pointer}: "),
    };
    format!("{column}: {pointer}{}{}", invalid.reason, hint(invalid))
}

/// Translates the pointer into what was typed.
fn words(invalid: &Invalid) -> String {
    if invalid.code == "needs-all" {
        return "this reaches every socket of the namespace; name rooms with --to ROOM, or say so with --all"
            .to_owned();
    }
    let mut steps = invalid.pointer.splitn(4, '/').skip(1);
    let place = match (steps.next(), steps.next()) {
        (Some("args"), Some(index)) => match index.parse::<u64>() {
            Ok(index) => format!("ARG {}", index + 1),
            Err(_) => "ARG".to_owned(),
        },
        (Some("args"), None) => "ARG".to_owned(),
        (Some("event"), _) => "EVENT".to_owned(),
        (Some("join" | "leave"), _) => "ROOM".to_owned(),
        (Some("rooms"), _) => "--to".to_owned(),
        (Some("except"), _) => "--except".to_owned(),
        (Some("namespace"), _) => "--namespace".to_owned(),
        _ => return invalid.to_string(),
    };
    let within = steps.next().map(|rest| format!("/{rest}")).unwrap_or_default();
    explain(&place, &within, invalid)
}

fn explain(place: &str, within: &str, invalid: &Invalid) -> String {
    let within = match shortened(within) {
        within if within.is_empty() => String::new(),
        within => format!(" at {within}"),
    };
    let position = match invalid.position {
        // There is no place in an empty text.
        Some((_, 0)) | None => String::new(),
        Some((1, column)) => format!(" (column {column})"),
        Some((line, column)) => format!(" (line {line}, column {column})"),
    };
    format!("{place}{within}: {}{}{position}", invalid.reason, hint(invalid))
}

fn hint(invalid: &Invalid) -> &'static str {
    if invalid.code == "unsafe-integer" { ", or round it with --lossy-numbers" } else { "" }
}

fn shortened(pointer: &str) -> Cow<'_, str> {
    match pointer.char_indices().nth(LONGEST_POINTER) {
        Some((end, _)) => format!("{}…", &pointer[..end]).into(),
        None => pointer.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socketio_emitter::{Args, Emitter, Message, Numbers};

    fn refused(message: Message) -> Failure {
        let outgoing = Emitter::recorder().0.send(message);
        outgoing.wait().expect_err("refused").into()
    }

    fn message_of(failure: Failure) -> String {
        failure.message.unwrap_or_default()
    }

    #[test]
    fn a_pointer_becomes_what_was_typed() {
        assert!(message_of(refused(Message::emit("connect", Args::default()))).starts_with("EVENT: "));
        let mut message = Message::emit("x", Args::default());
        message.target.to([String::new()]);
        assert!(message_of(refused(message)).starts_with("--to: "));
        let mut message = Message::emit("x", Args::default());
        message.target.of("/[");
        let failure = refused(message);
        assert_eq!(failure.exit, Exit::Usage);
        assert!(message_of(failure).starts_with("--namespace: "));
    }

    #[test]
    fn an_argument_says_where_it_is_wrong() {
        let invalid = |json: &str| match Args::from_json(json.as_bytes(), Numbers::Exact) {
            Err(error) => message_of(Failure::argument("ARG 3", error)),
            Ok(_) => String::new(),
        };
        assert!(invalid("{\"a\":}").starts_with("ARG 3 at /a: this is no valid JSON"));
        assert!(invalid("{\"a\":}").ends_with("(column 6)"));
        assert!(invalid("{\n\"a\":}").ends_with("(line 2, column 5)"));
        assert!(invalid("9007199254740993").contains("--lossy-numbers"));
    }
}
