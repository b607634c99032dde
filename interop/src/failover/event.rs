use serde_json::{Value, json};
use socketio_emitter::{Error, Receipt};

/// One event: what was said of it, and what became of it. Times are milliseconds.
#[derive(Debug, Clone)]
pub struct Event {
    /// Counted from 0.
    pub number: usize,
    /// When it was sent, after the cut; before it is negative.
    pub at: f64,
    /// When that was.
    pub phase: Phase,
    /// How long it took until its fate was known.
    pub took: f64,
    /// What the emitter said.
    pub fate: Fate,
    /// How long it took to the client on each of the two servers.
    pub arrived: [Option<f64>; 2],
    /// How often it arrived where it was already.
    pub again: u64,
}

/// What the emitter said of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Redis took it.
    Accepted(Receipt),
    /// The error's code, and whether it may have been taken all the same.
    Failed {
        /// As in [`Error::code`].
        code: &'static str,
        /// As in [`Error::is_unknown`].
        unknown: bool,
        /// In words.
        reason: String,
    },
}

/// A part of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Until the cut.
    Before,
    /// From the cut until all is well: there is another primary, and for a second every event arrives at both servers in
    /// time, as its receipt says.
    During,
    /// From then on.
    After,
}

impl Event {
    /// At how many servers it arrived.
    pub fn arrivals(&self) -> u64 {
        self.arrived.iter().flatten().map(|_| 1).sum()
    }

    /// True if the receipt said more servers than it arrived at.
    pub fn fell_short(&self) -> bool {
        self.fate.servers().is_some_and(|servers| servers > self.arrivals())
    }

    /// Its line in the log.
    pub(super) fn line(&self) -> Value {
        let mut line = json!({ "n": self.number, "at": round(self.at), "phase": self.phase.name() });
        match &self.fate {
            Fate::Accepted(receipt) => {
                line["adapter"] = receipt.adapter.into();
                line["servers"] = receipt.servers.into();
                if let Some(entry) = &receipt.entry {
                    line["entry"] = entry.as_str().into();
                }
            }
            Fate::Failed { code, .. } => line["error"] = (*code).into(),
        }
        line["took"] = round(self.took).into();
        line["arrived"] = self.arrived.map(|time| time.map(round)).to_vec().into();
        if self.again > 0 {
            line["again"] = self.again.into();
        }
        line
    }
}

impl Fate {
    /// The servers that the receipt said.
    pub fn servers(&self) -> Option<u64> {
        match self {
            Self::Accepted(receipt) => receipt.servers,
            Self::Failed { .. } => None,
        }
    }

    /// True if Redis took it.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

impl From<Result<Receipt, Error>> for Fate {
    fn from(result: Result<Receipt, Error>) -> Self {
        match result {
            Ok(receipt) => Self::Accepted(receipt),
            Err(error) => Self::Failed { code: error.code(), unknown: error.is_unknown(), reason: error.to_string() },
        }
    }
}

impl Phase {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// Its name in logs and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// A tenth of a millisecond is enough for anybody.
fn round(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}
