//! Slash commands: messages that query all servers of the cluster instead of being sent to the room.

use std::time::Duration;

use serde::Serialize;
use socketio_emitter::{
    Emitter, Error,
    request::{Ack, Responses},
};

/// Time limit for the cluster's answers.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The question of `/ask` without an argument.
const DEFAULT_QUESTION: &str = "?";

#[derive(Debug, PartialEq, Eq)]
pub(super) enum SlashCommand<'a> {
    /// `/who`: lists all sockets and rooms.
    Who,
    /// `/ask WORD`: emits the event `ask` with this argument to all clients, and collects their acknowledgements.
    Ask(&'a str),
}

/// The argument of the event `cluster`, which the page shows.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum SlashCommandResult<'a> {
    Who {
        servers: Option<u64>,
        sockets: Vec<String>,
        rooms: Vec<String>,
        partial: Option<bool>,
    },
    Ask {
        question: &'a str,
        servers: Option<u64>,
        /// The number of clients that received the question.
        clients: Option<u64>,
        /// The acknowledgements.
        answers: Vec<Ack>,
        partial: Option<bool>,
    },
}

impl<'a> SlashCommand<'a> {
    /// The command in a trimmed text; `None` if the text is a message.
    ///
    /// # Errors
    /// If the text begins with a slash and is not a command. The error is a text for the participant.
    pub(super) fn parse(text: &'a str) -> Result<Option<Self>, String> {
        if !text.starts_with('/') {
            return Ok(None);
        }
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match (name, argument.trim_start()) {
            ("/who", "") => Ok(Some(Self::Who)),
            ("/ask", "") => Ok(Some(Self::Ask(DEFAULT_QUESTION))),
            ("/ask", question) => Ok(Some(Self::Ask(question))),
            ("/who", _) => Err("/who takes no argument".to_owned()),
            _ => Err(format!("unknown command {name}; use /who or /ask WORD")),
        }
    }

    /// Queries the cluster, this node included.
    pub(super) async fn run(self, emitter: &Emitter) -> Result<SlashCommandResult<'a>, Error> {
        match self {
            Self::Who => {
                let sockets = emitter.fetch_sockets().timeout(ANSWER_TIMEOUT);
                let rooms = emitter.rooms().timeout(ANSWER_TIMEOUT);
                let (sockets, rooms) = tokio::try_join!(sockets.into_future(), rooms.into_future())?;
                let (servers, partial) =
                    (sockets.summary.servers, sockets.summary.partial.zip(rooms.summary.partial).map(|(a, b)| a || b));
                let mut rooms = rooms.responses;
                rooms.sort_unstable();
                let sockets = sockets.into_iter().map(|socket| socket.id).collect();
                Ok(SlashCommandResult::Who { servers, sockets, rooms, partial })
            }
            Self::Ask(question) => {
                let Responses { summary, responses: answers, .. } =
                    emitter.emit_with_ack("ask", &question).timeout(ANSWER_TIMEOUT).await?;
                let (servers, clients, partial) = (summary.servers, summary.clients, summary.partial);
                Ok(SlashCommandResult::Ask { question, servers, clients, answers, partial })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_slash_commands() {
        assert_eq!(SlashCommand::parse("/who"), Ok(Some(SlashCommand::Who)));
        assert_eq!(SlashCommand::parse("/ask"), Ok(Some(SlashCommand::Ask("?"))));
        assert_eq!(SlashCommand::parse("/ask lunch"), Ok(Some(SlashCommand::Ask("lunch"))));
        assert_eq!(SlashCommand::parse("/ask  how are you?"), Ok(Some(SlashCommand::Ask("how are you?"))));
        assert_eq!(SlashCommand::parse("who? /ask"), Ok(None));
        for unknown in ["/", "/whose", "/who now", "/asking", "/ASK"] {
            assert!(SlashCommand::parse(unknown).is_err(), "{unknown}");
        }
    }
}
