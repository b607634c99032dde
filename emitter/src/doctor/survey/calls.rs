//! Asks the servers themselves.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, future::join, stream};

use super::{Found, PROBE, Survey};
use crate::{
    adapter::{Ack, Adapter, RemoteServer, RequestBody, SocketIo},
    base::{Deadline, Error},
    doctor::{
        ClusterSeen, NamespaceSeen,
        facts::{QUESTION, Refusal, Unasked},
    },
    message::{Args, Message, Target},
    request::Request,
    session::Session,
};

/// How many namespaces are asked for signs of life: those that the session means first.
pub(super) const ASKED: usize = 16;

/// How many are asked at once. Each has a connection of its own.
const AT_ONCE: usize = 8;

/// What kept a namespace from being asked.
#[derive(Default)]
struct Snags {
    refusal: Option<Refusal>,
    unasked: Option<Unasked>,
    unprobed: Option<String>,
}

impl Survey<'_> {
    /// Asks the servers for signs of life.
    pub(super) async fn call(&mut self, mut found: Found, probe: bool) {
        let wanted = self.facts.wanted.clone();
        let means = |adapter: &Adapter| wanted.means(&adapter.to_string(), adapter.prefix());
        found.sort_by_key(|(adapter, _)| !means(adapter));
        let everybody: Vec<Adapter> = found.iter().map(|(adapter, _)| adapter.clone()).collect();
        let deadline = self.deadline.half();
        let calls =
            found.iter_mut().filter(|(adapter, _)| !deafens(adapter, &everybody)).flat_map(|(adapter, namespaces)| {
                namespaces.sort_by_key(|namespace| (namespace.name != wanted.namespace, namespace.name.clone()));
                namespaces.iter_mut().map(|namespace| (&*adapter, namespace))
            });
        let session = self.session;
        let calls = calls.take(ASKED).map(|(adapter, namespace)| {
            let ours = means(adapter);
            let meant = ours && [wanted.namespace.as_str(), "*"].contains(&namespace.name.as_str());
            let asked = ask(session, adapter, namespace, probe && meant, deadline);
            asked.map(move |snags| (ours, meant, snags)).boxed()
        });
        let calls: Vec<_> = calls.collect();
        let snags: Vec<_> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
        for (ours, meant, Snags { refusal, unasked, unprobed }) in snags {
            // Other people's channels need not be permitted.
            if let Some(refusal) = refusal.filter(|_| ours) {
                self.refused(refusal);
            }
            if meant {
                self.facts.unasked = unasked;
                self.facts.unprobed = unprobed;
            }
        }
        for (adapter, mut namespaces) in found {
            namespaces.sort_by(|a, b| a.name.cmp(&b.name));
            let cluster = ClusterSeen {
                prefix: adapter.prefix().to_owned(),
                meant: means(&adapter),
                versions: versions(session, &adapter, self.deadline.half()).await,
                adapter: adapter.to_string(),
                namespaces,
            };
            self.facts.clusters.push(cluster);
        }
    }
}

/// True if a question to these servers would leave others deaf: what is said on the channel of streams matches the
/// pattern of classic servers of the same prefix, who cannot read it.
pub(super) fn deafens(adapter: &Adapter, everybody: &[Adapter]) -> bool {
    let Adapter::Streams(streams) = adapter else { return false };
    let prefix = &streams.channel_prefix;
    let hears = |other: &Adapter| matches!(other, Adapter::Classic(classic) if classic.prefix == *prefix);
    !streams.sharded_pub_sub && !streams.before_0_3 && everybody.iter().any(hears)
}

/// Asks the servers of a namespace.
async fn ask(
    session: &Session,
    adapter: &Adapter,
    namespace: &mut NamespaceSeen,
    probe: bool,
    deadline: Deadline,
) -> Snags {
    let mut target = Target::default();
    target.of(&namespace.name);
    let answered = async {
        match namespace.answered {
            Some(answered) => Ok((Some(answered), Vec::new())),
            None => {
                // Servers of every version answer a ping, so the version need not be known.
                let session = Arc::new(session.with_adapter(adapter.clone().with_socket_io(SocketIo::V4)));
                let ping = Request::<RemoteServer>::new(
                    session,
                    Ok(RequestBody::Servers(target.clone())),
                    Some(deadline.remaining()),
                );
                ping.count().await.map(|summary| (summary.answered, summary.silent))
            }
        }
    };
    let heard = async {
        // Only clients answer to python.
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
    let mut snags = Snags::default();
    match heard {
        Ok(heard) => namespace.heard = heard,
        Err(error) => snags.unprobed = Some(error.to_string()),
    }
    match answered {
        Ok((answered, silent)) => (namespace.answered, namespace.silent) = (answered, silent),
        Err(Error::Refused(error)) => {
            let place = adapter.subscriber_count(&namespace.name).map(|census| census.channel().to_owned());
            let place = place.unwrap_or_else(|| adapter.prefix().to_owned());
            snags.refusal = Some(Refusal::new(QUESTION, &place, &error));
        }
        Err(error) => {
            snags.unasked = Some(match error {
                Error::Unsupported { adapter, .. } => {
                    Unasked::Never { why: format!("servers of the {adapter} adapter answer no questions") }
                }
                Error::CannotListen => Unasked::Never { why: error.to_string() },
                Error::Invalid(invalid) => Unasked::Name { why: invalid.reason },
                error => Unasked::Failed { why: error.to_string() },
            });
        }
    }
    snags
}

/// The generations of the servers, where they can be told apart.
async fn versions(session: &Session, adapter: &Adapter, deadline: Deadline) -> Vec<String> {
    // What one session has found out holds for one prefix.
    match session.with_adapter(adapter.clone()).with_versions(adapter, "/", deadline).await {
        Ok(Adapter::Classic(classic)) => classic.generations().iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_classic_servers_would_hear_is_not_asked() {
        let all = |names: &[&str]| names.iter().map(|name| name.parse::<Adapter>().unwrap()).collect::<Vec<_>>();
        let streams = &all(&["streams"])[0];
        assert!(deafens(streams, &all(&["classic", "streams"])));
        assert!(!deafens(streams, &all(&["streams", "sharded", "socketioxide"])));
        assert!(!deafens(streams, &[all(&["classic"])[0].clone().with_prefix("chat")]));
        for other in ["streams,sharded", "streams,before-0.3", "classic", "sharded", "socketioxide", "python"] {
            assert!(!deafens(&all(&[other])[0], &all(&["classic", other])), "{other}");
        }
    }
}
