use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::adapter::Command;

/// The commands that an emitter made with [`Emitter::recorder`](crate::Emitter::recorder) would have sent.
#[derive(Debug, Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<Command>>>);

impl Recording {
    /// Returns all commands so far, in order.
    pub fn commands(&self) -> Vec<Command> {
        self.lock().clone()
    }

    /// Removes and returns the commands since the last call, in order.
    pub fn take(&self) -> Vec<Command> {
        std::mem::take(&mut *self.lock())
    }

    pub(crate) fn add(&self, commands: &[Command]) {
        self.lock().extend_from_slice(commands);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Command>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
