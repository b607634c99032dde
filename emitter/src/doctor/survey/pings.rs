//! Pings the servers of each namespace, and sends the test event.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, future::join, stream};

use super::{MAX_CONCURRENT_REQUESTS, MAX_NAMESPACES, PROBE, Survey, SurveyedCluster};
use crate::{
    adapter::{Ack, Adapter, RemoteServer, RequestBody, SocketIo},
    base::{Deadline, Error},
    doctor::{
        ClusterSeen, NamespaceSeen,
        facts::{PING, PingFailure, Refusal},
    },
    message::{Args, Message, Target},
    request::Request,
    session::Session,
};

/// What prevented the ping or the test event on a namespace.
#[derive(Default)]
struct NamespaceFailures {
    refusal: Option<Refusal>,
    ping: Option<PingFailure>,
    probe: Option<String>,
}

impl Survey<'_> {
    /// Pings the servers of every namespace, those that the emitter reaches first, and adds the clusters to the facts.
    pub(super) async fn ping_servers(&mut self, mut clusters: Vec<SurveyedCluster>, probe: bool) {
        let settings = self.facts.settings.clone();
        let is_reached = |adapter: &Adapter| settings.reaches(&adapter.to_string(), adapter.prefix());
        clusters.sort_by_key(|cluster| !is_reached(&cluster.adapter));
        let adapters: Vec<Adapter> = clusters.iter().map(|cluster| cluster.adapter.clone()).collect();
        let deadline = self.deadline.half();
        let session = self.session;
        let safe = clusters.iter_mut().filter(|cluster| !ping_harms_classic(&cluster.adapter, &adapters));
        let namespaces = safe.flat_map(|SurveyedCluster { adapter, namespaces }| {
            namespaces.sort_by_key(|namespace| (namespace.name != settings.namespace, namespace.name.clone()));
            namespaces.iter_mut().map(|namespace| (&*adapter, namespace))
        });
        let pings = namespaces.take(MAX_NAMESPACES).map(|(adapter, namespace)| {
            let is_reached = is_reached(adapter);
            let is_diagnosed = is_reached && [settings.namespace.as_str(), "*"].contains(&namespace.name.as_str());
            let ping = ping_namespace(session, adapter, namespace, probe && is_diagnosed, deadline);
            ping.map(move |failures| (is_reached, is_diagnosed, failures)).boxed()
        });
        let pings: Vec<_> = pings.collect();
        let results: Vec<_> = stream::iter(pings).buffer_unordered(MAX_CONCURRENT_REQUESTS).collect().await;
        for (is_reached, is_diagnosed, failures) in results {
            // The emitter needs no permission for the channels of other clusters.
            if let Some(refusal) = failures.refusal.filter(|_| is_reached) {
                self.add_refused_command(refusal);
            }
            if is_diagnosed {
                self.facts.ping_failure = failures.ping;
                self.facts.probe_failure = failures.probe;
            }
        }
        for SurveyedCluster { adapter, mut namespaces } in clusters {
            namespaces.sort_by(|a, b| a.name.cmp(&b.name));
            let cluster = ClusterSeen {
                prefix: adapter.prefix().to_owned(),
                meant: is_reached(&adapter),
                versions: versions(session, &adapter, self.deadline.half()).await,
                adapter: adapter.to_string(),
                namespaces,
            };
            self.facts.clusters.push(cluster);
        }
    }
}

/// Whether a request to servers of this adapter would stop others from receiving: classic servers subscribe to the channel
/// of streams servers with the same prefix by pattern, and cannot decode its messages.
pub(super) fn ping_harms_classic(adapter: &Adapter, all: &[Adapter]) -> bool {
    let Adapter::Streams(streams) = adapter else { return false };
    let Some(prefix) = streams.shared_classic_prefix() else { return false };
    all.iter().any(|other| matches!(other, Adapter::Classic(classic) if classic.prefix == prefix))
}

async fn ping_namespace(
    session: &Session,
    adapter: &Adapter,
    namespace: &mut NamespaceSeen,
    probe: bool,
    deadline: Deadline,
) -> NamespaceFailures {
    let mut target = Target::default();
    target.of(&namespace.name);
    let answered = async {
        match namespace.answered {
            Some(answered) => Ok((Some(answered), Vec::new())),
            None => {
                // Servers of every version answer a ping, so the version need not be looked up.
                let session = Arc::new(session.with_adapter(adapter.clone().with_socket_io(SocketIo::V4)));
                let body = Ok(RequestBody::Servers(target));
                let summary = Request::<RemoteServer>::new(session, body, Some(deadline.remaining())).count().await;
                summary.map(|summary| (summary.answered, summary.silent))
            }
        }
    };
    let heard = async {
        // Servers of python do not answer the test event, only their clients do.
        if !probe || matches!(adapter, Adapter::Python(_)) {
            return Ok(None);
        }
        let mut message = Message::emit(PROBE, Args::default());
        message.target.of(&namespace.name);
        message.target.to([PROBE.to_owned()]);
        let session = Arc::new(session.with_adapter(adapter.clone()));
        let body = message.check().map(RequestBody::Acks).map_err(Error::from);
        let summary = Request::<Ack>::new(session, body, Some(deadline.remaining())).count().await;
        summary.map(|summary| summary.answered)
    };
    let (answered, heard) = join(answered, heard).await;
    let mut failures = NamespaceFailures::default();
    match heard {
        Ok(heard) => namespace.heard = heard,
        Err(error) => failures.probe = Some(error.to_string()),
    }
    match answered {
        Ok((answered, silent)) => (namespace.answered, namespace.silent) = (answered, silent),
        Err(Error::Refused(error)) => {
            let channel = adapter.subscriber_count(&namespace.name).map(|count| count.channel().to_owned());
            let resource = channel.unwrap_or_else(|| adapter.prefix().to_owned());
            failures.refusal = Some(Refusal::new(PING, &resource, &error));
        }
        Err(error) => {
            failures.ping = Some(match error {
                Error::Unsupported { adapter, .. } => {
                    PingFailure::Unsupported { reason: format!("servers of the {adapter} adapter do not answer pings") }
                }
                Error::CannotListen => PingFailure::Unsupported { reason: error.to_string() },
                Error::Invalid(invalid) => PingFailure::UnreachableName { reason: invalid.reason },
                error => PingFailure::Failed { reason: error.to_string() },
            });
        }
    }
    failures
}

/// The oldest and the newest version of the servers on `/`; empty if unknown.
async fn versions(session: &Session, adapter: &Adapter, deadline: Deadline) -> Vec<String> {
    // A session caches the versions of one prefix, so each cluster gets a session of its own.
    match session.with_adapter(adapter.clone()).with_versions(adapter, "/", deadline).await {
        Ok(Adapter::Classic(classic)) => classic.generations().iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_servers_are_not_pinged_beside_classic_servers() {
        let all = |names: &[&str]| names.iter().map(|name| name.parse::<Adapter>().unwrap()).collect::<Vec<_>>();
        let streams = &all(&["streams"])[0];
        assert!(ping_harms_classic(streams, &all(&["classic", "streams"])));
        assert!(!ping_harms_classic(streams, &all(&["streams", "sharded", "socketioxide"])));
        assert!(!ping_harms_classic(streams, &[all(&["classic"])[0].clone().with_prefix("chat")]));
        for other in ["streams,sharded", "streams,before-0.3", "classic", "sharded", "socketioxide", "python"] {
            assert!(!ping_harms_classic(&all(&[other])[0], &all(&["classic", other])), "{other}");
        }
    }
}
