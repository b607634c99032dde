use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    time::Instant,
};

use bytes::Bytes;

use crate::{
    command,
    connected_client::{ConnectedClient, SubscriptionKind},
    glob,
    output_buffer::OutputBuffer,
    published_message::PublishedMessage,
};

/// The clients and their subscriptions. One lock covers every change and every message, until the message is in all
/// output buffers: all subscribers receive all messages in the same order, as with Redis' single thread.
#[derive(Debug)]
pub(crate) struct PubSubHub {
    pub(crate) address: SocketAddr,
    pub(crate) started: Instant,
    /// The number of calls of each command, in the order of `COMMANDS`.
    pub(crate) calls: Vec<AtomicU64>,
    max_output_buffer: usize,
    state: Mutex<HubState>,
}

#[derive(Debug, Default)]
struct HubState {
    connections: usize,
    clients: BTreeMap<usize, ConnectedClient>,
    /// For each kind: the subscribers of each name, oldest first.
    subscribers: [HashMap<Bytes, Vec<Arc<OutputBuffer>>>; SubscriptionKind::ALL.len()],
}

impl PubSubHub {
    pub(crate) fn new(address: SocketAddr, max_output_buffer: usize) -> Self {
        let calls = command::COMMANDS.iter().map(|_| AtomicU64::new(0)).collect();
        Self { address, started: Instant::now(), calls, max_output_buffer, state: Mutex::default() }
    }

    /// Adds a client. Returns its id and its output buffer.
    pub(crate) fn add_client(&self, address: SocketAddr) -> (usize, Arc<OutputBuffer>) {
        let output = Arc::new(OutputBuffer::new(self.max_output_buffer));
        let mut state = self.state();
        state.connections += 1;
        let id = state.connections;
        state.clients.insert(id, ConnectedClient::new(id, address, Arc::clone(&output)));
        (id, output)
    }

    pub(crate) fn remove_client(&self, id: usize) {
        self.reset(id);
        self.state().clients.remove(&id);
    }

    /// Removes a client's subscriptions without confirmations, and its name.
    pub(crate) fn reset(&self, id: usize) {
        let mut state = self.state();
        let HubState { clients, subscribers, .. } = &mut *state;
        let Some(client) = clients.get_mut(&id) else {
            return;
        };
        client.name = Bytes::new();
        for kind in SubscriptionKind::ALL {
            while let Some(name) = client.names(kind).pop_first() {
                remove(&mut subscribers[kind as usize], &name, &client.output);
            }
        }
    }

    /// Subscribes to names and confirms each. Returns the number of the client's subscriptions of all kinds.
    pub(crate) fn subscribe(&self, id: usize, kind: SubscriptionKind, names: &[Bytes]) -> usize {
        let mut state = self.state();
        let HubState { clients, subscribers, .. } = &mut *state;
        let Some(client) = clients.get_mut(&id) else {
            return 0;
        };
        for name in names {
            if !client.names(kind).contains(name) {
                // A copy, because the received name keeps its whole read buffer allocated.
                let name = Bytes::copy_from_slice(name);
                client.names(kind).insert(name.clone());
                subscribers[kind as usize].entry(name).or_default().push(Arc::clone(&client.output));
            }
            client.confirm(kind.subscribed(), kind, Some(name));
        }
        client.subscriptions()
    }

    /// Unsubscribes from names, or from all of this kind if there are none, and confirms each. Returns the number of the
    /// client's remaining subscriptions of all kinds.
    pub(crate) fn unsubscribe(&self, id: usize, kind: SubscriptionKind, names: &[Bytes]) -> usize {
        let mut state = self.state();
        let HubState { clients, subscribers, .. } = &mut *state;
        let Some(client) = clients.get_mut(&id) else {
            return 0;
        };
        let all: Vec<_>;
        let names = match names {
            [] => {
                all = client.names(kind).iter().cloned().collect();
                &all
            }
            _ => names,
        };
        for name in names {
            if client.names(kind).remove(name) {
                remove(&mut subscribers[kind as usize], name, &client.output);
            }
            client.confirm(kind.unsubscribed(), kind, Some(name));
        }
        if names.is_empty() {
            client.confirm(kind.unsubscribed(), kind, None);
        }
        client.subscriptions()
    }

    /// Adds a message to the output buffers of the channel's subscribers. Returns their number.
    pub(crate) fn publish(&self, kind: SubscriptionKind, channel: &[u8], payload: &[u8]) -> usize {
        let state = self.state();
        let mut receivers = 0;
        if let Some(outputs) = state.subscribers[kind as usize].get(channel) {
            let parts = [kind.message(), channel, payload];
            deliver(outputs, &parts, &mut receivers);
        }
        if kind == SubscriptionKind::Channel {
            for (pattern, outputs) in &state.subscribers[SubscriptionKind::Pattern as usize] {
                if glob::matches(pattern, channel) {
                    let parts = [SubscriptionKind::Pattern.message(), pattern, channel, payload];
                    deliver(outputs, &parts, &mut receivers);
                }
            }
        }
        receivers
    }

    /// The names that have subscribers and match the pattern.
    pub(crate) fn names(&self, kind: SubscriptionKind, pattern: Option<&[u8]>) -> Vec<Bytes> {
        let state = self.state();
        let names = state.subscribers[kind as usize].keys();
        names.filter(|name| pattern.is_none_or(|pattern| glob::matches(pattern, name))).cloned().collect()
    }

    /// The number of a name's subscribers.
    pub(crate) fn subscriber_count(&self, kind: SubscriptionKind, name: &[u8]) -> usize {
        self.state().subscribers[kind as usize].get(name).map_or(0, Vec::len)
    }

    /// The number of connections since the start, and of open ones.
    pub(crate) fn connection_counts(&self) -> (usize, usize) {
        let state = self.state();
        (state.connections, state.clients.len())
    }

    pub(crate) fn rename(&self, id: usize, name: Bytes) {
        if let Some(client) = self.state().clients.get_mut(&id) {
            client.name = name;
        }
    }

    pub(crate) fn name(&self, id: usize) -> Bytes {
        self.state().clients.get(&id).map(|client| client.name.clone()).unwrap_or_default()
    }

    /// The lines of CLIENT LIST, for all clients or for one.
    pub(crate) fn client_list(&self, only: Option<usize>) -> String {
        let mut lines = String::new();
        for client in self.state().clients.values().filter(|client| only.is_none_or(|id| id == client.id)) {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{client} laddr={}", self.address);
        }
        lines
    }

    fn state(&self) -> MutexGuard<'_, HubState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn deliver(outputs: &[Arc<OutputBuffer>], parts: &[&[u8]], receivers: &mut usize) {
    let mut message = PublishedMessage::new(parts);
    outputs.iter().for_each(|output| output.push(&mut message));
    *receivers += outputs.len();
}

fn remove(subscribers: &mut HashMap<Bytes, Vec<Arc<OutputBuffer>>>, name: &[u8], output: &Arc<OutputBuffer>) {
    let Some(outputs) = subscribers.get_mut(name) else {
        return;
    };
    outputs.retain(|other| !Arc::ptr_eq(other, output));
    if outputs.is_empty() {
        subscribers.remove(name);
    }
}
