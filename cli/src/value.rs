//! ARG, --string and --binary: what they mean, in the order in which they were typed.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use clap::{Arg, ArgAction, ArgMatches, Args as ClapArgs, Command, FromArgMatches};
use socketio_emitter::{Args, Binary, Numbers};

use crate::{
    failure::Failure,
    template::{Templates, Text, Variables},
};

const ARG: &str = "args";
const STRING: &str = "string";
const BINARY: &str = "binary";

/// The values of an event as they were typed, in order.
pub(crate) struct Typed(Vec<(Kind, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Arg,
    String,
    Binary,
}

impl Kind {
    const ALL: [(Self, &'static str); 3] = [(Self::Arg, ARG), (Self::String, STRING), (Self::Binary, BINARY)];
}

impl ClapArgs for Typed {
    fn augment_args(command: Command) -> Command {
        let string = Arg::new(STRING).long(STRING).value_name("TEXT").allow_hyphen_values(true);
        let binary = Arg::new(BINARY).long(BINARY).value_name("FILE");
        command
            .arg(
                Arg::new(ARG)
                    .value_name("ARG")
                    .num_args(0..)
                    .allow_negative_numbers(true)
                    .help("What the event carries: JSON, @FILE, or else a string (see below)"),
            )
            .arg(string.action(ArgAction::Append).help("An ARG that is a string, whatever it looks like"))
            .arg(binary.action(ArgAction::Append).help("An ARG that is the bytes of a file; - is stdin"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Typed {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut typed = Vec::new();
        for (kind, id) in Kind::ALL {
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

/// The values of an event: packed once, or anew for every message where they are templates.
pub(crate) struct Values {
    parts: Vec<Part>,
    reader: Reader,
}

enum Part {
    Ready(Args),
    Template(Kind, Text),
}

impl Values {
    /// Reads and packs all that is the same in every message.
    pub(crate) fn new(typed: Typed, templates: &mut Templates, numbers: Numbers) -> Result<Self, Failure> {
        let mut reader = Reader { numbers, stdin: None, templates: true };
        let mut parts = Vec::new();
        for (at, (kind, typed)) in typed.0.into_iter().enumerate() {
            let place = place(at);
            let text = match kind {
                Kind::Binary => Text::Plain(typed),
                Kind::Arg | Kind::String => templates.read(place.clone(), typed)?,
            };
            parts.push(match text {
                Text::Template(_) => Part::Template(kind, text),
                Text::Plain(text) => Part::Ready(reader.read(kind, &place, &text)?),
            });
        }
        Ok(Self { parts, reader })
    }

    /// The arguments where nothing is a template.
    pub(crate) fn plain(typed: Typed, numbers: Numbers) -> Result<Args, Failure> {
        let mut reader = Reader { numbers, stdin: None, templates: false };
        let typed = typed.0.into_iter().enumerate();
        let parts = typed.map(|(at, (kind, text))| reader.read(kind, &place(at), &text));
        Ok(Args::join(parts.collect::<Result<Vec<_>, _>>()?)?)
    }

    /// The arguments for one message.
    pub(crate) fn pack(&mut self, templates: &Templates, variables: &Variables) -> Result<Args, Failure> {
        let mut packed = Vec::with_capacity(self.parts.len());
        for (at, part) in self.parts.iter().enumerate() {
            packed.push(match part {
                Part::Ready(args) => args.clone(),
                Part::Template(kind, text) => {
                    let text = templates.render(text, variables)?;
                    self.reader.read(*kind, &place(at), &text)?
                }
            });
        }
        Ok(Args::join(packed)?)
    }
}

fn place(at: usize) -> String {
    format!("ARG {}", at + 1)
}

/// Turns texts into arguments.
struct Reader {
    numbers: Numbers,
    /// Who read stdin: it can be read once.
    stdin: Option<String>,
    /// The command knows templates, so that one may be meant.
    templates: bool,
}

impl Reader {
    fn read(&mut self, kind: Kind, place: &str, text: &str) -> Result<Args, Failure> {
        let args = match kind {
            Kind::Binary => Args::new(&Binary(self.file(place, text, "")?)),
            Kind::String => Args::new(text),
            Kind::Arg => match text.strip_prefix('@') {
                Some(file) => {
                    let hint = "; to send this text itself, use --string";
                    Args::from_json(&self.file(place, file, hint)?, self.numbers)
                }
                None if is_json(text) => Args::from_json(text.as_bytes(), self.numbers),
                None => Args::new(text),
            },
        };
        args.map_err(|error| match Failure::argument(place, error) {
            failure if self.templates && (text.starts_with("{{") || text.starts_with("{%")) => {
                failure.hint("for a template, add -T")
            }
            failure => failure,
        })
    }

    fn file(&mut self, place: &str, file: &str, hint: &str) -> Result<Vec<u8>, Failure> {
        let failed =
            |name: &str, error: io::Error| Failure::failed(format!("{place}: cannot read {name}: {error}{hint}"));
        match (file, &self.stdin) {
            ("", _) => Err(Failure::usage(format!("{place}: the name of the file is missing{hint}"))),
            ("-", Some(other)) => {
                Err(Failure::usage(format!("{place}: {other} has read stdin already, and it can be read once")))
            }
            ("-", None) => {
                self.stdin = Some(place.to_owned());
                let mut bytes = Vec::new();
                io::stdin().lock().read_to_end(&mut bytes).map_err(|error| failed("stdin", error))?;
                Ok(bytes)
            }
            (file, _) => fs::read(Path::new(file)).map_err(|error| failed(file, error)),
        }
    }
}

/// True for what is meant as JSON, also if it is broken.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[', '"']) || matches!(text, "true" | "false" | "null") || is_number(text)
}

/// JSON's own rule, so that `007`, `+5` or `1.2.3` stay the strings that they are.
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
    fn json_is_told_from_strings() {
        let json =
            r#"0 -0 5 -5 10 1.5 -0.5 1e3 1E+3 2.5e-3 1e999 12345678901234567890 true false null {} [1] "a" { [ ""#;
        for text in json.split(' ').chain(["{{ now }}"]) {
            assert!(is_json(text), "{text:?} is JSON");
        }
        let strings = "- -- 007 -01 +5 1.2.3 1. .5 -.5 0x10 1_000 1,5 1e 1e+ e5 5s --5 2026-01-01 \
                       2026-01-01T00:00:00.000Z +4930123456 030-123 True NULL nil undefined NaN \
                       Infinity -Infinity hello (1) 'a' ١٢";
        for text in strings.split(' ').chain(["", " 5", "5 ", " {}", "two words"]) {
            assert!(!is_json(text), "{text:?} is a string");
        }
    }

    #[test]
    fn what_is_taken_for_a_number_is_one() {
        for text in ["0", "-0", "1.5", "1e3", "1E+3", "2.5e-3", "-12"] {
            assert!(is_number(text) && Args::from_json(text.as_bytes(), Numbers::Exact).is_ok(), "{text}");
        }
    }
}
