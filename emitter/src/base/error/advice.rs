//! What to check or do when Redis cannot be reached or refuses.

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Advice for the error, where its own text is not enough.
pub(super) fn advice(error: &RedisError) -> Option<&'static str> {
    Some(match error.kind() {
        ErrorKind::AuthenticationFailed => "check the user and password, and that they are for this Redis",
        ErrorKind::Server(ServerErrorKind::BusyLoading) => {
            "wait until Redis has loaded its data; INFO persistence shows the remaining time"
        }
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => "check that Redis listens on this port",
        ErrorKind::Io => return network_advice(error),
        _ => return server_advice(error),
    })
}

fn network_advice(error: &RedisError) -> Option<&'static str> {
    // Errors of TLS and of name resolution have no kind of their own.
    let text = error.to_string();
    Some(match () {
        () if text.contains("certificate") => {
            "set the CA certificate with rediss://HOST:PORT?ca=FILE, and use a host name that the server's certificate is \
             for"
        }
        () if text.contains("lookup") => "check the spelling of the host name, and that this machine can resolve it",
        () if error.is_connection_refusal() => "check that Redis runs there, and the host and port",
        () if error.is_timeout() => {
            "check that Redis is not frozen or behind a firewall, and that the URL is rediss:// for a port with TLS and \
             redis:// for one without"
        }
        () if error.is_connection_dropped() => "if this port uses TLS, use rediss:// instead of redis://",
        () => return None,
    })
}

/// Advice by the error code of Redis, the first word of its reply, or else by its text.
fn server_advice(error: &RedisError) -> Option<&'static str> {
    let detail = error.detail().unwrap_or_default();
    Some(match error.code() {
        Some("NOAUTH") => {
            "set the password: redis://USER:PASSWORD@HOST:PORT as SIO_URL, or only the password as REDISCLI_AUTH"
        }
        Some("BUSY") => "wait until the script ends, or stop it: redis-cli SCRIPT KILL",
        _ if detail.contains("'SENTINEL'") => "this is not a sentinel; if it is Redis itself, use redis://HOST:PORT",
        _ if detail.contains("cluster support disabled") => "this is not a Redis Cluster; use redis://HOST:PORT",
        _ if detail.contains("DB index") => {
            "use a lower database number; CONFIG GET databases shows how many there are"
        }
        _ => return None,
    })
}
