use std::{collections::BTreeSet, fmt, net::SocketAddr, sync::Arc};

use bytes::Bytes;

use crate::{outbox::Outbox, reply::Protocol};

/// What one can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Channel,
    Pattern,
    Shard,
}

impl Kind {
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

/// A connection, as the others know it.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: usize,
    pub(crate) outbox: Arc<Outbox>,
    /// What CLIENT SETNAME said, or empty.
    pub(crate) name: Bytes,
    address: SocketAddr,
    names: [BTreeSet<Bytes>; Kind::ALL.len()],
}

impl Member {
    pub(crate) fn new(id: usize, address: SocketAddr, outbox: Arc<Outbox>) -> Self {
        Self { id, outbox, name: Bytes::new(), address, names: Default::default() }
    }

    /// The names that it subscribes to.
    pub(crate) fn names(&mut self, kind: Kind) -> &mut BTreeSet<Bytes> {
        &mut self.names[kind as usize]
    }

    pub(crate) fn subscriptions(&self) -> usize {
        Kind::ALL.iter().map(|&kind| self.count(kind)).sum()
    }

    /// Tells it that a subscription began or ended, and how many it has now: shard channels are counted apart.
    pub(crate) fn confirm(&self, word: &str, kind: Kind, name: Option<&Bytes>) {
        let count = match kind {
            Kind::Channel | Kind::Pattern => self.count(Kind::Channel) + self.count(Kind::Pattern),
            Kind::Shard => self.count(Kind::Shard),
        };
        self.outbox.reply(|reply| {
            reply.push(3);
            reply.bulk(word);
            match name {
                Some(name) => reply.bulk(name),
                None => reply.null(),
            }
            reply.integer(count);
        });
    }

    fn count(&self, kind: Kind) -> usize {
        self.names[kind as usize].len()
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, address, .. } = self;
        let [channels, patterns, shards] = Kind::ALL.map(|kind| self.count(kind));
        let flags = if channels + patterns + shards > 0 { 'P' } else { 'N' };
        let resp = if self.outbox.protocol() == Protocol::Resp3 { 3 } else { 2 };
        let name = String::from_utf8_lossy(&self.name);
        write!(f, "id={id} addr={address} name={name} flags={flags} db=0 sub={channels} psub={patterns} ")?;
        write!(f, "ssub={shards} multi=-1 user=default resp={resp}")
    }
}
