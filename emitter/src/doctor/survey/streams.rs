//! Tells streams clusters from sharded ones, and finds the streams that servers read.

use super::{Survey, SurveyedCluster};
use crate::{
    adapter::{Adapter, Streams},
    discovery::streams_with_readers,
    doctor::NamespaceSeen,
};

impl Survey<'_> {
    /// Servers on shard channels that answer a request in a stream run the streams adapter. Only the streams of the
    /// emitter's prefix are looked at.
    pub(super) async fn detect_streams(&mut self, existing: &[Option<u32>], clusters: &mut Vec<SurveyedCluster>) {
        let connection = self.session.connection();
        let configured = self.streams_adapter();
        let mut read: Vec<Option<u32>> = Vec::new();
        for SurveyedCluster { adapter, .. } in clusters.iter_mut() {
            let sharded_pub_sub = matches!(adapter, Adapter::Sharded(_));
            let is_candidate = sharded_pub_sub || matches!(adapter, Adapter::Streams(_));
            if adapter.prefix() != configured.prefix || !is_candidate {
                continue;
            }
            let streams = Streams { sharded_pub_sub, ..configured.clone() };
            // Redis may not permit the request. Then the adapter stays as it was found.
            let result = streams_with_readers(connection, &streams, existing, &["/"], self.deadline.half()).await;
            let Ok(with_readers) = result else { continue };
            if !with_readers.is_empty() && sharded_pub_sub {
                *adapter = Adapter::Streams(streams);
            }
            read.extend(with_readers);
        }
        let unread: Vec<_> = existing.iter().filter(|number| !read.contains(number)).copied().collect();
        let has_streams = clusters.iter().any(|cluster| matches!(cluster.adapter, Adapter::Streams(_)));
        if unread.contains(&None) && !has_streams {
            let before_0_3 = Adapter::Streams(configured.clone().before_0_3());
            let count = self.session.count_servers(&before_0_3, "/", self.deadline.half()).await;
            let servers = count.ok().flatten().unwrap_or(0);
            if servers > 0 {
                let namespace = NamespaceSeen { answered: Some(servers), ..NamespaceSeen::new("/", Some(servers)) };
                clusters.push(SurveyedCluster { adapter: before_0_3, namespaces: vec![namespace] });
                return;
            }
        }
        let keys = |numbers: Vec<Option<u32>>| numbers.into_iter().map(|number| configured.key(number)).collect();
        (self.facts.read_streams, self.facts.unread_streams) = (keys(read), keys(unread));
    }
}
