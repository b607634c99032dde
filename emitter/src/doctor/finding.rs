use serde::Serialize;

use crate::base::Code;

/// A problem that a diagnosis found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable code, such as `other-prefix` or `silent-servers`.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// How it was seen. May be empty.
    pub why: String,
    /// What to do, with commands in backticks. May be empty.
    pub todo: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// Messages are refused, or do not reach every client.
    Trouble,
    /// Worth knowing.
    Note,
}

impl Finding {
    pub(super) fn trouble(code: Code, what: impl Into<String>) -> Self {
        Self { code, severity: Severity::Trouble, what: what.into(), why: String::new(), todo: String::new() }
    }

    pub(super) fn note(code: Code, what: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::trouble(code, what) }
    }

    /// Sets how it was seen.
    pub(super) fn why(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    /// Sets what to do.
    pub(super) fn todo(self, todo: impl Into<String>) -> Self {
        Self { todo: todo.into(), ..self }
    }
}
