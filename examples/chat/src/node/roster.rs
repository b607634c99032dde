use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use socketio_emitter::{Args, Emitter};
use socketioxide::{SocketIo, extract::SocketRef};
use tokio::{
    sync::{Mutex, Notify},
    time::{MissedTickBehavior, interval},
};

use super::{
    chat_events::{LOBBY, PEOPLE, WELCOME},
    handshake::Handshake,
    participant::{Participant, RemoteParticipants, RosterAnnouncement},
};

/// How often a node announces its participants even if nothing changed, so that the other nodes know that it is up.
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(4);

/// The participants of all nodes, as one node knows them. Keeps clients and the other nodes up to date.
pub(crate) struct ParticipantRoster {
    node: String,
    io: SocketIo,
    emitter: Emitter,
    /// Locked while clients are updated, so that no client receives an older list after a newer one.
    state: Mutex<RosterState>,
    changed: Notify,
    /// The next announcement is to request the other nodes' announcements.
    request_pending: AtomicBool,
    /// Another node has requested an announcement.
    announcement_requested: AtomicBool,
}

#[derive(Default)]
struct RosterState {
    remote: RemoteParticipants,
    /// The list that clients received last.
    shown: Vec<Participant>,
    /// The list that the other nodes received last.
    announced: Vec<Participant>,
}

impl ParticipantRoster {
    pub(crate) fn new(node: String, io: SocketIo, emitter: Emitter) -> Self {
        Self {
            node,
            io,
            emitter,
            state: Mutex::default(),
            changed: Notify::new(),
            request_pending: AtomicBool::new(true),
            announcement_requested: AtomicBool::new(false),
        }
    }

    /// The node's name.
    pub(crate) fn node(&self) -> &str {
        &self.node
    }

    /// Updates clients and nodes soon, if the node's participants have changed.
    pub(crate) fn notify_changed(&self) {
        self.changed.notify_one();
    }

    /// Requests an announcement from each other node.
    pub(crate) fn request_announcements(&self) {
        self.request_pending.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Stores another node's announcement, the arguments of a server-side event `people`.
    pub(crate) async fn receive_announcement(&self, sender: String, args: &Args) {
        let json = serde_json::to_value(args).unwrap_or_default();
        let Ok((RosterAnnouncement { people, ask },)) = serde_json::from_value(json) else {
            return tracing::warn!(sender, "ignored an announcement that is not valid");
        };
        if ask {
            self.announcement_requested.store(true, Ordering::Relaxed);
        }
        self.state.lock().await.remote.update(sender, people, Instant::now());
        self.changed.notify_one();
    }

    /// Sends the list of participants to clients, and announcements to nodes, until the task is aborted.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut interval = interval(ANNOUNCE_INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = tokio::select! {
                _ = interval.tick() => true,
                () = self.changed.notified() => false,
            };
            let local = self.local_participants();
            let mut state = self.state.lock().await;
            state.remote.expire(Instant::now());
            let all = state.remote.merged_with(&local);
            if all != state.shown {
                // A client that cannot be reached is about to disconnect, which is the next change.
                let _ = self.io.broadcast().emit(PEOPLE, &all).await;
                state.shown = all;
            }
            let changed = local != state.announced;
            drop(state);
            if changed
                || due
                || self.announcement_requested.swap(false, Ordering::Relaxed)
                || self.request_pending.load(Ordering::Relaxed)
            {
                self.announce(local).await;
            }
        }
    }

    /// Announces that the node has no participants any more.
    pub(crate) async fn announce_empty(&self) {
        self.request_pending.store(false, Ordering::Relaxed);
        self.announce(Vec::new()).await;
    }

    /// Sends a new client the node's name and the list of participants.
    pub(crate) async fn welcome(&self, socket: &SocketRef) {
        let local = self.local_participants();
        let state = self.state.lock().await;
        let people = state.remote.merged_with(&local);
        // Fails only for a client that has disconnected.
        let _ = socket.emit(WELCOME, &BTreeMap::from([("node", json!(self.node)), ("people", json!(people))]));
        drop(state);
        self.changed.notify_one();
    }

    async fn announce(&self, people: Vec<Participant>) {
        let ask = self.request_pending.swap(false, Ordering::Relaxed);
        let announcement = RosterAnnouncement { people, ask };
        match self.emitter.server_side_emit(PEOPLE, &announcement).await {
            Ok(_) => self.state.lock().await.announced = announcement.people,
            Err(error) => {
                tracing::debug!(%error, "cannot announce the participants");
                // The next announcement repeats the request.
                self.request_pending.fetch_or(ask, Ordering::Relaxed);
            }
        }
    }

    /// The participants on this node, sorted.
    fn local_participants(&self) -> Vec<Participant> {
        let connected = self.io.sockets().into_iter().filter(|socket| socket.connected());
        let mut participants: Vec<_> = connected
            .filter(is_in_lobby)
            .filter_map(|socket| {
                let name = socket.extensions.get::<Handshake>()?.nickname?;
                Some(Participant { name, id: socket.id.to_string(), node: self.node.clone() })
            })
            .collect();
        participants.sort_unstable();
        participants
    }
}

/// True if the socket is in the lobby. Emitters and servers can remove it.
pub(super) fn is_in_lobby(socket: &SocketRef) -> bool {
    socket.rooms().iter().any(|room| room == LOBBY)
}
