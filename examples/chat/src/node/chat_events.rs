/// The room that all participants are in.
pub(crate) const LOBBY: &str = "lobby";

/// A chat message: from a client its text, to clients an object with author and text.
pub(super) const CHAT: &str = "chat";
/// All participants: to clients, and between nodes as a server-side event.
pub(super) const PEOPLE: &str = "people";
/// The first event to a new client: the node's name and all participants.
pub(super) const WELCOME: &str = "welcome";
/// The result of a slash command, to the client that sent the command.
pub(super) const CLUSTER: &str = "cluster";
/// An event from outside the cluster. Events from outside with one of the names above get this name.
const MESSAGE: &str = "message";

/// The sender id of the emitters. Servers use ids of their own.
pub(super) const EMITTER: &str = "emitter";

/// The name under which clients receive an event from Redis.
///
/// Any program that can publish chooses the event's name, and could pass for a participant or a node. Clients therefore
/// receive the chat's own events only from senders that are servers, and only the ones that servers publish.
pub(super) fn client_event_name<'a>(event: &'a str, sender: Option<&str>) -> &'a str {
    match event {
        CHAT if sender.is_some_and(|sender| !sender.is_empty() && sender != EMITTER) => CHAT,
        CHAT | PEOPLE | WELCOME | CLUSTER => MESSAGE,
        event => event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_events_from_emitters_are_renamed() {
        assert_eq!(client_event_name(CHAT, Some("a1b2c3")), CHAT);
        for sender in [None, Some(""), Some(EMITTER)] {
            assert_eq!(client_event_name(CHAT, sender), MESSAGE, "{sender:?}");
            assert_eq!(client_event_name("news", sender), "news", "{sender:?}");
        }
        for event in [PEOPLE, WELCOME, CLUSTER] {
            assert_eq!(client_event_name(event, Some("a1b2c3")), MESSAGE, "{event}");
        }
    }
}
