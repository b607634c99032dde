//! CLIENT: what a connection says about itself, and what there is to know about the others.

use bytes::Bytes;

use super::{Outcome, Refused, SYNTAX};
use crate::session::Session;

/// Redis 7.2 remembers it; here it is taken, so that clients need not be told otherwise.
pub(super) fn setinfo(session: &mut Session, args: &[Bytes]) -> Outcome {
    let key = &args[0];
    if key.eq_ignore_ascii_case(b"lib-name") || key.eq_ignore_ascii_case(b"lib-ver") {
        return session.ok();
    }
    Err(format!("ERR Unrecognized option '{}'", String::from_utf8_lossy(key)).into())
}

pub(super) fn setname(session: &mut Session, args: &[Bytes]) -> Outcome {
    session.hub.rename(session.id, checked_name(&args[0])?);
    session.ok()
}

pub(super) fn getname(session: &mut Session, _: &[Bytes]) -> Outcome {
    let name = session.hub.name(session.id);
    session.answer(|reply| if name.is_empty() { reply.null() } else { reply.bulk(name) })
}

pub(super) fn id(session: &mut Session, _: &[Bytes]) -> Outcome {
    session.answer(|reply| reply.integer(session.id))
}

pub(super) fn info(session: &mut Session, _: &[Bytes]) -> Outcome {
    let line = session.hub.describe(Some(session.id));
    session.answer(|reply| reply.text(&line))
}

pub(super) fn list(session: &mut Session, _: &[Bytes]) -> Outcome {
    let lines = session.hub.describe(None);
    session.answer(|reply| reply.text(&lines))
}

/// Nobody is evicted here, whatever was asked for.
pub(super) fn no_evict(session: &mut Session, args: &[Bytes]) -> Outcome {
    match args[0].eq_ignore_ascii_case(b"on") || args[0].eq_ignore_ascii_case(b"off") {
        true => session.ok(),
        false => Err(SYNTAX),
    }
}

/// A name that cannot break CLIENT LIST, apart from what was received with it.
pub(super) fn checked_name(name: &[u8]) -> Result<Bytes, Refused> {
    match name.iter().all(u8::is_ascii_graphic) {
        true => Ok(Bytes::copy_from_slice(name)),
        false => Err("ERR Client names cannot contain spaces, newlines or special characters.".into()),
    }
}
