//! Who is in the room, and if nobody is, what might have been meant.

use futures_util::{StreamExt, stream};

use super::{
    Survey,
    calls::{ASKED, deafens},
};
use crate::{
    adapter::Adapter,
    doctor::{facts::Room, near::near},
    operator::BroadcastOperator,
    request::looks_like_id,
};

/// How many namespaces are asked at once.
const AT_ONCE: usize = 8;

impl Survey<'_> {
    /// Asks the servers that the emitter means.
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
        let mut room = Room { name: name.to_owned(), is_id: looks_like_id(name, length), ..Room::default() };
        let here = self.emitter.speaking(adapter.clone()).of(&self.facts.wanted.namespace);
        match here.clone().to(name).sockets().timeout(self.deadline.left() / 2).count().await {
            Ok(tally) => {
                room.sockets = Some(tally.count);
                room.silent = tally.servers.zip(tally.answered).map_or(0, |(asked, said)| asked.saturating_sub(said));
            }
            Err(error) => room.why = error.to_string(),
        }
        if room.sockets == Some(0) && room.silent == 0 {
            self.look_around(&here, &adapter, &mut room).await;
        }
        Some(room)
    }

    /// Other rooms, other namespaces.
    async fn look_around(&self, here: &BroadcastOperator, adapter: &Adapter, room: &mut Room) {
        let quarter = self.deadline.left() / 4;
        if let Ok(rooms) = here.clone().rooms().timeout(quarter).await {
            room.near = near(&room.name, rooms.iter().map(String::as_str));
            // Not every adapter has each socket in a room of its own.
            room.is_deserted = rooms.is_empty()
                && here.clone().sockets().timeout(quarter).count().await.is_ok_and(|tally| tally.count == 0);
        }
        let others = self.facts.clusters.iter().filter(|cluster| cluster.meant).flat_map(|cluster| &cluster.namespaces);
        let others = others.filter(|other| other.name != self.facts.wanted.namespace && other.answered > Some(0));
        let asked = others.take(ASKED).map(|other| {
            let there = self.emitter.speaking(adapter.clone()).of(&other.name).to(&room.name);
            async move {
                let tally = there.sockets().timeout(quarter).count().await;
                tally.is_ok_and(|tally| tally.count > 0).then(|| other.name.clone())
            }
        });
        let asked: Vec<_> = asked.collect();
        let found: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
        room.elsewhere = found.into_iter().flatten().collect();
    }
}
