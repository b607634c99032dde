use serde_json::{Value, json};
use socketio_emitter::{Error, Receipt};

/// An emitted event, its receipt or error, and its deliveries. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct FailoverEvent {
    /// The event's number, from 0.
    pub number: usize,
    /// The time of sending relative to the failure; negative before it.
    pub at: f64,
    /// The phase in which the event was sent.
    pub phase: FailoverPhase,
    /// The time from sending to the receipt or error.
    pub took: f64,
    /// The receipt or error.
    pub outcome: EmitOutcome,
    /// The time from sending to the delivery at the client of each server.
    pub delivered: [Option<f64>; 2],
    /// The number of repeated deliveries to the same client.
    pub duplicates: u64,
}

/// The result of an emit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmitOutcome {
    /// Redis accepted the event.
    Accepted(Receipt),
    /// The emit failed.
    Failed {
        /// [`Error::code`].
        code: &'static str,
        /// [`Error::may_have_been_taken`]: Redis may have accepted the event.
        unknown: bool,
        /// The error message.
        reason: String,
    },
}

/// A phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailoverPhase {
    /// Until the failure.
    Before,
    /// From the failure until the cluster has recovered: a replica has been promoted, and for one second every receipt
    /// counts two servers and both deliver the event within the timeout.
    During,
    /// After the recovery.
    After,
}

impl FailoverEvent {
    /// The number of servers whose client received the event.
    pub fn deliveries(&self) -> u64 {
        self.delivered.iter().flatten().map(|_| 1).sum()
    }

    /// True if the receipt counts more servers than delivered the event.
    pub fn is_underdelivered(&self) -> bool {
        self.outcome.servers().is_some_and(|servers| servers > self.deliveries())
    }

    /// The event's line in the log file.
    pub(super) fn line(&self) -> Value {
        let mut line = json!({ "n": self.number, "at": round(self.at), "phase": self.phase.name() });
        match &self.outcome {
            EmitOutcome::Accepted(receipt) => {
                line["adapter"] = receipt.adapter.into();
                line["servers"] = receipt.servers.into();
                if let Some(entry) = &receipt.entry {
                    line["entry"] = entry.as_str().into();
                }
            }
            EmitOutcome::Failed { code, .. } => line["error"] = (*code).into(),
        }
        line["took"] = round(self.took).into();
        line["delivered"] = self.delivered.map(|time| time.map(round)).to_vec().into();
        if self.duplicates > 0 {
            line["duplicates"] = self.duplicates.into();
        }
        line
    }
}

impl EmitOutcome {
    /// The number of servers in the receipt.
    pub fn servers(&self) -> Option<u64> {
        match self {
            Self::Accepted(receipt) => receipt.servers,
            Self::Failed { .. } => None,
        }
    }

    /// True if Redis accepted the event.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

impl From<Result<Receipt, Error>> for EmitOutcome {
    fn from(result: Result<Receipt, Error>) -> Self {
        match result {
            Ok(receipt) => Self::Accepted(receipt),
            Err(error) => Self::Failed {
                code: error.code().as_str(),
                unknown: error.may_have_been_taken(),
                reason: error.to_string(),
            },
        }
    }
}

impl FailoverPhase {
    /// All phases, in order.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// The name used in logs and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// Rounds to a tenth of a millisecond.
fn round(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}
