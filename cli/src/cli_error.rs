//! The error of a command: its message and its exit code.

use std::borrow::Cow;

use socketio_emitter::{Error, error::ErrorKind, error::InvalidMessage};

use crate::exit::Exit;

/// JSON pointers are cut off after this many characters; deep nesting makes long ones.
const MAX_POINTER_CHARS: usize = 60;

/// Why a command fails, and its exit code.
#[derive(Debug)]
pub(crate) struct CliError {
    pub(crate) exit: Exit,
    /// The message for stderr; `None` if nothing is to be printed.
    pub(crate) message: Option<String>,
}

impl CliError {
    fn new(exit: Exit, message: String) -> Self {
        Self { exit, message: Some(message) }
    }

    /// Invalid usage or input.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message.into())
    }

    /// An operation failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message.into())
    }

    /// No server received the message or the request.
    pub(crate) fn no_servers(message: impl Into<String>) -> Self {
        Self::new(Exit::NoServers, message.into())
    }

    /// Some servers or clients did not answer.
    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self::new(Exit::Incomplete, message.into())
    }

    /// A signal ended the command.
    pub(crate) fn interrupted(exit: Exit, message: impl Into<String>) -> Self {
        Self::new(exit, message.into())
    }

    /// A signal ended the command before Redis answered.
    pub(crate) fn interrupted_in_flight(exit: Exit) -> Self {
        Self::interrupted(exit, "interrupted before Redis answered; messages in flight may have been sent")
    }

    /// The reader of stdout closed it, as `head` does. This counts as success.
    pub(crate) fn stdout_closed() -> Self {
        Self { exit: Exit::Success, message: None }
    }

    /// The argument that `label` names is invalid. The emitter's pointer is relative to that argument.
    pub(crate) fn in_argument(label: &str, error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => Self::usage(describe(label, &invalid.pointer, &invalid)),
            error => error.into(),
        }
    }

    /// Appends a hint to the message.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.message = self.message.map(|message| format!("{}; {hint}", message.trim_end_matches('.')));
        self
    }
}

impl From<Error> for CliError {
    fn from(error: Error) -> Self {
        let message = match &error {
            Error::Invalid(invalid) => describe_as_typed(invalid),
            Error::NoServers { elsewhere, .. } if !elsewhere.is_empty() => {
                format!("{error} (set --prefix PREFIX, or run `sio doctor`)")
            }
            Error::NoServers { .. } => format!("{error} (set --adapter NAME, or run `sio doctor`)"),
            Error::SeveralAdapters { .. } | Error::Undetected { what: "adapter", .. } => {
                format!("{error} (set --adapter NAME)")
            }
            Error::Unrecognised { .. } | Error::Undetected { .. } => format!("{error} (set --socket-io VERSION)"),
            _ => error.to_string(),
        };
        Self::new(exit_code(&error), message)
    }
}

fn exit_code(error: &Error) -> Exit {
    match error {
        error if error.kind() == ErrorKind::InvalidMessage => Exit::Usage,
        Error::Config(_) | Error::SeveralAdapters { .. } => Exit::Usage,
        error if error.kind() == ErrorKind::NoServers => Exit::NoServers,
        _ => Exit::Failed,
    }
}

/// What is wrong with a line of input, to follow `line N`.
pub(crate) fn describe_in_line(error: &Error) -> String {
    let Error::Invalid(invalid) = error else { return format!(": {error}") };
    let column = invalid.position.map(|(_, column)| format!(", column {column}")).unwrap_or_default();
    let pointer = match truncate_pointer(&invalid.pointer) {
        pointer if pointer.is_empty() => String::new(),
        pointer => format!("{pointer}: "),
    };
    format!("{column}: {pointer}{}{}", invalid.reason, hint(invalid))
}

/// Describes invalid input, with the JSON pointer replaced by the name of the argument or option that was typed.
fn describe_as_typed(invalid: &InvalidMessage) -> String {
    if invalid.code == "needs-all" {
        return "this targets every socket of the namespace; name rooms with --to ROOM, or confirm with --all"
            .to_owned();
    }
    let mut steps = invalid.pointer.splitn(4, '/').skip(1);
    let label = match (steps.next(), steps.next()) {
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
    let pointer = steps.next().map(|rest| format!("/{rest}")).unwrap_or_default();
    describe(&label, &pointer, invalid)
}

fn describe(label: &str, pointer: &str, invalid: &InvalidMessage) -> String {
    let pointer = match truncate_pointer(pointer) {
        pointer if pointer.is_empty() => String::new(),
        pointer => format!(" at {pointer}"),
    };
    let position = match invalid.position {
        // An empty text has no column.
        Some((_, 0)) | None => String::new(),
        Some((1, column)) => format!(" (column {column})"),
        Some((line, column)) => format!(" (line {line}, column {column})"),
    };
    format!("{label}{pointer}: {}{}{position}", invalid.reason, hint(invalid))
}

fn hint(invalid: &InvalidMessage) -> &'static str {
    if invalid.code == "unsafe-integer" { ", or round it with --lossy-numbers" } else { "" }
}

fn truncate_pointer(pointer: &str) -> Cow<'_, str> {
    match pointer.char_indices().nth(MAX_POINTER_CHARS) {
        Some((end, _)) => format!("{}…", &pointer[..end]).into(),
        None => pointer.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socketio_emitter::{Args, Emitter, Message, message::Numbers};

    fn send_error(message: Message) -> CliError {
        let outgoing = Emitter::recorder().0.send(message);
        outgoing.wait().expect_err("the message is rejected").into()
    }

    fn message_of(error: CliError) -> String {
        error.message.unwrap_or_default()
    }

    #[test]
    fn pointers_are_reported_as_options_and_arguments() {
        assert!(message_of(send_error(Message::emit("connect", Args::default()))).starts_with("EVENT: "));
        let mut message = Message::emit("x", Args::default());
        message.target.to([String::new()]);
        assert!(message_of(send_error(message)).starts_with("--to: "));
        let mut message = Message::emit("x", Args::default());
        message.target.of("/[");
        let error = send_error(message);
        assert_eq!(error.exit, Exit::Usage);
        assert!(message_of(error).starts_with("--namespace: "));
    }

    #[test]
    fn invalid_argument_reports_pointer_and_position() {
        let invalid = |json: &str| match Args::from_json(json.as_bytes(), Numbers::Exact) {
            Err(error) => message_of(CliError::in_argument("ARG 3", error)),
            Ok(_) => String::new(),
        };
        assert!(invalid("{\"a\":}").starts_with("ARG 3 at /a: invalid JSON"));
        assert!(invalid("{\"a\":}").ends_with("(column 6)"));
        assert!(invalid("{\n\"a\":}").ends_with("(line 2, column 5)"));
        assert!(invalid("9007199254740993").contains("--lossy-numbers"));
    }
}
