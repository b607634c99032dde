use prometheus_client::encoding::EncodeLabelSet;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) status: u16,
    /// The code of the problem; empty for a success.
    pub(super) code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    pub(super) route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct TakenLabels {
    pub(super) operation: &'static str,
    pub(super) adapter: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AdapterLabels {
    pub(super) adapter: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CodeLabels {
    pub(super) code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct QuestionLabels {
    question: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct MissingLabels {
    pub(super) question: &'static str,
    /// What did not answer: `servers` or `clients`.
    pub(super) of: &'static str,
}

/// The kind of a question, as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuestionKind {
    Acks,
    ServerAcks,
    Servers,
    Rooms,
    Sockets,
}

impl QuestionKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Acks => "acks",
            Self::ServerAcks => "server-acks",
            Self::Servers => "servers",
            Self::Rooms => "rooms",
            Self::Sockets => "sockets",
        }
    }

    pub(super) fn labels(self) -> QuestionLabels {
        QuestionLabels { question: self.name() }
    }
}
