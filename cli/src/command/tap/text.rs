//! The text form of a tap entry, in one line.

use std::{
    env,
    io::{self, IsTerminal},
};

use clap::builder::styling::{AnsiColor, Style};
use socketio_emitter::{
    Date, Message,
    adapter::{DecodedMessage, Presence, RequestKind},
    message::{Action, DisconnectMode, Target},
    tap::{MalformedMessage, TapMessage},
};

use crate::output::escape_control;

/// Arguments are cut off after this number of characters.
const MAX_ARGS_CHARS: usize = 120;

/// The number of bytes shown of a malformed binary message.
const MAX_RAW_BYTES: usize = 24;

/// The number of characters shown of a malformed text message.
const MAX_RAW_CHARS: usize = 80;

/// The number of rooms shown; the rest are only counted.
const MAX_ROOMS: usize = 8;

/// Formats tap entries.
pub(super) struct TapLineFormat {
    colored: bool,
}

/// The parts of a line, which have different colors.
#[derive(Clone, Copy)]
enum TapStyle {
    Detail,
    Event,
    Target,
    Error,
}

impl TapStyle {
    fn ansi(self) -> Style {
        match self {
            Self::Detail => Style::new().dimmed(),
            Self::Event => Style::new().bold(),
            Self::Target => AnsiColor::Cyan.on_default(),
            Self::Error => AnsiColor::Red.on_default(),
        }
    }
}

impl TapLineFormat {
    /// Uses colors on a terminal, unless `NO_COLOR` is set.
    pub(super) fn new() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colored: io::stdout().is_terminal() && !refused }
    }

    /// The line, including the line break.
    pub(super) fn line(&self, message: &TapMessage) -> String {
        let time = Date::from(message.time).to_string();
        let time = time.split('T').nth(1).unwrap_or_default();
        let content = match &message.decoded {
            Ok(DecodedMessage::Message { message, request, .. }) => self.message(message, request.is_some()),
            Ok(DecodedMessage::Request { kind, target, .. }) => {
                let (namespace, rooms) = (self.styled(TapStyle::Target, &target.namespace), self.rooms(target, ""));
                format!(
                    "{namespace} {}{rooms}",
                    self.styled(TapStyle::Detail, &format!("requests {}", request_name(*kind)))
                )
            }
            Ok(DecodedMessage::Response { kind, .. }) => {
                self.styled(TapStyle::Detail, &format!("responds with {}", request_name(*kind)))
            }
            Ok(DecodedMessage::Presence { presence, namespace, .. }) => {
                format!(
                    "{} {}",
                    self.styled(TapStyle::Target, namespace),
                    self.styled(TapStyle::Detail, presence_name(*presence))
                )
            }
            Err(MalformedMessage { reason, bytes, .. }) => {
                let (channel, error) =
                    (self.styled(TapStyle::Target, &message.channel), format!("malformed: {reason}"));
                format!("{channel} {}: {}", self.styled(TapStyle::Error, &error), raw_preview(bytes))
            }
            _ => String::new(),
        };
        let sender = message.sender().map(|sender| format!("{sender}, ")).unwrap_or_default();
        let origin = self.styled(TapStyle::Detail, &format!("({sender}{}, {} B)", message.adapter, message.size));
        format!("{} {content} {origin}\n", self.styled(TapStyle::Detail, time))
    }

    fn message(&self, message: &Message, wants_acks: bool) -> String {
        let Message { target, action, .. } = message;
        let (action, args, default_target) = match action {
            Action::Emit { event, args, .. } => (event.clone(), truncated_args(args), "everyone"),
            Action::ServerEmit { event, args } => (format!("server-emit {event}"), truncated_args(args), "servers"),
            Action::Join { rooms } => (format!("join {}", room_list(rooms)), String::new(), "all"),
            Action::Leave { rooms } => (format!("leave {}", room_list(rooms)), String::new(), "all"),
            Action::Disconnect { mode: DisconnectMode::CloseConnection } => {
                ("disconnect --close".to_owned(), String::new(), "all")
            }
            Action::Disconnect { mode: DisconnectMode::LeaveNamespace } => {
                ("disconnect".to_owned(), String::new(), "all")
            }
        };
        let namespace = self.styled(TapStyle::Target, &target.namespace);
        let acks = if wants_acks { self.styled(TapStyle::Detail, " requests acknowledgements") } else { String::new() };
        format!(
            "{namespace} {}{}{}{acks}",
            self.styled(TapStyle::Event, &action),
            escape_control(&args),
            self.rooms(target, default_target)
        )
    }

    fn rooms(&self, target: &Target, default: &str) -> String {
        let rooms = target.rooms.as_deref().map_or_else(|| default.to_owned(), room_list);
        let except = match target.except.as_slice() {
            [] => String::new(),
            except => format!(" except {}", room_list(except)),
        };
        match format!("{rooms}{except}") {
            target if target.is_empty() => target,
            target => format!(" → {}", self.styled(TapStyle::Target, &target)),
        }
    }

    /// Escapes control characters and adds the color.
    fn styled(&self, style: TapStyle, text: &str) -> String {
        let text = escape_control(text);
        match self.colored {
            true => format!("{style}{text}{style:#}", style = style.ansi()),
            false => text,
        }
    }
}

fn truncated_args(args: &socketio_emitter::Args) -> String {
    let json = serde_json::to_string(args).unwrap_or_default();
    let list = json.strip_prefix('[').and_then(|json| json.strip_suffix(']')).unwrap_or(&json);
    match list.char_indices().nth(MAX_ARGS_CHARS) {
        Some((end, _)) => format!("({}…)", &list[..end]),
        None => format!("({list})"),
    }
}

fn room_list(rooms: &[String]) -> String {
    let named = rooms.iter().take(MAX_ROOMS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match rooms.len().saturating_sub(MAX_ROOMS) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The beginning of a malformed message: as text if it is printable, otherwise as hex.
fn raw_preview(bytes: &[u8]) -> String {
    let text = str::from_utf8(bytes).ok().map(str::trim_end).filter(|text| !text.is_empty());
    let Some(text) = text.filter(|text| text.chars().all(|letter| letter == '\n' || !letter.is_control())) else {
        return hex(bytes);
    };
    // The fields of a stream entry are separate lines.
    let text = text.replace('\n', " ");
    match text.char_indices().nth(MAX_RAW_CHARS) {
        Some((end, _)) => format!("{}…", escape_control(&text[..end])),
        None => escape_control(&text),
    }
}

fn hex(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes.iter().take(MAX_RAW_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > MAX_RAW_BYTES { " …" } else { "" };
    format!("[{}{more}]", shown.join(" "))
}

fn request_name(about: RequestKind) -> &'static str {
    match about {
        RequestKind::SocketIds => "socket ids",
        RequestKind::AllRooms => "rooms",
        RequestKind::FetchSockets => "sockets",
        RequestKind::ClientCount => "the number of clients",
        RequestKind::Ack => "an acknowledgement",
        RequestKind::ServerAck => "a server acknowledgement",
        RequestKind::Done => "done",
        _ => "unknown data",
    }
}

fn presence_name(about: Presence) -> &'static str {
    match about {
        Presence::InitialHeartbeat => "server started",
        Presence::Heartbeat => "server heartbeat",
        Presence::AdapterClose => "server stopped",
        _ => "unknown server message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_is_shown_and_other_bytes_are_hex() {
        for (bytes, shown) in [
            (&b"{\"type\":3}"[..], "{\"type\":3}"),
            (b"uid=x\nnsp=/\n", "uid=x nsp=/"),
            ("caf\u{e9} \u{202e}x".as_bytes(), "café \\u{202e}x"),
            (b"", "[]"),
            (b"\x93\xa1x", "[93 a1 78]"),
            (b"\x1b[31m", "[1b 5b 33 31 6d]"),
        ] {
            assert_eq!(raw_preview(bytes), shown);
        }
        assert_eq!(raw_preview(&[b'a'; 100]), format!("{}…", "a".repeat(MAX_RAW_CHARS)));
        assert_eq!(raw_preview(&[0; 100]).len(), "[00 …]".len() + (MAX_RAW_BYTES - 1) * 3);
    }
}
