use globset::{Glob, GlobSet, GlobSetBuilder};
use socketio_emitter::message::Action;

use crate::responses::HttpProblem;

/// The events that may be sent and shown by a tap: all of them, or those that match a glob.
///
/// With globs, join, leave, disconnect and all questions about servers, rooms and sockets are refused. Acknowledgements
/// of an allowed event are returned.
#[derive(Debug, Clone, Default)]
pub struct AllowedEvents(Option<GlobSet>);

impl AllowedEvents {
    /// The events that match at least one of the globs. Without globs, all events are allowed.
    ///
    /// # Errors
    /// The globs are too large to compile together.
    pub fn new(globs: impl IntoIterator<Item = Glob>) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(glob);
        }
        let set = set.build()?;
        Ok(Self((!set.is_empty()).then_some(set)))
    }

    /// True if all events are allowed.
    pub(crate) fn allows_all(&self) -> bool {
        self.0.is_none()
    }

    /// # Errors
    /// 403 if questions about servers, rooms and sockets are not allowed.
    pub(crate) fn check_question(&self) -> Result<(), HttpProblem> {
        match self.allows_all() {
            true => Ok(()),
            false => Err(HttpProblem::question_not_allowed()),
        }
    }

    /// # Errors
    /// 403 if the action, or its event, is not allowed.
    pub(crate) fn check(&self, action: &Action) -> Result<(), HttpProblem> {
        let Some(set) = &self.0 else {
            return Ok(());
        };
        match action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } if set.is_match(event) => Ok(()),
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => Err(HttpProblem::event_not_allowed(event)),
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } => {
                Err(HttpProblem::order_not_allowed(action.verb()))
            }
        }
    }
}
