//! Is anybody in the room?

use super::listed;
use crate::doctor::{
    Finding,
    facts::{Facts, Room},
};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    facts.room.iter().filter_map(|room| look(facts, room)).collect()
}

fn look(facts: &Facts, room: &Room) -> Option<Finding> {
    let Room { name, sockets, why, near } = room;
    let namespace = &facts.wanted.namespace;
    match sockets {
        Some(0) => {
            let finding = Finding::trouble("empty-room", format!("nobody is in the room {name:?} on {namespace:?}"))
                .because("every server that answered has no socket in it");
            Some(match near.as_slice() {
                [] => finding.so("see that the servers' code joins it: socket.join(ROOM), as text and not as a number"),
                near => finding.so(format!("did you mean {}?", listed(near.iter().map(String::as_str)))),
            })
        }
        Some(_) => None,
        None => Some(
            Finding::note("unknown-room", format!("nobody can say who is in the room {name:?}")).because(why.clone()),
        ),
    }
}
