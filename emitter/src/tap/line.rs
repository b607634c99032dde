use memchr::memmem;
use serde::Deserialize;

use super::{TapOrigin, json::NOTICES};
use crate::{
    base::Error,
    message::{CheckedMessage, Message, Numbers},
};

/// A line of JSON that a tap, or anyone else, wrote.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a line is read, used and dropped")]
pub enum TapLine {
    /// A message that can be sent.
    #[non_exhaustive]
    Message {
        /// The message.
        message: CheckedMessage,
        /// The tap that received it, if a tap wrote the line.
        origin: Option<TapOrigin>,
    },
    /// Any other line of a tap: there is nothing to send.
    Notice,
}

impl TapLine {
    /// Reads a line. One that no tap wrote is parsed once.
    ///
    /// ```
    /// use socketio_emitter::{message::Numbers, tap::TapLine};
    ///
    /// let read = |line: &str| TapLine::read(line.as_bytes(), Numbers::Exact);
    /// assert_eq!(read(r#"{"do":"dropped","messages":7}"#)?, TapLine::Notice);
    /// assert!(matches!(read(r#"{"do":"emit","event":"question"}"#)?, TapLine::Message { origin: None, .. }));
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`Message::from_json_with`].
    pub fn read(json: &[u8], numbers: Numbers) -> Result<Self, Error> {
        match Message::from_json_with(json, numbers) {
            Ok(message) => Ok(Self::Message { message, origin: origin(json) }),
            Err(_) if is_notice(json) => Ok(Self::Notice),
            Err(error) => Err(error),
        }
    }
}

/// The tap that wrote the line.
fn origin(json: &[u8]) -> Option<TapOrigin> {
    #[derive(Deserialize)]
    struct OriginLine {
        seen: Option<OriginMember>,
    }

    #[derive(Deserialize)]
    struct OriginMember {
        tap: Option<TapOrigin>,
    }

    memmem::find(json, b"\"seen\"")?;
    serde_json::from_slice::<OriginLine>(json).ok()?.seen?.tap
}

fn is_notice(json: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct DoMember<'a> {
        r#do: &'a str,
    }

    serde_json::from_slice::<DoMember<'_>>(json).is_ok_and(|line| NOTICES.contains(&line.r#do))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_of_a_tap_has_an_origin() {
        for line in
            ["", "nonsense", "{}", r#"{"seen":1}"#, r#"{"seen":{"adapter":"classic"}}"#, r#"{"seen":{"tap":1}}"#]
        {
            assert_eq!(origin(line.as_bytes()), None, "{line}");
        }
        assert!(origin(br#"{"event":"e","seen":{"size":1,"tap":{"run_id":"a"}}}"#).is_some());
    }
}
