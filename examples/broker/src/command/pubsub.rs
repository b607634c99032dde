//! PUBLISH, SUBSCRIBE, UNSUBSCRIBE and PUBSUB, for channels, patterns and shard channels.

use bytes::Bytes;

use super::CommandResult;
use crate::{client_session::ClientSession, connected_client::SubscriptionKind};

pub(super) fn publish(session: &mut ClientSession, kind: SubscriptionKind, args: &[Bytes]) -> CommandResult {
    let [channel, payload] = args else { return Ok(()) };
    let receivers = session.hub.publish(kind, channel, payload);
    session.reply(|out| out.integer(receivers))
}

pub(super) fn subscribe(session: &mut ClientSession, kind: SubscriptionKind, names: &[Bytes]) -> CommandResult {
    session.subscriptions = session.hub.subscribe(session.id, kind, names);
    Ok(())
}

pub(super) fn unsubscribe(session: &mut ClientSession, kind: SubscriptionKind, names: &[Bytes]) -> CommandResult {
    session.subscriptions = session.hub.unsubscribe(session.id, kind, names);
    Ok(())
}

pub(super) fn channels(session: &mut ClientSession, kind: SubscriptionKind, args: &[Bytes]) -> CommandResult {
    let names = session.hub.names(kind, args.first().map(|pattern| &**pattern));
    session.reply(|out| {
        out.array(names.len());
        names.iter().for_each(|name| out.bulk(name));
    })
}

pub(super) fn numsub(session: &mut ClientSession, kind: SubscriptionKind, names: &[Bytes]) -> CommandResult {
    let counts: Vec<_> = names.iter().map(|name| session.hub.subscriber_count(kind, name)).collect();
    session.reply(|out| {
        out.array(2 * names.len());
        for (name, count) in names.iter().zip(counts) {
            out.bulk(name);
            out.integer(count);
        }
    })
}

pub(super) fn numpat(session: &mut ClientSession, _: &[Bytes]) -> CommandResult {
    let patterns = session.hub.names(SubscriptionKind::Pattern, None).len();
    session.reply(|out| out.integer(patterns))
}
