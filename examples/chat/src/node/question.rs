//! What a person can ask the cluster: the node asks all servers, itself and those in Node among them.

use std::time::Duration;

use serde::Serialize;
use socketio_emitter::{Ack, Answers, Emitter, Error};

/// How long a person waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// A text that begins with a slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// `/who`: every socket and every room.
    Who,
    /// `/ask`: an event that every client acknowledges.
    Ask,
}

/// The cluster's answer, as the person sees it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Who { servers: Option<u64>, sockets: Vec<String>, rooms: Vec<String>, partial: Option<bool> },
    Ask { servers: Option<u64>, clients: Option<u64>, answers: Vec<Ack>, partial: Option<bool> },
}

impl Question {
    /// The question, if the text is one.
    ///
    /// # Errors
    /// In words, for one that is not known.
    pub(super) fn read(text: &str) -> Result<Option<Self>, String> {
        match text {
            "/who" => Ok(Some(Self::Who)),
            "/ask" => Ok(Some(Self::Ask)),
            text if text.starts_with('/') => Err("there are /who and /ask".to_owned()),
            _ => Ok(None),
        }
    }

    pub(super) async fn ask(self, emitter: &Emitter) -> Result<Answer, Error> {
        match self {
            Self::Who => {
                let asking = (emitter.sockets().timeout(PATIENCE), emitter.rooms().timeout(PATIENCE));
                let (sockets, rooms) = tokio::try_join!(asking.0.into_future(), asking.1.into_future())?;
                let (servers, partial) =
                    (sockets.tally.servers, sockets.tally.partial.zip(rooms.tally.partial).map(|(a, b)| a || b));
                let mut rooms = rooms.answers;
                rooms.sort_unstable();
                Ok(Answer::Who {
                    servers,
                    sockets: sockets.into_iter().map(|socket| socket.id).collect(),
                    rooms,
                    partial,
                })
            }
            Self::Ask => {
                let Answers { tally, answers, .. } = emitter.emit_with_ack("ask", &"?").timeout(PATIENCE).await?;
                Ok(Answer::Ask { servers: tally.servers, clients: tally.clients, answers, partial: tally.partial })
            }
        }
    }
}
