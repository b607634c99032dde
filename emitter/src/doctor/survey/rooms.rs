//! Who is in the room, and if nobody is, what might have been meant.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};

use super::{
    Survey,
    calls::{ASKED, deafens},
};
use crate::{
    adapter::{Adapter, RemoteSocket, RequestBody, looks_like_socket_id},
    base::Error,
    doctor::{facts::Room, near::near},
    message::Target,
    request::{Request, Summary},
    session::Session,
};

/// How many namespaces are asked at once.
const AT_ONCE: usize = 8;

impl Survey<'_> {
    /// Asks the servers that the session means.
    pub(super) async fn room(&self, name: &str) -> Option<Room> {
        let adapter = self.meant()?;
        let everybody = self.facts.clusters.iter().filter_map(|cluster| {
            let adapter = cluster.adapter.parse::<Adapter>().ok()?;
            Some(adapter.with_prefix(cluster.prefix.clone()))
        });
        if deafens(&adapter, &everybody.collect::<Vec<_>>()) {
            return None;
        }
        let length = if matches!(adapter, Adapter::SocketIoxide(_)) { 16 } else { 20 };
        let mut room = Room { name: name.to_owned(), is_id: looks_like_socket_id(name, length), ..Room::default() };
        let session = Arc::new(self.session.with_adapter(adapter));
        let mut here = Target::default();
        here.of(&self.facts.wanted.namespace);
        let mut in_room = here.clone();
        in_room.to([name.to_owned()]);
        match count_sockets(&session, in_room, self.deadline.remaining() / 2).await {
            Ok(tally) => {
                room.sockets = Some(tally.count);
                room.silent = tally.servers.zip(tally.answered).map_or(0, |(asked, said)| asked.saturating_sub(said));
            }
            Err(error) => room.why = error.to_string(),
        }
        if room.sockets == Some(0) && room.silent == 0 {
            self.look_around(&session, here, &mut room).await;
        }
        Some(room)
    }

    /// Looks for similar rooms, and for the room on other namespaces.
    async fn look_around(&self, session: &Arc<Session>, here: Target, room: &mut Room) {
        let quarter = self.deadline.remaining() / 4;
        let rooms = Request::<String>::new(Arc::clone(session), Ok(RequestBody::Rooms(here.clone())), Some(quarter));
        if let Ok(rooms) = rooms.await {
            room.near = near(&room.name, rooms.iter().map(String::as_str));
            // Not every adapter has each socket in a room of its own.
            room.is_deserted =
                rooms.is_empty() && count_sockets(session, here, quarter).await.is_ok_and(|summary| summary.count == 0);
        }
        let others = self.facts.clusters.iter().filter(|cluster| cluster.meant).flat_map(|cluster| &cluster.namespaces);
        let others = others.filter(|other| other.name != self.facts.wanted.namespace && other.answered > Some(0));
        let requests = others.take(ASKED).map(|other| {
            let mut there = Target::default();
            there.of(&other.name);
            there.to([room.name.clone()]);
            async move {
                let summary = count_sockets(session, there, quarter).await;
                summary.is_ok_and(|summary| summary.count > 0).then(|| other.name.clone())
            }
        });
        let requests: Vec<_> = requests.collect();
        let found: Vec<_> = stream::iter(requests).buffered(AT_ONCE).collect().await;
        room.elsewhere = found.into_iter().flatten().collect();
    }
}

async fn count_sockets(session: &Arc<Session>, target: Target, timeout: Duration) -> Result<Summary, Error> {
    Request::<RemoteSocket>::new(Arc::clone(session), Ok(RequestBody::Sockets(target)), Some(timeout)).count().await
}
