//! What to look at where Redis cannot be used: its words and the system's, in those of somebody who set it up.

use redis::{ErrorKind, RedisError, ServerErrorKind};

/// What may help, if more can be said than the error says by itself.
pub(super) fn advice(source: &RedisError) -> Option<&'static str> {
    Some(match source.kind() {
        ErrorKind::AuthenticationFailed => "is it the right user and password, and for this Redis?",
        ErrorKind::Server(ServerErrorKind::BusyLoading) => "wait until it has; INFO persistence says how long it takes",
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType => "is it Redis what listens on that port?",
        ErrorKind::Io => return network(source),
        _ => return word(source),
    })
}

fn network(source: &RedisError) -> Option<&'static str> {
    let text = source.to_string();
    // Who wraps an error of the system gives it no kind.
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(match () {
        () if says(&["certificate"]) => {
            "whom to trust is named with rediss://HOST:PORT?ca=FILE; the host in the URL is the one it is for"
        }
        () if says(&["lookup"]) => "is the host's name spelt right, and known here?",
        () if source.is_connection_refusal() => "does Redis run there, and is it the right host and port?",
        () if source.is_timeout() => {
            "is it frozen, or behind a firewall? A port without TLS says nothing to rediss://, and one with it nothing to \
             redis://"
        }
        () if source.is_connection_dropped() => "if that port speaks TLS: rediss:// in place of redis://",
        () => return None,
    })
}

/// The first word of what Redis says is made for programs.
fn word(source: &RedisError) -> Option<&'static str> {
    let detail = source.detail().unwrap_or_default();
    Some(match source.code() {
        Some("NOAUTH") => {
            "it wants a password: redis://USER:PASSWORD@HOST:PORT as SIO_URL, or the password alone as REDISCLI_AUTH"
        }
        Some("BUSY") => "wait until the script ends, or end it: redis-cli SCRIPT KILL",
        _ if detail.contains("'SENTINEL'") => "no sentinel listens there: redis://HOST:PORT, if it is Redis itself",
        _ if detail.contains("cluster support disabled") => "it is no Redis Cluster: redis://HOST:PORT",
        _ if detail.contains("DB index") => "it has not so many databases; CONFIG GET databases says how many",
        _ => return None,
    })
}
