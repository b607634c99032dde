//! Who reads the streams that exist.

use super::{Found, Survey};
use crate::{
    adapter::{Adapter, Streams},
    discovery::stream_readers,
    doctor::NamespaceSeen,
};

impl Survey<'_> {
    /// Servers that answer in a stream run that adapter, and only of those of the emitter's prefix is it known whether
    /// there is a stream.
    pub(super) async fn tell_streams_apart(&mut self, existing: &[Option<u32>], found: &mut Found) {
        let plain = self.streams();
        let mut read: Vec<Option<u32>> = Vec::new();
        for (adapter, _) in found.iter_mut().filter(|(adapter, _)| adapter.prefix() == plain.prefix) {
            let sharded_pub_sub = matches!(adapter, Adapter::Sharded(_));
            if !sharded_pub_sub && !matches!(adapter, Adapter::Streams(_)) {
                continue;
            }
            let streams = Streams { sharded_pub_sub, ..plain.clone() };
            // Asking is not permitted to everyone.
            let Ok(by) =
                stream_readers(self.session.connection(), &streams, existing, &["/"], self.deadline.half()).await
            else {
                continue;
            };
            if !by.is_empty() && sharded_pub_sub {
                *adapter = Adapter::Streams(streams);
            }
            read.extend(by);
        }
        let unread: Vec<_> = existing.iter().filter(|number| !read.contains(number)).copied().collect();
        if unread.contains(&None) && !found.iter().any(|(adapter, _)| matches!(adapter, Adapter::Streams(_))) {
            let old = Adapter::Streams(plain.clone().before_0_3());
            let servers = self.session.count_servers(&old, "/", self.deadline.half()).await.ok().flatten().unwrap_or(0);
            if servers > 0 {
                let seen = NamespaceSeen { answered: Some(servers), ..NamespaceSeen::new("/", Some(servers)) };
                found.push((old, vec![seen]));
                return;
            }
        }
        let keys = |numbers: Vec<Option<u32>>| numbers.into_iter().map(|number| plain.key(number)).collect();
        (self.facts.read_streams, self.facts.unread_streams) = (keys(read), keys(unread));
    }
}
