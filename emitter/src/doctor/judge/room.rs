//! Is anybody in the room?

use super::{counted, listed, word};
use crate::base::Code;
use crate::doctor::{
    Finding,
    facts::{Facts, Room},
};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    facts.room.iter().filter_map(|room| look(facts, room)).collect()
}

fn look(facts: &Facts, room: &Room) -> Option<Finding> {
    let Room { name, silent, .. } = room;
    match room.sockets {
        Some(0) if *silent > 0 => {
            let what = format!("nobody can say whether somebody is in the room {name:?}");
            let why = format!("{} did not answer, and who did has no socket in it", counted(*silent, "server"));
            Some(Finding::note(Code::UnknownRoom, what).because(why).so("help the servers that do not answer first"))
        }
        Some(0) => Some(empty(&facts.wanted.namespace, room)),
        Some(_) => None,
        None => Some(
            Finding::note(Code::UnknownRoom, format!("nobody can say who is in the room {name:?}"))
                .because(room.why.clone()),
        ),
    }
}

fn empty(namespace: &str, room: &Room) -> Finding {
    let Room { name, near, elsewhere, .. } = room;
    let finding = if room.is_deserted {
        Finding::trouble(Code::EmptyNamespace, format!("nobody is connected to the namespace {namespace:?}"))
            .because("every server answered, and none has a socket there")
    } else {
        Finding::trouble(Code::EmptyRoom, format!("nobody is in the room {name:?} on {namespace:?}"))
            .because("every server answered, and none has a socket in it")
    };
    if let Some(other) = elsewhere.first() {
        let others = listed(elsewhere.iter().map(String::as_str));
        return finding.so(format!("somebody is in it on {others}: --namespace {}", word(other)));
    }
    if room.is_deserted {
        let client = if namespace == "/" { "io(URL)".to_owned() } else { format!("io(URL + {namespace:?})") };
        return finding.so(format!("see that clients come, and to this namespace: {client}"));
    }
    if room.is_id {
        return finding
            .so("if that is a socket's id: the socket is gone, and its client has another id by now; let the \
                           servers join it to a room that stays, such as one for its user");
    }
    // It is there, and yet not by this name.
    if near.contains(name) {
        return finding.so(format!(
            "the servers have a room {name}, as a number, and an emitter's rooms are text: socket.join(String({name}))"
        ));
    }
    match near.as_slice() {
        [] => finding.so("see that the servers' code joins it, socket.join(ROOM), and under this very name"),
        near => finding.so(format!("did you mean {}?", listed(near.iter().map(String::as_str)))),
    }
}
