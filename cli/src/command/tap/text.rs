//! A message on the bus in one line, for people.

use std::{
    env,
    io::{self, IsTerminal},
};

use clap::builder::styling::{AnsiColor, Style};
use socketio_emitter::{Action, Close, Date, Heard, Message, Presence, Question, Said, Seen, Target, Unreadable};

use crate::output::safe;

/// Arguments are cut off after so many characters.
const ARGS: usize = 120;

/// So many bytes of what cannot be read are shown.
const BYTES: usize = 24;

/// So many characters of it, if it is text.
const CHARACTERS: usize = 80;

/// So many rooms are named.
const ROOMS: usize = 8;

/// Lines, with colours where somebody sees them.
pub(super) struct Text {
    coloured: bool,
}

/// What is what, by its colour.
#[derive(Clone, Copy)]
enum Part {
    Aside,
    Event,
    Place,
    Fault,
}

impl Part {
    fn style(self) -> Style {
        match self {
            Self::Aside => Style::new().dimmed(),
            Self::Event => Style::new().bold(),
            Self::Place => AnsiColor::Cyan.on_default(),
            Self::Fault => AnsiColor::Red.on_default(),
        }
    }
}

impl Text {
    /// Colours are for a terminal, unless `NO_COLOR` says otherwise.
    pub(super) fn new() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: io::stdout().is_terminal() && !refused }
    }

    /// The line, with its end.
    pub(super) fn line(&self, seen: &Seen) -> String {
        let time = Date::from(seen.time).to_string();
        let time = time.split('T').nth(1).unwrap_or_default();
        let said = match &seen.said {
            Said::Heard(Heard::Message { message, request, .. }) => self.message(message, request.is_some()),
            Said::Heard(Heard::Question { about, target, .. }) => {
                let (namespace, place) = (self.part(Part::Place, &target.namespace), self.place(target, ""));
                format!("{namespace} {}{place}", self.part(Part::Aside, &format!("asks for {}", asked(*about))))
            }
            Said::Heard(Heard::Answer { about, .. }) => {
                self.part(Part::Aside, &format!("answers with {}", asked(*about)))
            }
            Said::Heard(Heard::Presence { about, namespace, .. }) => {
                format!("{} {}", self.part(Part::Place, namespace), self.part(Part::Aside, presence(*about)))
            }
            Said::Malformed(Unreadable { reason, bytes }) => {
                let (place, fault) = (self.part(Part::Place, &seen.channel), format!("malformed: {reason}"));
                format!("{place} {}: {}", self.part(Part::Fault, &fault), raw(bytes))
            }
            _ => String::new(),
        };
        let sender = seen.sender().map(|sender| format!("{sender}, ")).unwrap_or_default();
        let by = self.part(Part::Aside, &format!("({sender}{}, {} B)", seen.adapter, seen.size));
        format!("{} {said} {by}\n", self.part(Part::Aside, time))
    }

    fn message(&self, message: &Message, wants_acks: bool) -> String {
        let Message { target, action } = message;
        let (what, args, nobody) = match action {
            Action::Emit { event, args, .. } => (event.clone(), shortened(args), "everyone"),
            Action::ServerEmit { event, args } => (format!("server-emit {event}"), shortened(args), "servers"),
            Action::Join { rooms } => (format!("join {}", listed(rooms)), String::new(), "all"),
            Action::Leave { rooms } => (format!("leave {}", listed(rooms)), String::new(), "all"),
            Action::Disconnect { close: Close::Yes } => ("disconnect --close".to_owned(), String::new(), "all"),
            Action::Disconnect { close: Close::No } => ("disconnect".to_owned(), String::new(), "all"),
        };
        let namespace = self.part(Part::Place, &target.namespace);
        let acks = if wants_acks { self.part(Part::Aside, " wants acknowledgements") } else { String::new() };
        format!("{namespace} {}{}{}{acks}", self.part(Part::Event, &what), safe(&args), self.place(target, nobody))
    }

    fn place(&self, target: &Target, nobody: &str) -> String {
        let rooms = target.rooms.as_deref().map_or_else(|| nobody.to_owned(), listed);
        let except = match target.except.as_slice() {
            [] => String::new(),
            except => format!(" except {}", listed(except)),
        };
        match format!("{rooms}{except}") {
            place if place.is_empty() => place,
            place => format!(" → {}", self.part(Part::Place, &place)),
        }
    }

    /// A text from outside, which must not steer the terminal.
    fn part(&self, part: Part, text: &str) -> String {
        let text = safe(text);
        match self.coloured {
            true => format!("{style}{text}{style:#}", style = part.style()),
            false => text,
        }
    }
}

fn shortened(args: &socketio_emitter::Args) -> String {
    let json = serde_json::to_string(args).unwrap_or_default();
    let list = json.strip_prefix('[').and_then(|json| json.strip_suffix(']')).unwrap_or(&json);
    match list.char_indices().nth(ARGS) {
        Some((end, _)) => format!("({}…)", &list[..end]),
        None => format!("({list})"),
    }
}

fn listed(rooms: &[String]) -> String {
    let named = rooms.iter().take(ROOMS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match rooms.len().saturating_sub(ROOMS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// Bytes in a few words: as text, if they are that.
fn raw(bytes: &[u8]) -> String {
    let text = str::from_utf8(bytes).ok().map(str::trim_end).filter(|text| !text.is_empty());
    let Some(text) = text.filter(|text| text.chars().all(|letter| letter == '\n' || !letter.is_control())) else {
        return hex(bytes);
    };
    // The fields of an entry are lines.
    let text = text.replace('\n', " ");
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", safe(&text[..end])),
        None => safe(&text),
    }
}

fn hex(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > BYTES { " …" } else { "" };
    format!("[{}{more}]", shown.join(" "))
}

fn asked(about: Question) -> &'static str {
    match about {
        Question::Sockets => "the ids of sockets",
        Question::Rooms => "rooms",
        Question::Fetch => "sockets",
        Question::ClientCount => "a count of clients",
        Question::Ack => "an acknowledgement",
        Question::ServerAck => "a server's acknowledgement",
        Question::Done => "done",
        _ => "something",
    }
}

fn presence(about: Presence) -> &'static str {
    match about {
        Presence::Came => "a server came",
        Presence::Alive => "a server is alive",
        Presence::Goes => "a server goes",
        _ => "a server says something",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_text_and_anything_else_as_bytes() {
        for (bytes, shown) in [
            (&b"{\"type\":3}"[..], "{\"type\":3}"),
            (b"uid=x\nnsp=/\n", "uid=x nsp=/"),
            ("caf\u{e9} \u{202e}x".as_bytes(), "café \\u{202e}x"),
            (b"", "[]"),
            (b"\x93\xa1x", "[93 a1 78]"),
            (b"\x1b[31m", "[1b 5b 33 31 6d]"),
        ] {
            assert_eq!(raw(bytes), shown);
        }
        assert_eq!(raw(&[b'a'; 100]), format!("{}…", "a".repeat(CHARACTERS)));
        assert_eq!(raw(&[0; 100]).len(), "[00 …]".len() + (BYTES - 1) * 3);
    }
}
