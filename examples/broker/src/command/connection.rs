//! HELLO, AUTH, SELECT, PING, RESET and QUIT.

use bytes::Bytes;

use super::{CommandError, CommandResult, SYNTAX_ERROR, client, info::REDIS_VERSION};
use crate::{client_session::ClientSession, resp_parser::integer, resp_writer::RespVersion};

const NOT_AN_INTEGER: &str = "is not an integer or out of range";

pub(super) fn ping(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    let subscriber_only = session.is_subscriber_only();
    session.reply(|out| match args.first() {
        text if subscriber_only => {
            out.array(2);
            out.bulk("pong");
            out.bulk(text.unwrap_or(&Bytes::new()));
        }
        None => out.simple("PONG"),
        Some(text) => out.bulk(text),
    })
}

pub(super) fn hello(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    let mut version = session.output.version();
    let mut name = None;
    let mut options = args;
    if let [number, rest @ ..] = args {
        version = match integer(number) {
            Some(2) => RespVersion::Resp2,
            Some(3) => RespVersion::Resp3,
            Some(_) => return Err("NOPROTO unsupported protocol version".into()),
            None => return Err(format!("ERR Protocol version {NOT_AN_INTEGER}").into()),
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
    session.output.set_version(version);
    reply_hello(session, version)
}

pub(super) fn auth(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    match args {
        [_] => Err("ERR AUTH <password> called without any password configured for the default user. \
                    Are you sure your configuration is correct?"
            .into()),
        [user, _] => {
            authenticate(user)?;
            session.reply_ok()
        }
        _ => Err(SYNTAX_ERROR),
    }
}

pub(super) fn select(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    match integer(&args[0]) {
        Some(0..16) => session.reply_ok(),
        Some(_) => Err("ERR DB index is out of range".into()),
        None => Err(format!("ERR value {NOT_AN_INTEGER}").into()),
    }
}

pub(super) fn reset(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    session.hub.reset(session.id);
    session.subscriptions = 0;
    session.output.set_version(RespVersion::Resp2);
    session.reply(|out| out.simple("RESET"))
}

pub(super) fn quit(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    session.ended = true;
    session.reply_ok()
}

/// Accepts any password of the default user, as a Redis without passwords does.
fn authenticate(user: &[u8]) -> Result<(), CommandError> {
    match user {
        b"default" => Ok(()),
        _ => Err("WRONGPASS invalid username-password pair or user is disabled.".into()),
    }
}

fn reply_hello(session: &ClientSession, version: RespVersion) -> CommandResult {
    session.reply(|out| {
        out.map(7);
        ["server", "redis", "version", REDIS_VERSION, "proto"].iter().for_each(|text| out.bulk(text));
        out.integer(if version == RespVersion::Resp3 { 3 } else { 2 });
        out.bulk("id");
        out.integer(session.id);
        ["mode", "standalone", "role", "master", "modules"].iter().for_each(|text| out.bulk(text));
        out.array(0);
    })
}
