//! Data goes to stdout, words to stderr.

use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::{exit::Exit, failure::Failure};

/// What stdout carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Text,
    /// JSON, one object a line.
    Json,
}

/// How much is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Words {
    /// Nothing but what made the command fail.
    Few,
    /// What happened.
    Some,
    /// Every step.
    Many,
}

/// Where results and words go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// What stdout carries.
    pub(crate) format: Format,
    /// How much is said on stderr.
    pub(crate) words: Words,
}

impl Output {
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Prints a JSON object.
    pub(crate) fn object(self, object: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string(object).map_err(|error| Failure::failed(error.to_string()))?;
        self.line(&json)
    }

    /// Prints a line as it is.
    pub(crate) fn line(self, line: &str) -> Result<(), Failure> {
        self.bytes(format!("{line}\n").as_bytes())
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::unread()),
            Err(error) => Err(Failure::failed(format!("cannot write to stdout: {error}"))),
        }
    }

    /// Says what happened.
    pub(crate) fn say(self, words: &str) {
        if self.words >= Words::Some {
            speak(&safe(words));
        }
    }

    /// Says what somebody should look at.
    pub(crate) fn warn(self, words: &str) {
        self.say(&format!("sio: {words}"));
    }

    /// Says what is of interest only when looking closely.
    pub(crate) fn detail(self, words: &str) {
        if self.words >= Words::Many {
            self.say(words);
        }
    }

    /// Says why the command fails, however quiet it is to be.
    pub(crate) fn failure(self, failure: &Failure) -> Exit {
        if let Some(message) = &failure.message {
            self.complain(message);
        }
        failure.exit
    }

    /// Says what the command will fail for, however quiet it is to be.
    pub(crate) fn complain(self, words: &str) {
        speak(&format!("sio: {}", safe(words)));
    }
}

/// Says a line on stderr; nobody may be there to read it.
pub(crate) fn speak(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Text that cannot steer a terminal, whoever wrote it.
pub(crate) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // What turns the reading direction can make one text look like another.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                safe.extend(c.escape_default());
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(safe("a\x1b[31mb\nc\u{9b}d\u{202e}e"), "a\\u{1b}[31mb\\nc\\u{9b}d\\u{202e}e");
        assert_eq!(safe("Grüße → 你好"), "Grüße → 你好");
    }
}
