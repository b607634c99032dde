//! Output: data goes to stdout, messages for people go to stderr.

use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use serde::Serialize;

use crate::{cli_error::CliError, exit::Exit, global_args::GlobalArgs};

/// The format of stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people
    Text,
    /// JSON, one object per line
    Json,
}

/// How much is printed on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Also results and warnings.
    Normal,
    /// Also every step.
    Verbose,
}

/// Where results and messages go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) format: OutputFormat,
    pub(crate) verbosity: Verbosity,
}

impl Output {
    pub(crate) fn is_json(self) -> bool {
        self.format == OutputFormat::Json
    }

    /// Prints a line of JSON to stdout.
    pub(crate) fn json_line(self, object: &impl Serialize) -> Result<(), CliError> {
        let json = serde_json::to_string(object).map_err(|error| CliError::failed(error.to_string()))?;
        self.line(&json)
    }

    /// Prints a line to stdout, without escaping.
    pub(crate) fn line(self, line: &str) -> Result<(), CliError> {
        self.bytes(format!("{line}\n").as_bytes())
    }

    /// Writes bytes to stdout.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(CliError::stdout_closed()),
            Err(error) => Err(CliError::failed(format!("cannot write to stdout: {error}"))),
        }
    }

    /// Prints a line to stderr, unless `--quiet` is given.
    pub(crate) fn note(self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            write_stderr(&escape_control(text));
        }
    }

    /// Prints a warning to stderr, unless `--quiet` is given.
    pub(crate) fn warn(self, text: &str) {
        self.note(&format!("sio: {text}"));
    }

    /// Prints a line to stderr with `--verbose`.
    pub(crate) fn verbose(self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.note(text);
        }
    }

    /// Prints with `--verbose` where the Redis URL comes from.
    pub(crate) fn verbose_redis_source(self, global: &GlobalArgs) {
        self.verbose(&format!("using the Redis URL from {}", global.cluster.url_source()));
    }

    /// Prints why the command fails, even with `--quiet`, and returns the exit code.
    pub(crate) fn print_error(self, error: &CliError) -> Exit {
        if let Some(message) = &error.message {
            self.error(message);
        }
        error.exit
    }

    /// Prints an error to stderr, even with `--quiet`.
    pub(crate) fn error(self, text: &str) {
        write_stderr(&format!("sio: {}", escape_control(text)));
    }
}

/// Writes a line to stderr. Errors are ignored: stderr may be closed.
pub(crate) fn write_stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Escapes control characters, so that text from outside cannot control the terminal.
pub(crate) fn escape_control(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Bidirectional controls can make one text look like another.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                escaped.extend(c.escape_default());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        assert_eq!(escape_control("a\x1b[31mb\nc\u{9b}d\u{202e}e"), "a\\u{1b}[31mb\\nc\\u{9b}d\\u{202e}e");
        assert_eq!(escape_control("Grüße → 你好"), "Grüße → 你好");
    }
}
