use crate::base::Error;

/// The Redis URL cannot be used. `reason` names the part that is wrong and what to write instead. It must not repeat
/// the URL: what is in the wrong place may be a piece of a password.
pub(super) fn invalid_url(reason: &str) -> Error {
    Error::Config(format!("the Redis URL cannot be used: {reason}"))
}

/// `what` needs a feature that the program was built without.
#[cfg_attr(
    all(feature = "cluster", feature = "sentinel", feature = "tls"),
    allow(dead_code, reason = "no feature is missing")
)]
pub(super) fn missing_feature(what: &str, feature: &str) -> Error {
    Error::Config(format!(
        "{what} needs the feature `{feature}` of socketio-emitter; rebuild this program with that feature"
    ))
}
