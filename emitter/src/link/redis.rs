use std::{fmt, sync::Arc, time::Duration};

use redis::RedisError;
use tokio::{sync::Mutex, time::Instant};

use super::{
    Answer, Fault, Listen, Listener, Query, Replies, asking, listener, rehearsal, replica,
    resolve::{Source, Unresolved},
    sending::Sending,
    topology::Topology,
    url::Url,
};
use crate::{
    command::Command,
    deadline::{Deadline, Elapsed},
    error::Error,
};

/// How long a topology holds without looking again: a server that was cut off may not know it.
const FRESH: Duration = Duration::from_secs(2);

/// How long a look may take that nobody needs yet.
const GLANCE: Duration = Duration::from_millis(100);

/// Redis, however it is deployed: one way to send, ask and listen for all of them.
pub(crate) struct Redis {
    source: Source,
    address: String,
    known: Mutex<Option<Known>>,
}

struct Known {
    topology: Arc<Topology>,
    at: Instant,
}

/// How long to wait before the next attempt: what moves is mostly there at once.
pub(super) struct Pause(Duration);

impl Redis {
    pub(crate) fn open(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let source = Source::new(Url::parse(url, username, password)?)?;
        Ok(Self { address: source.address(), source, known: Mutex::new(None) })
    }

    /// Hosts and ports, or the socket's path.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Makes sure that there is a connection.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        let (mut pause, mut last) = (Pause::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let Err(fault) = topology.publisher.connect(deadline).await else { return Ok(()) };
            if !self.again(&topology, &fault, &mut pause, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Sends the commands, those for one server together, and with them the question how many servers there are.
    ///
    /// What was certainly not taken, for a reason that passes, is sent again within the deadline; but no command
    /// overtakes an earlier one of the same key.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        census: Option<&Query>,
        deadline: Deadline,
    ) -> Result<Replies, Error> {
        let mut sending = Sending::new(commands, census);
        let mut pause = Pause::default();
        loop {
            let topology = match self.topology(deadline).await {
                Ok(topology) => topology,
                Err(error) if sending.is_new() => return Err(error),
                Err(_) => break,
            };
            sending.round(&topology, &self.source, deadline).await;
            let Some(fault) = sending.fault() else { break };
            if !self.again(&topology, &fault, &mut pause, deadline).await || !sending.has_more() {
                break;
            }
        }
        sending.replies()
    }

    /// Asks every server that knows a part of the answer. Nothing is sent, whatever goes wrong.
    pub(crate) async fn ask(
        &self,
        queries: &[Query],
        deadline: Deadline,
    ) -> Result<Vec<Result<Answer, RedisError>>, Error> {
        let (mut pause, mut last) = (Pause::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let fault = match asking::ask(&topology, &self.source, queries, deadline).await {
                Ok(answers) => return Ok(answers),
                Err(fault) => fault,
            };
            if !self.again(&topology, &fault, &mut pause, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Has Redis check commands that are not sent.
    pub(crate) async fn rehearse(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Vec<Result<bool, RedisError>>, Error> {
        let topology = self.topology(deadline).await?;
        Ok(rehearsal::rehearse(&topology, commands, deadline).await?)
    }

    /// Subscribes, on a connection of its own.
    pub(crate) async fn listen(&self, to: &Listen, deadline: Deadline) -> Result<Listener, Error> {
        if let Listen::Repeated(starts) = to {
            return self.listen_beside(starts, deadline).await;
        }
        let (mut pause, mut last) = (Pause::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let nodes = match to {
                Listen::Monitor => topology.owners(),
                _ => vec![&**topology.owner(to.key())],
            };
            let fault = match listener::listen(&nodes, to, deadline).await {
                Ok(listener) => return Ok(listener),
                Err(fault) => fault,
            };
            if !self.again(&topology, &fault, &mut pause, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Subscribes at a replica, if there is one at this moment: nobody waits for one.
    async fn listen_beside(&self, starts: &[String], deadline: Deadline) -> Result<Listener, Error> {
        let topology = self.topology(deadline).await?;
        let primary = &topology.publisher;
        let replica = replica::find(primary, &self.source, deadline).await?;
        Ok(listener::listen_beside(primary, replica, starts, deadline).await?)
    }

    /// True if it is worth another attempt, after a pause.
    async fn again(&self, topology: &Topology, fault: &Fault, pause: &mut Pause, deadline: Deadline) -> bool {
        if fault.passes() || !fault.is_answer() {
            topology.doubt();
        }
        self.source.moves() && fault.passes() && pause.pass(deadline).await
    }

    /// Who is there, for another attempt. What the end of the deadline interrupted tells less than what went wrong
    /// before.
    async fn topology_after(&self, last: Option<Fault>, deadline: Deadline) -> Result<Arc<Topology>, Error> {
        let found = self.topology(deadline).await;
        match last {
            Some(fault) if found.is_err() && deadline.is_over() => Err(fault.into()),
            _ => found,
        }
    }

    /// Who is there: as it was found lately, or now.
    async fn topology(&self, deadline: Deadline) -> Result<Arc<Topology>, Error> {
        let mut last = None;
        let attempt = async {
            let mut slot = self.known.lock().await;
            if let Some(Known { topology, at }) = &mut *slot
                && (!topology.is_doubtful() || !self.source.moves())
            {
                if !self.source.moves() || at.elapsed() < FRESH {
                    return Ok(Arc::clone(topology));
                }
                let glance = deadline.at_most(GLANCE);
                match glance.bound(self.source.resolve(Some(topology), glance)).await {
                    Ok(Ok(found)) => *topology = Arc::new(found),
                    // Those who know say that it is not as it was.
                    Ok(Err(Unresolved::Passing(_))) => topology.doubt(),
                    // Nobody says so.
                    Ok(Err(_)) | Err(Elapsed) => {}
                }
                *at = Instant::now();
                if !topology.is_doubtful() {
                    return Ok(Arc::clone(topology));
                }
            }
            let mut pause = Pause::default();
            loop {
                let before = slot.as_ref().map(|known| &*known.topology);
                match self.source.resolve(before, deadline).await {
                    Ok(found) => {
                        let topology = Arc::new(found);
                        *slot = Some(Known { topology: Arc::clone(&topology), at: Instant::now() });
                        return Ok(topology);
                    }
                    // What the end of the deadline interrupted tells less than what was found out before.
                    Err(Unresolved::Passing(_) | Unresolved::Final(_)) if deadline.is_over() && last.is_some() => {}
                    Err(Unresolved::Passing(fault)) => last = Some(fault.unsent(&self.address)),
                    Err(Unresolved::Final(fault)) => return Err(fault.unsent(&self.address).into()),
                    Err(Unresolved::Wrong(error)) => return Err(error),
                }
                if !pause.pass(deadline).await {
                    let fault = last.take().unwrap_or_else(|| Fault::silence(&self.address, deadline.total));
                    return Err(fault.into());
                }
            }
        };
        match deadline.bound(attempt).await {
            Ok(found) => found,
            Err(Elapsed) => Err(last.unwrap_or_else(|| Fault::silence(&self.address, deadline.total)).into()),
        }
    }
}

impl Pause {
    /// False if the time was over first.
    pub(super) async fn pass(&mut self, deadline: Deadline) -> bool {
        let time = self.0;
        self.0 = (time * 2).clamp(Duration::from_millis(10), Duration::from_millis(200));
        deadline.bound(tokio::time::sleep(time)).await.is_ok()
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::ZERO)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("address", &self.address).finish_non_exhaustive()
    }
}
