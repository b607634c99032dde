//! Questions to clusters of every kind, at every door: acknowledgements, sockets, rooms and servers, and who is missing.

#![allow(clippy::unwrap_used)]

mod acks;
mod forged;
mod frozen;
mod looks;
mod many;
mod required;
mod world;

use socketio_interop::{Kind, Table, on_each};

use self::world::World;

/// A question, and what it is to be answered on any kind of cluster; gives what becomes of it.
type Asked = fn(&mut World) -> &'static str;

const QUESTIONS: [(&str, Asked); 7] = [
    ("acknowledgements", acks::everyone),
    ("acknowledgements, binary", acks::binary),
    ("acknowledgements, one client never answers", acks::one_never),
    ("sockets", looks::sockets),
    ("rooms", looks::rooms),
    ("servers", looks::servers),
    ("server acknowledgements", acks::servers),
];

fn perform(kind: Kind) -> Vec<(&'static str, &'static str)> {
    let mut world = World::start(kind);
    let mut cells: Vec<_> = QUESTIONS.iter().map(|(question, asked)| (*question, asked(&mut world))).collect();
    acks::enough(&world);
    looks::parts(&world);
    required::servers(&world.asker, &mut world.clients);
    cells.extend(frozen::questions(&mut world));
    cells
}

#[test]
fn every_question_on_every_adapter_is_answered_or_refused() {
    let rows = QUESTIONS.iter().map(|(question, _)| *question).chain(frozen::QUESTIONS);
    let mut table = Table::new("questions", "question", rows, Kind::ALL.iter().map(|kind| kind.name()));
    for (kind, cells) in on_each(&Kind::ALL, perform) {
        for (question, cell) in cells {
            table.set(question, kind.name(), cell);
        }
    }
    table.finish();
}
