//! The event arguments ARG, --string and --binary, in the order in which they were typed.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use clap::{Arg, ArgAction, ArgMatches, Args as ClapArgs, Command, FromArgMatches};
use socketio_emitter::{Args, Binary, message::Numbers};

use crate::{
    cli_error::CliError,
    template::{EventTemplates, TemplateText, TemplateVariables},
};

const ARG: &str = "args";
const STRING: &str = "string";
const BINARY: &str = "binary";

/// The event arguments as they were typed, in order.
pub(crate) struct RawEventArgs(Vec<(ArgKind, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ArgKind {
    Arg,
    String,
    Binary,
}

impl ArgKind {
    const ALL: [(Self, &'static str); 3] = [(Self::Arg, ARG), (Self::String, STRING), (Self::Binary, BINARY)];
}

impl ClapArgs for RawEventArgs {
    fn augment_args(command: Command) -> Command {
        let string = Arg::new(STRING).long(STRING).value_name("TEXT").allow_hyphen_values(true);
        let binary = Arg::new(BINARY).long(BINARY).value_name("FILE");
        command
            .arg(
                Arg::new(ARG)
                    .value_name("ARG")
                    .num_args(0..)
                    .allow_negative_numbers(true)
                    .help("Event argument: JSON, @FILE, or otherwise a string (see --help)"),
            )
            .arg(string.action(ArgAction::Append).help("String argument, even if it looks like JSON"))
            .arg(binary.action(ArgAction::Append).help("Binary argument, read from a file; - reads stdin"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RawEventArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut typed = Vec::new();
        for (kind, id) in ArgKind::ALL {
            let indices = matches.indices_of(id).into_iter().flatten();
            let texts = matches.get_many::<String>(id).into_iter().flatten();
            typed.extend(indices.zip(texts).map(|(index, text)| (index, (kind, text.clone()))));
        }
        typed.sort_by_key(|(index, _)| *index);
        Ok(Self(typed.into_iter().map(|(_, typed)| typed).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The arguments of an event. Plain ones are parsed once, templates for every message.
pub(crate) struct EventArgs {
    parts: Vec<ArgPart>,
    reader: ArgReader,
}

enum ArgPart {
    Parsed(Args),
    Template(ArgKind, TemplateText),
}

impl EventArgs {
    /// Parses the arguments that are not templates, and the templates.
    pub(crate) fn new(raw: RawEventArgs, templates: &mut EventTemplates, numbers: Numbers) -> Result<Self, CliError> {
        let mut reader = ArgReader { numbers, stdin_reader: None, templates: true };
        let mut parts = Vec::new();
        for (index, (kind, typed)) in raw.0.into_iter().enumerate() {
            let label = arg_label(index);
            let text = match kind {
                ArgKind::Binary => TemplateText::Plain(typed),
                ArgKind::Arg | ArgKind::String => templates.parse(label.clone(), typed)?,
            };
            parts.push(match text {
                TemplateText::Template(_) => ArgPart::Template(kind, text),
                TemplateText::Plain(text) => ArgPart::Parsed(reader.read(kind, &label, &text)?),
            });
        }
        Ok(Self { parts, reader })
    }

    /// Parses the arguments of a command without templates.
    pub(crate) fn without_templates(raw: RawEventArgs, numbers: Numbers) -> Result<Args, CliError> {
        let mut reader = ArgReader { numbers, stdin_reader: None, templates: false };
        let parts =
            raw.0.into_iter().enumerate().map(|(index, (kind, text))| reader.read(kind, &arg_label(index), &text));
        Ok(Args::join(parts.collect::<Result<Vec<_>, _>>()?)?)
    }

    /// The arguments of one message.
    pub(crate) fn render(
        &mut self,
        templates: &EventTemplates,
        variables: &TemplateVariables,
    ) -> Result<Args, CliError> {
        let mut rendered = Vec::with_capacity(self.parts.len());
        for (index, part) in self.parts.iter().enumerate() {
            rendered.push(match part {
                ArgPart::Parsed(args) => args.clone(),
                ArgPart::Template(kind, text) => {
                    let text = templates.render(text, variables)?;
                    self.reader.read(*kind, &arg_label(index), &text)?
                }
            });
        }
        Ok(Args::join(rendered)?)
    }
}

fn arg_label(index: usize) -> String {
    format!("ARG {}", index + 1)
}

/// Parses texts into arguments.
struct ArgReader {
    numbers: Numbers,
    /// The argument that read stdin, which can be read only once.
    stdin_reader: Option<String>,
    /// The command supports templates, so that text that looks like one gets a hint.
    templates: bool,
}

impl ArgReader {
    fn read(&mut self, kind: ArgKind, label: &str, text: &str) -> Result<Args, CliError> {
        let args = match kind {
            ArgKind::Binary => Args::new(&Binary(self.file(label, text, "")?)),
            ArgKind::String => Args::new(text),
            ArgKind::Arg => match text.strip_prefix('@') {
                Some(file) => {
                    let hint = "; to send this text itself, use --string";
                    Args::from_json(&self.file(label, file, hint)?, self.numbers)
                }
                None if is_json(text) => Args::from_json(text.as_bytes(), self.numbers),
                None => Args::new(text),
            },
        };
        args.map_err(|error| match CliError::in_argument(label, error) {
            error if self.templates && (text.starts_with("{{") || text.starts_with("{%")) => {
                error.with_hint("to use a template, add -T")
            }
            error => error,
        })
    }

    fn file(&mut self, label: &str, file: &str, hint: &str) -> Result<Vec<u8>, CliError> {
        let failed =
            |name: &str, error: io::Error| CliError::failed(format!("{label}: cannot read {name}: {error}{hint}"));
        match (file, &self.stdin_reader) {
            ("", _) => Err(CliError::usage(format!("{label}: the file name is missing{hint}"))),
            ("-", Some(other)) => Err(CliError::usage(format!(
                "{label}: stdin was already read by {other}; only one argument can read it"
            ))),
            ("-", None) => {
                self.stdin_reader = Some(label.to_owned());
                let mut bytes = Vec::new();
                io::stdin().lock().read_to_end(&mut bytes).map_err(|error| failed("stdin", error))?;
                Ok(bytes)
            }
            (file, _) => fs::read(Path::new(file)).map_err(|error| failed(file, error)),
        }
    }
}

/// Returns true for text that is meant as JSON, even if it is invalid.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[', '"']) || matches!(text, "true" | "false" | "null") || is_number(text)
}

/// Applies the number syntax of JSON, so that `007`, `+5` and `1.2.3` are strings.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_strings_are_distinguished() {
        let json =
            r#"0 -0 5 -5 10 1.5 -0.5 1e3 1E+3 2.5e-3 1e999 12345678901234567890 true false null {} [1] "a" { [ ""#;
        for text in json.split(' ').chain(["{{ now }}"]) {
            assert!(is_json(text), "{text:?} should be JSON");
        }
        let strings = "- -- 007 -01 +5 1.2.3 1. .5 -.5 0x10 1_000 1,5 1e 1e+ e5 5s --5 2026-01-01 \
                       2026-01-01T00:00:00.000Z +4930123456 030-123 True NULL nil undefined NaN \
                       Infinity -Infinity hello (1) 'a' ١٢";
        for text in strings.split(' ').chain(["", " 5", "5 ", " {}", "two words"]) {
            assert!(!is_json(text), "{text:?} should be a string");
        }
    }

    #[test]
    fn numbers_parse_as_json() {
        for text in ["0", "-0", "1.5", "1e3", "1E+3", "2.5e-3", "-12"] {
            assert!(is_number(text) && Args::from_json(text.as_bytes(), Numbers::Exact).is_ok(), "{text}");
        }
    }
}
