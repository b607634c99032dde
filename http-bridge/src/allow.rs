use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::problem::Problem;

/// The events that may be sent: all of them, or those that match a glob.
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

    pub(crate) fn check(&self, event: &str) -> Result<(), Problem> {
        match &self.0 {
            Some(set) if !set.is_match(event) => Err(Problem::event_not_allowed(event)),
            _ => Ok(()),
        }
    }
}
