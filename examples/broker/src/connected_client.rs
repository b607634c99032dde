use std::{collections::BTreeSet, fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;

use crate::{output_buffer::OutputBuffer, resp_writer::RespVersion};

/// The kinds of names that clients subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubscriptionKind {
    Channel,
    Pattern,
    Shard,
}

impl SubscriptionKind {
    pub(crate) const ALL: [Self; 3] = [Self::Channel, Self::Pattern, Self::Shard];

    pub(crate) fn subscribed(self) -> &'static str {
        match self {
            Self::Channel => "subscribe",
            Self::Pattern => "psubscribe",
            Self::Shard => "ssubscribe",
        }
    }

    pub(crate) fn unsubscribed(self) -> &'static str {
        match self {
            Self::Channel => "unsubscribe",
            Self::Pattern => "punsubscribe",
            Self::Shard => "sunsubscribe",
        }
    }

    pub(crate) fn message(self) -> &'static [u8] {
        match self {
            Self::Channel => b"message",
            Self::Pattern => b"pmessage",
            Self::Shard => b"smessage",
        }
    }
}

/// A client's entry in the hub.
#[derive(Debug)]
pub(crate) struct ConnectedClient {
    pub(crate) id: usize,
    pub(crate) output: Arc<OutputBuffer>,
    /// Set by CLIENT SETNAME; empty by default.
    pub(crate) name: Bytes,
    address: SocketAddr,
    names: [BTreeSet<Bytes>; SubscriptionKind::ALL.len()],
}

impl ConnectedClient {
    pub(crate) fn new(id: usize, address: SocketAddr, output: Arc<OutputBuffer>) -> Self {
        Self { id, output, name: Bytes::new(), address, names: Default::default() }
    }

    /// The names of this kind to which the client is subscribed.
    pub(crate) fn names(&mut self, kind: SubscriptionKind) -> &mut BTreeSet<Bytes> {
        &mut self.names[kind as usize]
    }

    pub(crate) fn subscriptions(&self) -> usize {
        SubscriptionKind::ALL.iter().map(|&kind| self.count(kind)).sum()
    }

    /// Confirms a subscription or its end, with the number of subscriptions. Redis counts shard channels separately.
    pub(crate) fn confirm(&self, event: &str, kind: SubscriptionKind, name: Option<&Bytes>) {
        let count = match kind {
            SubscriptionKind::Channel | SubscriptionKind::Pattern => {
                self.count(SubscriptionKind::Channel) + self.count(SubscriptionKind::Pattern)
            }
            SubscriptionKind::Shard => self.count(SubscriptionKind::Shard),
        };
        self.output.reply(|out| {
            out.push(3);
            out.bulk(event);
            match name {
                Some(name) => out.bulk(name),
                None => out.null(),
            }
            out.integer(count);
        });
    }

    fn count(&self, kind: SubscriptionKind) -> usize {
        self.names[kind as usize].len()
    }
}

impl fmt::Display for ConnectedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, address, .. } = self;
        let [channels, patterns, shards] = SubscriptionKind::ALL.map(|kind| self.count(kind));
        let flags = if channels + patterns + shards > 0 { 'P' } else { 'N' };
        let resp = if self.output.version() == RespVersion::Resp3 { 3 } else { 2 };
        let name = String::from_utf8_lossy(&self.name);
        write!(f, "id={id} addr={address} name={name} flags={flags} db=0 sub={channels} psub={patterns} ")?;
        write!(f, "ssub={shards} multi=-1 user=default resp={resp}")
    }
}
