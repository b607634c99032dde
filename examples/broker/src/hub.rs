use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    time::Instant,
};

use bytes::Bytes;

use crate::{
    command, glob,
    member::{Kind, Member},
    message::Message,
    outbox::Outbox,
};

/// What all connections share. Every change and every message holds the one lock, for no longer than it takes to fill
/// outboxes: so all subscribers see all messages in one order, as with Redis' single thread.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) address: SocketAddr,
    pub(crate) started: Instant,
    /// How often each command was run, in the order of the table of commands.
    pub(crate) calls: Vec<AtomicU64>,
    max_outbox: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    joined: usize,
    members: BTreeMap<usize, Member>,
    /// The subscribers of each name, in the order in which they came; by kind.
    subscribers: [HashMap<Bytes, Vec<Arc<Outbox>>>; Kind::ALL.len()],
}

impl Hub {
    pub(crate) fn new(address: SocketAddr, max_outbox: usize) -> Self {
        let calls = command::COMMANDS.iter().map(|_| AtomicU64::new(0)).collect();
        Self { address, started: Instant::now(), calls, max_outbox, table: Mutex::default() }
    }

    /// A new connection's id, and where its answers go.
    pub(crate) fn join(&self, address: SocketAddr) -> (usize, Arc<Outbox>) {
        let outbox = Arc::new(Outbox::new(self.max_outbox));
        let mut table = self.table();
        table.joined += 1;
        let id = table.joined;
        table.members.insert(id, Member::new(id, address, Arc::clone(&outbox)));
        (id, outbox)
    }

    pub(crate) fn leave(&self, id: usize) {
        self.reset(id);
        self.table().members.remove(&id);
    }

    /// Ends a connection's subscriptions without a word, and forgets its name.
    pub(crate) fn reset(&self, id: usize) {
        let mut table = self.table();
        let Table { members, subscribers, .. } = &mut *table;
        let Some(member) = members.get_mut(&id) else {
            return;
        };
        member.name = Bytes::new();
        for kind in Kind::ALL {
            while let Some(name) = member.names(kind).pop_first() {
                remove(&mut subscribers[kind as usize], &name, &member.outbox);
            }
        }
    }

    /// Subscribes to names, confirms each, and gives the number of all subscriptions of the connection.
    pub(crate) fn subscribe(&self, id: usize, kind: Kind, names: &[Bytes]) -> usize {
        let mut table = self.table();
        let Table { members, subscribers, .. } = &mut *table;
        let Some(member) = members.get_mut(&id) else {
            return 0;
        };
        for name in names {
            if !member.names(kind).contains(name) {
                // What was received is part of something larger, which would be kept as long as the name.
                let name = Bytes::copy_from_slice(name);
                member.names(kind).insert(name.clone());
                subscribers[kind as usize].entry(name).or_default().push(Arc::clone(&member.outbox));
            }
            member.confirm(kind.subscribed(), kind, Some(name));
        }
        member.subscriptions()
    }

    /// Ends subscriptions, all of a kind if none is named, confirms each, and gives the number of those left.
    pub(crate) fn unsubscribe(&self, id: usize, kind: Kind, names: &[Bytes]) -> usize {
        let mut table = self.table();
        let Table { members, subscribers, .. } = &mut *table;
        let Some(member) = members.get_mut(&id) else {
            return 0;
        };
        let all: Vec<_>;
        let names = match names {
            [] => {
                all = member.names(kind).iter().cloned().collect();
                &all
            }
            _ => names,
        };
        for name in names {
            if member.names(kind).remove(name) {
                remove(&mut subscribers[kind as usize], name, &member.outbox);
            }
            member.confirm(kind.unsubscribed(), kind, Some(name));
        }
        if names.is_empty() {
            member.confirm(kind.unsubscribed(), kind, None);
        }
        member.subscriptions()
    }

    /// Hands a message to all who subscribe to the channel, and gives their number.
    pub(crate) fn publish(&self, kind: Kind, channel: &[u8], payload: &[u8]) -> usize {
        let table = self.table();
        let mut receivers = 0;
        if let Some(outboxes) = table.subscribers[kind as usize].get(channel) {
            let parts = [kind.message(), channel, payload];
            deliver(outboxes, &parts, &mut receivers);
        }
        if kind == Kind::Channel {
            for (pattern, outboxes) in &table.subscribers[Kind::Pattern as usize] {
                if glob::matches(pattern, channel) {
                    let parts = [Kind::Pattern.message(), pattern, channel, payload];
                    deliver(outboxes, &parts, &mut receivers);
                }
            }
        }
        receivers
    }

    /// The names that are subscribed to; those that match, if there is a pattern.
    pub(crate) fn names(&self, kind: Kind, pattern: Option<&[u8]>) -> Vec<Bytes> {
        let table = self.table();
        let names = table.subscribers[kind as usize].keys();
        names.filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name))).cloned().collect()
    }

    pub(crate) fn subscribers(&self, kind: Kind, name: &[u8]) -> usize {
        self.table().subscribers[kind as usize].get(name).map_or(0, Vec::len)
    }

    /// How many connections there were, and how many there are.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let table = self.table();
        (table.joined, table.members.len())
    }

    pub(crate) fn rename(&self, id: usize, name: Bytes) {
        if let Some(member) = self.table().members.get_mut(&id) {
            member.name = name;
        }
    }

    pub(crate) fn name(&self, id: usize) -> Bytes {
        self.table().members.get(&id).map(|member| member.name.clone()).unwrap_or_default()
    }

    /// A line for each connection, or for one, as CLIENT LIST has them.
    pub(crate) fn describe(&self, only: Option<usize>) -> String {
        let mut lines = String::new();
        for member in self.table().members.values().filter(|member| only.is_none_or(|id| id == member.id)) {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{member} laddr={}", self.address);
        }
        lines
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn deliver(outboxes: &[Arc<Outbox>], parts: &[&[u8]], receivers: &mut usize) {
    let mut message = Message::new(parts);
    outboxes.iter().for_each(|outbox| outbox.push(&mut message));
    *receivers += outboxes.len();
}

fn remove(subscribers: &mut HashMap<Bytes, Vec<Arc<Outbox>>>, name: &[u8], outbox: &Arc<Outbox>) {
    let Some(outboxes) = subscribers.get_mut(name) else {
        return;
    };
    outboxes.retain(|other| !Arc::ptr_eq(other, outbox));
    if outboxes.is_empty() {
        subscribers.remove(name);
    }
}
