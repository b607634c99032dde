use globset::{Glob, GlobSet, GlobSetBuilder};
use socketio_emitter::Action;

use crate::problem::Problem;

/// What may be sent, and seen by a tap: everything, or only events that match a glob. Whoever may send some events only
/// must not move or disconnect sockets either, nor see who is connected, so with globs no order and no question is
/// allowed; only what clients answer to such an event.
#[derive(Debug, Clone, Default)]
pub struct AllowedEvents(Option<GlobSet>);

impl AllowedEvents {
    /// The events that match any of these globs; every event if there is no glob.
    ///
    /// # Errors
    /// Where the globs together are too large.
    pub fn new(globs: impl IntoIterator<Item = Glob>) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(glob);
        }
        let set = set.build()?;
        Ok(Self((!set.is_empty()).then_some(set)))
    }

    /// Whether sockets, rooms and servers may be asked for.
    pub(crate) fn check_question(&self) -> Result<(), Problem> {
        match &self.0 {
            Some(_) => Err(Problem::question_not_allowed()),
            None => Ok(()),
        }
    }

    /// True if it is not narrowed.
    pub(crate) fn is_everything(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn check(&self, action: &Action) -> Result<(), Problem> {
        let Some(set) = &self.0 else {
            return Ok(());
        };
        match action {
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } if set.is_match(event) => Ok(()),
            Action::Emit { event, .. } | Action::ServerEmit { event, .. } => Err(Problem::event_not_allowed(event)),
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } => {
                Err(Problem::not_allowed(action.verb()))
            }
        }
    }
}
