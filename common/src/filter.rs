use globset::GlobMatcher;
use socketio_emitter::{Action, Heard, Said, Seen};

/// Which of a tap's messages are wanted: those that match all of these. By default it is every message, and no
/// question, answer or sign of life.
#[derive(Debug, Clone, Default)]
pub struct TapFilter {
    /// The event's name. What has no event is not wanted then.
    pub event: Option<GlobMatcher>,
    /// One of the rooms that a message is for, or that sockets join or leave. What is for everyone is not wanted then.
    pub room: Option<GlobMatcher>,
    /// The namespace. Answers, which say none, are not wanted then.
    pub namespace: Option<GlobMatcher>,
    /// What servers ask and answer, too.
    pub requests: bool,
}

impl TapFilter {
    /// True if it is wanted. What cannot be read is, unless something in it would have to match.
    pub fn wants(&self, seen: &Seen) -> bool {
        let message = match &seen.said {
            Said::Heard(Heard::Message { message, .. }) => Some(message),
            Said::Heard(_) if !self.requests => return false,
            _ => None,
        };
        let event = message.and_then(|message| match &message.action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => Some(event.as_str()),
            _ => None,
        });
        let target = match &seen.said {
            Said::Heard(Heard::Message { message, .. }) => Some(&message.target),
            Said::Heard(Heard::Question { target, .. }) => Some(target),
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
            && matches(&self.namespace, seen.namespace())
            && self.room.as_ref().is_none_or(|glob| rooms.any(|room| glob.is_match(room)))
    }
}

/// Reads a glob: `*` is any text, `?` any character, `[ab]` one of these, `{a,b}` either.
///
/// # Errors
/// What is wrong with it.
pub fn glob(text: &str) -> Result<GlobMatcher, String> {
    globset::Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}

/// Reads a glob of namespaces, whose leading slash may be left out.
///
/// # Errors
/// What is wrong with it.
pub fn namespace_glob(text: &str) -> Result<GlobMatcher, String> {
    match text.starts_with(['/', '*', '{', '[', '?']) {
        true => glob(text),
        false => glob(&format!("/{text}")),
    }
}
