//! What a client says first and last: HELLO, AUTH, SELECT, PING, RESET, QUIT.

use bytes::Bytes;

use super::{Outcome, Refused, SYNTAX, client, info::VERSION};
use crate::{parser::integer, reply::Protocol, session::Session};

const NO_INTEGER: &str = "is not an integer or out of range";

pub(super) fn ping(session: &mut Session, args: &[Bytes]) -> Outcome {
    let listens = session.only_listens();
    session.answer(|reply| match args.first() {
        text if listens => {
            reply.array(2);
            reply.bulk("pong");
            reply.bulk(text.unwrap_or(&Bytes::new()));
        }
        None => reply.simple("PONG"),
        Some(text) => reply.bulk(text),
    })
}

pub(super) fn hello(session: &mut Session, args: &[Bytes]) -> Outcome {
    let mut protocol = session.outbox.protocol();
    let mut name = None;
    let mut options = args;
    if let [version, rest @ ..] = args {
        protocol = match integer(version) {
            Some(2) => Protocol::Resp2,
            Some(3) => Protocol::Resp3,
            Some(_) => return Err("NOPROTO unsupported protocol version".into()),
            None => return Err(format!("ERR Protocol version {NO_INTEGER}").into()),
        };
        options = rest;
    }
    while let [option, values @ ..] = options {
        options = match values {
            [user, _, rest @ ..] if option.eq_ignore_ascii_case(b"AUTH") => {
                authenticate(user)?;
                rest
            }
            [text, rest @ ..] if option.eq_ignore_ascii_case(b"SETNAME") => {
                name = Some(client::checked_name(text)?);
                rest
            }
            _ => return Err(format!("ERR Syntax error in HELLO option '{}'", String::from_utf8_lossy(option)).into()),
        };
    }
    if let Some(name) = name {
        session.hub.rename(session.id, name);
    }
    session.outbox.speak(protocol);
    introduce(session, protocol)
}

pub(super) fn auth(session: &mut Session, args: &[Bytes]) -> Outcome {
    match args {
        [_] => Err("ERR AUTH <password> called without any password configured for the default user. \
                    Are you sure your configuration is correct?"
            .into()),
        [user, _] => {
            authenticate(user)?;
            session.ok()
        }
        _ => Err(SYNTAX),
    }
}

pub(super) fn select(session: &mut Session, args: &[Bytes]) -> Outcome {
    match integer(&args[0]) {
        Some(0..16) => session.ok(),
        Some(_) => Err("ERR DB index is out of range".into()),
        None => Err(format!("ERR value {NO_INTEGER}").into()),
    }
}

pub(super) fn reset(session: &mut Session, _: &[Bytes]) -> Outcome {
    session.hub.reset(session.id);
    session.subscriptions = 0;
    session.outbox.speak(Protocol::Resp2);
    session.answer(|reply| reply.simple("RESET"))
}

pub(super) fn quit(session: &mut Session, _: &[Bytes]) -> Outcome {
    session.ended = true;
    session.ok()
}

/// There is one user, and any password is right, as in a Redis without one.
fn authenticate(user: &[u8]) -> Result<(), Refused> {
    match user {
        b"default" => Ok(()),
        _ => Err("WRONGPASS invalid username-password pair or user is disabled.".into()),
    }
}

fn introduce(session: &Session, protocol: Protocol) -> Outcome {
    session.answer(|reply| {
        reply.map(7);
        ["server", "redis", "version", VERSION, "proto"].iter().for_each(|text| reply.bulk(text));
        reply.integer(if protocol == Protocol::Resp3 { 3 } else { 2 });
        reply.bulk("id");
        reply.integer(session.id);
        ["mode", "standalone", "role", "master", "modules"].iter().for_each(|text| reply.bulk(text));
        reply.array(0);
    })
}
