//! CLIENT: names, ids and the list of clients.

use bytes::Bytes;

use super::{CommandError, CommandResult, SYNTAX_ERROR};
use crate::client_session::ClientSession;

/// Accepted and ignored: client libraries send it when they connect.
pub(super) fn setinfo(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    let key = &args[0];
    if key.eq_ignore_ascii_case(b"lib-name") || key.eq_ignore_ascii_case(b"lib-ver") {
        return session.reply_ok();
    }
    Err(format!("ERR Unrecognized option '{}'", String::from_utf8_lossy(key)).into())
}

pub(super) fn setname(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    session.hub.rename(session.id, checked_name(&args[0])?);
    session.reply_ok()
}

pub(super) fn getname(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    let name = session.hub.name(session.id);
    session.reply(|out| if name.is_empty() { out.null() } else { out.bulk(name) })
}

pub(super) fn id(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    session.reply(|out| out.integer(session.id))
}

pub(super) fn info(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    let line = session.hub.client_list(Some(session.id));
    session.reply(|out| out.text(&line))
}

pub(super) fn list(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    let lines = session.hub.client_list(None);
    session.reply(|out| out.text(&lines))
}

/// Accepted and ignored: the broker evicts no clients.
pub(super) fn no_evict(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    match args[0].eq_ignore_ascii_case(b"on") || args[0].eq_ignore_ascii_case(b"off") {
        true => session.reply_ok(),
        false => Err(SYNTAX_ERROR),
    }
}

/// Checks that the name cannot break the lines of CLIENT LIST, and copies it out of the read buffer.
pub(super) fn checked_name(name: &[u8]) -> Result<Bytes, CommandError> {
    match name.iter().all(u8::is_ascii_graphic) {
        true => Ok(Bytes::copy_from_slice(name)),
        false => Err("ERR Client names cannot contain spaces, newlines or special characters.".into()),
    }
}
