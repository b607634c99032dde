use serde::Serialize;

use crate::base::Code;

/// Something that a diagnosis found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable name, such as `other-prefix` or `silent-servers`.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a sentence.
    pub what: String,
    /// What it was seen by.
    pub why: String,
    /// What to do about it.
    pub todo: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// Messages do not arrive, or not everywhere, or are refused.
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

    pub(super) fn because(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    pub(super) fn so(self, todo: impl Into<String>) -> Self {
        Self { todo: todo.into(), ..self }
    }
}
