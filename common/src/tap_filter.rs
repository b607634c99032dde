use globset::GlobMatcher;
use socketio_emitter::{adapter::DecodedMessage, message::Action, tap::TapMessage};

/// Selects messages of a tap. A message must match every field that is set. The default selects every message, but no
/// requests, responses or heartbeats.
#[derive(Debug, Clone, Default)]
pub struct TapFilter {
    /// Matches the event name. Anything without an event is excluded.
    pub event: Option<GlobMatcher>,
    /// Matches a target room, or a room that sockets join or leave. Messages to everyone are excluded.
    pub room: Option<GlobMatcher>,
    /// Matches the namespace. Responses are excluded, because they carry none.
    pub namespace: Option<GlobMatcher>,
    /// Also selects the servers' requests, responses and heartbeats.
    pub requests: bool,
}

impl TapFilter {
    /// Returns true if the filter selects this tap entry. A malformed message is selected only if no field has to match.
    pub fn wants(&self, tapped: &TapMessage) -> bool {
        let message = match &tapped.decoded {
            Ok(DecodedMessage::Message { message, .. }) => Some(message),
            Ok(_) if !self.requests => return false,
            _ => None,
        };
        let event = message.and_then(|message| match &message.action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => Some(event.as_str()),
            _ => None,
        });
        let target = match &tapped.decoded {
            Ok(DecodedMessage::Message { message, .. }) => Some(&message.target),
            Ok(DecodedMessage::Request { target, .. }) => Some(target),
            _ => None,
        };
        let changed = message.map_or(&[][..], |message| match &message.action {
            Action::Join { rooms } | Action::Leave { rooms } => rooms,
            _ => &[],
        });
        let mut rooms = target.and_then(|target| target.rooms.as_deref()).unwrap_or_default().iter().chain(changed);
        let matches = |glob: &Option<GlobMatcher>, name: Option<&str>| {
            glob.as_ref().is_none_or(|glob| name.is_some_and(|name| glob.is_match(name)))
        };
        matches(&self.event, event)
            && matches(&self.namespace, tapped.namespace())
            && self.room.as_ref().is_none_or(|glob| rooms.any(|room| glob.is_match(room)))
    }
}

/// Parses a glob: `*` matches any text, `?` any character, `[ab]` one of the characters, `{a,b}` either text.
///
/// # Errors
/// The reason why the glob is invalid.
pub fn glob(text: &str) -> Result<GlobMatcher, String> {
    globset::Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// Parses a glob of namespaces. The leading slash is optional.
///
/// # Errors
/// Same as [`glob`].
pub fn namespace_glob(text: &str) -> Result<GlobMatcher, String> {
    match text.starts_with(['/', '*', '{', '[', '?']) {
        true => glob(text),
        false => glob(&format!("/{text}")),
    }
}
