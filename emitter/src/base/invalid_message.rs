use std::fmt;

use super::Code;

/// What is wrong with a message, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidMessage {
    /// The rule that it breaks.
    pub code: Code,
    /// A JSON pointer (RFC 6901) into the message's [JSON form](crate::Message), such as `/args/0/id`.
    pub pointer: String,
    /// What is wrong and what to do.
    pub reason: String,
    /// Line and column, both counted from 1, if the message was read from JSON text.
    pub position: Option<(usize, usize)>,
}

impl InvalidMessage {
    pub(crate) fn new(code: Code, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { code, pointer: pointer.into(), reason: reason.into(), position: None }
    }
}

impl fmt::Display for InvalidMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.reason)?;
        match self.position {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for InvalidMessage {}

/// Appends a key or an index to a JSON pointer.
pub(crate) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
}
