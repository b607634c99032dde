//! Gathers the facts: all that Redis shows, and what the servers answer.
//!
//! | step | file |
//! |---|---|
//! | what Redis shows, in a few round trips | `sight` |
//! | who of the adapters that look alike it is | `streams` |
//! | the servers are asked for signs of life | `calls` |
//! | who is in the room | `rooms` |

mod calls;
mod rooms;
mod sight;
mod streams;

use std::slice;

use super::{
    NamespaceSeen,
    facts::{Facts, Refusal, Wanted},
};
use crate::{
    adapter::{Adapter, Classic, Streams},
    base::{Deadline, Error},
    message::{Message, Target},
    session::Session,
};

/// The event that nobody receives, and the room that nobody is in.
const PROBE: &str = "sio:probe";

/// The clusters that show, and their namespaces.
type Found = Vec<(Adapter, Vec<NamespaceSeen>)>;

/// Looks at everything. What is forbidden is left out.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Refused`] and [`Error::Config`]: there is nothing to look at.
pub(super) async fn survey(
    session: &Session,
    target: &Target,
    probe: bool,
    deadline: Deadline,
) -> Result<Facts, Error> {
    let options = session.options();
    let wanted = Wanted {
        adapter: options.adapter.clone(),
        prefix: options.prefix.clone().or_else(|| options.adapter.as_ref().and_then(own_prefix)),
        namespace: target.namespace.clone(),
        database: None,
    };
    let mut survey = Survey { session, deadline, facts: Facts { wanted, ..Facts::default() } };
    let found = survey.look().await?;
    survey.call(found, probe).await;
    survey.rehearse().await;
    if let Some(room) = target.rooms.iter().flatten().next() {
        survey.facts.room = survey.room(room).await;
    }
    Ok(survey.facts)
}

struct Survey<'a> {
    session: &'a Session,
    deadline: Deadline,
    facts: Facts,
}

impl Survey<'_> {
    /// Would Redis take an emit?
    async fn rehearse(&mut self) {
        let wanted = &self.facts.wanted;
        let given = self.session.options().adapter.clone().unwrap_or_else(|| Adapter::Classic(Classic::default()));
        let adapter = self.meant().unwrap_or_else(|| self.session.options().apply_to(given));
        let mut message = Message::emit(PROBE, crate::message::Args::default());
        message.target.of(&wanted.namespace);
        let Ok(command) = adapter.encode(&message) else { return };
        let checked = self
            .session
            .connection()
            .check_permissions(slice::from_ref(&command), self.deadline)
            .await
            .ok()
            .flatten()
            .unwrap_or_default();
        for checked in checked {
            match checked {
                Ok(takes) => self.facts.takes = takes,
                Err(error) => self.refused(Refusal::new(command.name(), command.channel(), &error)),
            }
        }
    }

    fn refused(&mut self, refusal: Refusal) {
        if !self.facts.refused.contains(&refusal) {
            self.facts.refused.push(refusal);
        }
    }

    /// The adapter of the one cluster that the session means.
    fn meant(&self) -> Option<Adapter> {
        let mut meant = self.facts.clusters.iter().filter(|cluster| cluster.meant);
        let (one, None) = (meant.next()?, meant.next()) else { return None };
        one.adapter.parse::<Adapter>().ok().map(|adapter| adapter.with_prefix(one.prefix.clone()))
    }

    /// What the streams adapter would be, if servers ran it.
    fn streams(&self) -> Streams {
        let given = self.session.options().adapter.clone().map(|adapter| self.session.options().apply_to(adapter));
        match given {
            Some(Adapter::Streams(streams)) => streams,
            _ => Streams::default().prefix(self.facts.wanted.prefix_for("streams")),
        }
    }
}

/// The prefix of an adapter that was given one of its own.
fn own_prefix(adapter: &Adapter) -> Option<String> {
    let usual = Wanted::default().prefix_for(adapter.name()) == adapter.prefix();
    (!usual).then(|| adapter.prefix().to_owned())
}
