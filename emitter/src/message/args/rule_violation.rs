use std::fmt::{self, Display};

use serde::{de, ser};

use crate::base::{Code, push_step};

/// A rule that a value breaks, and the path to the place.
#[derive(Debug, Clone)]
pub(crate) struct RuleViolation {
    pub(crate) code: Code,
    pub(crate) reason: String,
    /// Keys and indexes, the innermost first.
    path: Vec<String>,
}

impl RuleViolation {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), path: Vec::new() }
    }

    /// Adds the key or index that leads to the path so far.
    pub(crate) fn under(mut self, step: impl Display + Copy) -> Self {
        self.path.push(step.to_string());
        self
    }

    /// The JSON pointer of the place, below `root`.
    pub(crate) fn pointer(&self, root: &str) -> String {
        let mut pointer = root.to_owned();
        self.path.iter().rev().for_each(|step| push_step(&mut pointer, step));
        pointer
    }

    /// Stores the violation in `slot` and returns the error to report to serde, which can only carry the text.
    pub(crate) fn record<E: de::Error>(self, slot: &mut Option<Self>) -> E {
        let error = E::custom(&self);
        *slot = Some(self);
        error
    }
}

impl Display for RuleViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for RuleViolation {}

impl ser::Error for RuleViolation {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(Code::Value, message.to_string())
    }
}
