//! PUBLISH, SUBSCRIBE, UNSUBSCRIBE and PUBSUB, for channels, patterns and shard channels.

use bytes::Bytes;

use super::Outcome;
use crate::{member::Kind, session::Session};

pub(super) fn publish(session: &mut Session, kind: Kind, args: &[Bytes]) -> Outcome {
    let [channel, payload] = args else { return Ok(()) };
    let receivers = session.hub.publish(kind, channel, payload);
    session.answer(|reply| reply.integer(receivers))
}

pub(super) fn subscribe(session: &mut Session, kind: Kind, names: &[Bytes]) -> Outcome {
    session.subscriptions = session.hub.subscribe(session.id, kind, names);
    Ok(())
}

pub(super) fn unsubscribe(session: &mut Session, kind: Kind, names: &[Bytes]) -> Outcome {
    session.subscriptions = session.hub.unsubscribe(session.id, kind, names);
    Ok(())
}

pub(super) fn channels(session: &mut Session, kind: Kind, args: &[Bytes]) -> Outcome {
    let names = session.hub.names(kind, args.first().map(|pattern| &**pattern));
    session.answer(|reply| {
        reply.array(names.len());
        names.iter().for_each(|name| reply.bulk(name));
    })
}

pub(super) fn numsub(session: &mut Session, kind: Kind, names: &[Bytes]) -> Outcome {
    let counts: Vec<_> = names.iter().map(|name| session.hub.subscribers(kind, name)).collect();
    session.answer(|reply| {
        reply.array(2 * names.len());
        for (name, count) in names.iter().zip(counts) {
            reply.bulk(name);
            reply.integer(count);
        }
    })
}

pub(super) fn numpat(session: &mut Session, _: &[Bytes]) -> Outcome {
    let patterns = session.hub.names(Kind::Pattern, None).len();
    session.answer(|reply| reply.integer(patterns))
}
