//! Counts the sockets in the room. If it is empty, looks for similar rooms and for the room on other namespaces.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};

use super::{MAX_CONCURRENT_REQUESTS, MAX_NAMESPACES, Survey, pings::ping_harms_classic};
use crate::{
    adapter::{Adapter, RemoteSocket, RequestBody, looks_like_socket_id},
    base::Error,
    doctor::{facts::RoomFacts, similar_names::similar_names},
    message::Target,
    request::{Request, Summary},
    session::Session,
};

/// The length of a Socket.IO socket id.
const SOCKET_ID_LENGTH: usize = 20;

/// The length of a socket id of socketioxide.
const SOCKETIOXIDE_SOCKET_ID_LENGTH: usize = 16;

impl Survey<'_> {
    /// Asks the servers that the emitter reaches; `None` if there are none, or a request would harm other servers.
    pub(super) async fn check_room(&self, name: &str) -> Option<RoomFacts> {
        let adapter = self.reached_adapter()?;
        let all = self.facts.clusters.iter().filter_map(|cluster| {
            let adapter = cluster.adapter.parse::<Adapter>().ok()?;
            Some(adapter.with_prefix(cluster.prefix.clone()))
        });
        if ping_harms_classic(&adapter, &all.collect::<Vec<_>>()) {
            return None;
        }
        let id_length = match adapter {
            Adapter::SocketIoxide(_) => SOCKETIOXIDE_SOCKET_ID_LENGTH,
            _ => SOCKET_ID_LENGTH,
        };
        let mut room = RoomFacts {
            name: name.to_owned(),
            looks_like_socket_id: looks_like_socket_id(name, id_length),
            ..RoomFacts::default()
        };
        let session = Arc::new(self.session.with_adapter(adapter));
        let mut namespace = Target::default();
        namespace.of(&self.facts.settings.namespace);
        let mut in_room = namespace.clone();
        in_room.to([name.to_owned()]);
        match count_sockets(&session, in_room, self.deadline.remaining() / 2).await {
            Ok(summary) => {
                room.sockets = Some(summary.count);
                room.silent_servers = summary
                    .servers
                    .zip(summary.answered)
                    .map_or(0, |(servers, answered)| servers.saturating_sub(answered));
            }
            Err(error) => room.failure = error.to_string(),
        }
        if room.sockets == Some(0) && room.silent_servers == 0 {
            self.find_alternatives(&session, namespace, &mut room).await;
        }
        Some(room)
    }

    async fn find_alternatives(&self, session: &Arc<Session>, namespace: Target, room: &mut RoomFacts) {
        let timeout = self.deadline.remaining() / 4;
        let body = Ok(RequestBody::Rooms(namespace.clone()));
        if let Ok(rooms) = Request::<String>::new(Arc::clone(session), body, Some(timeout)).await {
            room.similar_rooms = similar_names(&room.name, rooms.iter().map(String::as_str));
            // No rooms does not mean no sockets: with some adapters, sockets have no room of their own.
            room.is_namespace_empty = rooms.is_empty()
                && count_sockets(session, namespace, timeout).await.is_ok_and(|summary| summary.count == 0);
        }
        let reached = self.facts.clusters.iter().filter(|cluster| cluster.meant);
        let others = reached
            .flat_map(|cluster| &cluster.namespaces)
            .filter(|other| other.name != self.facts.settings.namespace && other.answered > Some(0));
        let requests = others.take(MAX_NAMESPACES).map(|other| {
            let mut target = Target::default();
            target.of(&other.name);
            target.to([room.name.clone()]);
            async move {
                let summary = count_sockets(session, target, timeout).await;
                summary.is_ok_and(|summary| summary.count > 0).then(|| other.name.clone())
            }
        });
        let requests: Vec<_> = requests.collect();
        let results: Vec<_> = stream::iter(requests).buffered(MAX_CONCURRENT_REQUESTS).collect().await;
        room.other_namespaces = results.into_iter().flatten().collect();
    }
}

async fn count_sockets(session: &Arc<Session>, target: Target, timeout: Duration) -> Result<Summary, Error> {
    Request::<RemoteSocket>::new(Arc::clone(session), Ok(RequestBody::Sockets(target)), Some(timeout)).count().await
}
