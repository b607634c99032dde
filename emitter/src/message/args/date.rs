use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Serialize, Serializer};

/// The newtype name by which the serializer of arguments knows a [`Date`].
pub(super) const DATE_NEWTYPE: &str = "$socketio_emitter::Date";

/// A JavaScript `Date`: a point in time in whole milliseconds.
///
/// Clients receive ISO 8601 text such as `2020-01-01T00:00:00.500Z`, as for a `Date` that a Socket.IO server emits.
/// Date types of other crates serialize in their own formats, mostly as text.
///
/// ```
/// use std::time::SystemTime;
/// use socketio_emitter::{Args, Date};
///
/// let now = Args::new(&Date::from(SystemTime::now()))?;
/// assert_eq!(Date::from_unix_ms(1_577_836_800_500).to_string(), "2020-01-01T00:00:00.500Z");
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    millis: i64,
}

impl Date {
    /// The date `millis` milliseconds after 1970-01-01T00:00:00Z, or before it if negative.
    pub fn from_unix_ms(millis: i64) -> Self {
        Self { millis }
    }

    /// The text that `Date.prototype.toISOString` returns, for years of four digits.
    pub(crate) fn iso(self) -> Option<String> {
        let time = jiff::Timestamp::from_millisecond(self.millis).ok()?;
        Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.iso() {
            Some(iso) => f.write_str(&iso),
            None => write!(f, "{} ms", self.millis),
        }
    }
}

impl From<SystemTime> for Date {
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        Self { millis }
    }
}

impl Serialize for Date {
    /// Milliseconds since 1970, in a newtype that the serializer of arguments writes as a date.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(DATE_NEWTYPE, &self.millis)
    }
}
