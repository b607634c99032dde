use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use socketio_emitter::Emitter;
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, TryData},
    handler::ConnectHandler,
};

use super::{
    chat_events::{CHAT, CLUSTER, LOBBY},
    handshake::{Handshake, HandshakeRefusal},
    roster::{ParticipantRoster, is_in_lobby},
    slash_command::SlashCommand,
};

/// Longest message, in characters.
const MAX_TEXT: usize = 2000;

/// The chat on one node: connects clients to the lobby and broadcasts their messages to it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ChatRoom {
    emitter: Emitter,
    roster: Arc<ParticipantRoster>,
}

/// The argument of the event `chat` to clients.
#[derive(Serialize)]
struct ChatMessage<'a> {
    /// The author's nickname.
    from: &'a str,
    /// The author's socket id.
    id: String,
    text: &'a str,
}

impl ChatRoom {
    pub(crate) fn new(emitter: Emitter, roster: Arc<ParticipantRoster>) -> Self {
        Self { emitter, roster }
    }

    /// Accepts clients on the namespace `/`.
    pub(crate) fn open(self, io: &SocketIo) {
        let room = self.clone();
        // The middleware runs before the client learns that it is connected, so the client misses no event.
        let middleware = move |socket: SocketRef, TryData::<Value>(auth)| {
            let room = room.clone();
            async move { room.admit(&socket, auth.unwrap_or_default()) }
        };
        let welcome = move |socket: SocketRef| {
            let roster = Arc::clone(&self.roster);
            async move { roster.welcome(&socket).await }
        };
        io.ns("/", welcome.with(middleware));
    }

    /// Checks a client, joins it to its rooms, and installs its event handlers.
    fn admit(&self, socket: &SocketRef, auth: Value) -> Result<(), HandshakeRefusal> {
        let (handshake, rooms) = Handshake::accept(&socket.req_parts().headers, auth)?;
        // Like servers in Node.js, a room for each socket. An application must decide by itself which of the rooms that
        // a client requests are permitted; this demo permits all.
        socket.join(socket.id);
        socket.join(rooms);
        if handshake.nickname.is_some() {
            socket.join(LOBBY);
        }
        socket.extensions.insert(handshake);

        let (room, roster) = (self.clone(), Arc::clone(&self.roster));
        socket.on(CHAT, move |socket: SocketRef, TryData::<String>(text), ack: AckSender| {
            let room = room.clone();
            async move {
                let error = match text {
                    Ok(text) => room.receive(&socket, &text).await.err(),
                    Err(_) => Some("the message must be a string".to_owned()),
                };
                // Fails if the client has disconnected or requested no acknowledgement.
                let _ = ack.send(&json!({ "error": error }));
            }
        });
        socket.on_disconnect(move || async move { roster.notify_changed() });
        Ok(())
    }

    /// Runs a client's slash command, or publishes its message. This node receives the message from Redis like all
    /// others do, so that all clients see all messages in the same order.
    async fn receive(&self, socket: &SocketRef, text: &str) -> Result<(), String> {
        let Some(from) = socket.extensions.get::<Handshake>().and_then(|handshake| handshake.nickname) else {
            return Err("a client without a nickname cannot chat".to_owned());
        };
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT {
            return Err(format!("a message must have 1 to {MAX_TEXT} characters"));
        }
        if let Some(command) = SlashCommand::parse(text)? {
            let result = command.run(&self.emitter).await.map_err(|error| error.to_string())?;
            // Fails only for a client that has disconnected.
            let _ = socket.emit(CLUSTER, &result);
            return Ok(());
        }
        if !is_in_lobby(socket) {
            return Err(format!("you are not in the room {LOBBY} any more"));
        }
        let message = ChatMessage { from: &from, id: socket.id.to_string(), text };
        self.emitter.to(LOBBY).emit(CHAT, &message).await.map_err(|error| {
            tracing::warn!(%error, "cannot publish a message");
            "Redis is unavailable".to_owned()
        })?;
        Ok(())
    }
}
