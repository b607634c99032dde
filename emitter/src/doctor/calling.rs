//! Asks the servers themselves.

use futures_util::future::join;

use super::{NamespaceSeen, facts::Refusal};
use crate::{
    adapter::{Adapter, SocketIo},
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
};

/// The event that nobody receives, and the room that nobody is in.
pub(super) const PROBE: &str = "sio:probe";

/// Asks the servers of a namespace; what Redis refused, if it did.
pub(super) async fn ask(
    emitter: &Emitter,
    adapter: &Adapter,
    namespace: &mut NamespaceSeen,
    probe: bool,
    deadline: Deadline,
) -> Option<Refusal> {
    let here = |adapter: Adapter| emitter.speaking(adapter).of(&namespace.name);
    // Servers of every version answer this question, so theirs need not be known.
    let io = here(adapter.clone().with_socket_io(SocketIo::V4));
    let answered = async {
        match namespace.answered {
            Some(answered) => Ok((Some(answered), Vec::new())),
            None => io.servers().timeout(deadline.left()).count().await.map(|tally| (tally.answered, tally.silent)),
        }
    };
    let heard = async {
        if !probe {
            return None;
        }
        let tally = here(adapter.clone()).to(PROBE).emit_with_ack(PROBE, &()).timeout(deadline.left()).count().await;
        tally.ok().and_then(|tally| tally.answered)
    };
    let (answered, heard) = join(answered, heard).await;
    namespace.heard = heard;
    match answered {
        Ok((answered, silent)) => (namespace.answered, namespace.silent) = (answered, silent),
        Err(Error::Refused(error)) => {
            let place = adapter.census(&namespace.name).map(|census| census.channel().to_owned());
            let place = place.unwrap_or_else(|| adapter.prefix().to_owned());
            return Some(Refusal::new("a question to the servers", &place, &error));
        }
        Err(_) => {}
    }
    None
}

/// The generations of the servers, where they can be told apart.
pub(super) async fn versions(emitter: &Emitter, adapter: &Adapter, deadline: Deadline) -> Vec<String> {
    // What one emitter has found out holds for one prefix.
    match emitter.speaking(adapter.clone()).recognise(adapter, "/", deadline).await {
        Ok(Adapter::Classic(classic)) => classic.generations().iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
