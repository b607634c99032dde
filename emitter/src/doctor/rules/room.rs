//! The room that was asked for is empty, or cannot be looked up.

use super::{plural, quoted_list, shell_word};
use crate::{
    base::Code,
    doctor::{
        Finding,
        facts::{Facts, RoomFacts},
    },
};

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    facts.room.iter().filter_map(|room| check_room(&facts.settings.namespace, room)).collect()
}

fn check_room(namespace: &str, room: &RoomFacts) -> Option<Finding> {
    let RoomFacts { name, silent_servers, .. } = room;
    match room.sockets {
        Some(0) if *silent_servers > 0 => Some(
            Finding::note(Code::UnknownRoom, format!("cannot tell whether the room {name:?} is empty"))
                .why(format!(
                    "{} did not answer, and no server that answered has a socket in it",
                    plural(*silent_servers, "server")
                ))
                .todo("fix the servers that do not answer, then run the diagnosis again"),
        ),
        Some(0) => Some(empty_room(namespace, room)),
        Some(_) => None,
        None => Some(
            Finding::note(Code::UnknownRoom, format!("cannot look up the sockets of the room {name:?}"))
                .why(room.failure.clone()),
        ),
    }
}

fn empty_room(namespace: &str, room: &RoomFacts) -> Finding {
    let RoomFacts { name, similar_rooms, other_namespaces, .. } = room;
    let finding = if room.is_namespace_empty {
        Finding::trouble(Code::EmptyNamespace, format!("no client is connected to the namespace {namespace:?}"))
            .why("every server answered, and none has a socket on it")
    } else {
        Finding::trouble(Code::EmptyRoom, format!("the room {name:?} on {namespace:?} is empty"))
            .why("every server answered, and none has a socket in it")
    };
    if let Some(first) = other_namespaces.first() {
        let namespaces = quoted_list(other_namespaces.iter().map(String::as_str), "and");
        return finding
            .todo(format!("the room {name:?} has sockets on {namespaces}: use `--namespace {}`", shell_word(first)));
    }
    if room.is_namespace_empty {
        let client = if namespace == "/" { "io(URL)".to_owned() } else { format!("io(URL + {namespace:?})") };
        return finding.todo(format!("check that clients connect to this namespace: `{client}`"));
    }
    if room.looks_like_socket_id {
        return finding.todo(
            "if this is a socket id, the socket has disconnected, and its client gets a new id when it reconnects; use a \
             room that outlives connections, such as one per user",
        );
    }
    if similar_rooms.contains(name) {
        return finding.todo(format!(
            "the servers joined the number {name}, but an emitter's rooms are strings: use `socket.join(String({name}))`"
        ));
    }
    match similar_rooms.as_slice() {
        [] => finding.todo("check that the servers join sockets to exactly this room: `socket.join(ROOM)`"),
        similar => finding.todo(format!("did you mean {}?", quoted_list(similar.iter().map(String::as_str), "or"))),
    }
}
