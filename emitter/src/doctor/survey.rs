//! Gathers the facts: what Redis shows, and what the servers answer.
//!
//! | step | file |
//! |---|---|
//! | query Redis, in a few round trips | `redis_queries` |
//! | tell streams from sharded, and find the streams that servers read | `streams` |
//! | ping the servers, send the test event | `pings` |
//! | count the room's sockets | `room` |

mod pings;
mod redis_queries;
mod room;
mod streams;

use std::slice;

use super::{
    NamespaceSeen,
    facts::{EmitterSettings, Facts, Refusal},
};
use crate::{
    adapter::{Adapter, Classic, Streams},
    base::{Deadline, Error},
    message::{Args, Message, Target},
    session::Session,
};

/// The name of the test event, and of the room without sockets that it is sent to.
const PROBE: &str = "sio:probe";

/// The number of namespaces to send requests to; the diagnosed one comes first.
const MAX_NAMESPACES: usize = 16;

/// The number of requests at a time. Each has a connection of its own.
const MAX_CONCURRENT_REQUESTS: usize = 8;

/// Gathers all facts. What Redis does not permit is left out.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Refused`] and [`Error::Config`] if Redis cannot be queried.
pub(super) async fn survey(
    session: &Session,
    target: &Target,
    probe: bool,
    deadline: Deadline,
) -> Result<Facts, Error> {
    let options = session.options();
    let settings = EmitterSettings {
        adapter: options.adapter.clone(),
        prefix: options.prefix.clone().or_else(|| options.adapter.as_ref().and_then(custom_prefix)),
        namespace: target.namespace.clone(),
        database: None,
    };
    let mut survey = Survey { session, deadline, facts: Facts { settings, ..Facts::default() } };
    let clusters = survey.query_redis().await?;
    survey.ping_servers(clusters, probe).await;
    survey.check_permissions().await;
    if let Some(room) = target.rooms.iter().flatten().next() {
        survey.facts.room = survey.check_room(room).await;
    }
    Ok(survey.facts)
}

struct Survey<'a> {
    session: &'a Session,
    deadline: Deadline,
    facts: Facts,
}

/// A cluster on this Redis, with the namespaces found so far.
struct SurveyedCluster {
    adapter: Adapter,
    namespaces: Vec<NamespaceSeen>,
}

impl Survey<'_> {
    /// Asks Redis whether it would accept an emit.
    async fn check_permissions(&mut self) {
        let options = self.session.options();
        let adapter = self.reached_adapter().unwrap_or_else(|| {
            options.apply_to(options.adapter.clone().unwrap_or_else(|| Adapter::Classic(Classic::default())))
        });
        let mut message = Message::emit(PROBE, Args::default());
        message.target.of(&self.facts.settings.namespace);
        let Ok(command) = adapter.encode(&message) else { return };
        let connection = self.session.connection();
        let results = connection.check_permissions(slice::from_ref(&command), self.deadline).await;
        for result in results.ok().flatten().unwrap_or_default() {
            match result {
                Ok(is_accepted) => self.facts.accepts_emit = is_accepted,
                Err(error) => self.add_refused_command(Refusal::new(command.name(), command.channel(), &error)),
            }
        }
    }

    fn add_refused_command(&mut self, refusal: Refusal) {
        if !self.facts.refused_commands.contains(&refusal) {
            self.facts.refused_commands.push(refusal);
        }
    }

    /// The adapter of the cluster that the emitter reaches; `None` if there are several, or none.
    fn reached_adapter(&self) -> Option<Adapter> {
        let mut reached = self.facts.clusters.iter().filter(|cluster| cluster.meant);
        let (cluster, None) = (reached.next()?, reached.next()) else { return None };
        cluster.adapter.parse::<Adapter>().ok().map(|adapter| adapter.with_prefix(cluster.prefix.clone()))
    }

    /// The streams adapter as the emitter would use it.
    fn streams_adapter(&self) -> Streams {
        let options = self.session.options();
        match options.adapter.clone().map(|adapter| options.apply_to(adapter)) {
            Some(Adapter::Streams(streams)) => streams,
            _ => Streams::default().prefix(self.facts.settings.prefix_for("streams")),
        }
    }
}

/// The adapter's prefix, if it is not the default.
fn custom_prefix(adapter: &Adapter) -> Option<String> {
    let is_default = EmitterSettings::default().prefix_for(adapter.name()) == adapter.prefix();
    (!is_default).then(|| adapter.prefix().to_owned())
}
