//! The HTTP statuses of all codes.

use axum::http::StatusCode;
use socketio_emitter::error::Code;

/// The statuses that a problem with this code has; none if no route returns the code.
pub(crate) fn statuses(code: Code) -> &'static [u16] {
    match code {
        Code::Query | Code::Form | Code::Path | Code::Json | Code::Msgpack | Code::Utf8 | Code::Body => &[400],
        Code::Unauthorized => &[401],
        Code::ForeignHost | Code::WebPage | Code::EventNotAllowed | Code::NotAllowed => &[403],
        Code::NotFound => &[404],
        Code::Method => &[405],
        Code::Accept => &[406],
        Code::BodyTimeout => &[408],
        Code::BodyTooLarge => &[413],
        Code::ContentType => &[415],
        Code::Message
        | Code::UnknownKey
        | Code::DuplicateKey
        | Code::MissingKey
        | Code::WrongKey
        | Code::ArgsAndData
        | Code::NotEmit
        | Code::NotServerEmit
        | Code::NotJoin
        | Code::NotLeave
        | Code::NotDisconnect
        | Code::EmptyEvent
        | Code::ReservedEvent
        | Code::EmptyNamespace
        | Code::EmptyRooms
        | Code::EmptyRoom
        | Code::NeedsAll
        | Code::AllAndRooms
        | Code::ServerEmitRooms
        | Code::UnreachableName
        | Code::UnsafeInteger
        | Code::NotFinite
        | Code::TooDeep
        | Code::Key
        | Code::ProtoKey
        | Code::Value
        | Code::Placeholder
        | Code::Binary
        | Code::Escape
        | Code::Unsupported => &[422],
        Code::CannotListen => &[500],
        Code::Undetected => &[502],
        Code::NoServers
        | Code::SeveralAdapters
        | Code::TooFewServers
        | Code::Unrecognised
        | Code::RedisUnreachable
        | Code::TooManyTaps => &[503],
        // 503 comes from /readyz.
        Code::Config => &[500, 503],
        Code::RedisRefused | Code::ConnectionLost => &[502, 503],
        Code::Timeout => &[503, 504],
        _ => &[],
    }
}

/// Every code that a route returns, with its statuses.
pub(crate) fn http_codes() -> impl Iterator<Item = (Code, &'static [u16])> {
    Code::ALL.iter().map(|code| (*code, statuses(*code))).filter(|(_, statuses)| !statuses.is_empty())
}

/// Whether the documentation names this code with this status.
pub(crate) fn is_documented(code: Code, status: StatusCode) -> bool {
    statuses(code).contains(&status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new code needs a decision: give it its statuses above, or name it here.
    #[test]
    fn only_these_codes_have_no_status() {
        let without: Vec<&str> =
            Code::ALL.iter().filter(|code| statuses(**code).is_empty()).map(|code| code.as_str()).collect();
        let expected = "not-acknowledged malformed runtime acl mixed-versions no-answer no-broadcasts no-namespace \
                        old-redis other-adapter other-database other-prefix refused replica sentinel silent-servers \
                        slow-subscriber stuck-stream unasked unheard-event unknown-room unprobed unread-stream unseen";
        assert_eq!(without, expected.split(' ').collect::<Vec<_>>());
    }
}
