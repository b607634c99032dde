//! Questions to the cluster, and what came back of the answers.

mod ack;
mod answer;
mod answering;
mod answers;
mod asked;
mod asking;
mod datum;
mod known;
mod progress;
mod reply;
mod server;
pub(crate) mod socket;
mod tally;
mod turns;

pub use self::{
    ack::Ack,
    answer::Answer,
    answering::Answering,
    answers::Answers,
    asking::Asking,
    datum::Datum,
    server::{Server, ServerAck},
    socket::Socket,
    tally::{End, Tally},
};
pub(crate) use self::{
    asked::{Asked, Ids, Inquiry},
    asking::Question,
    known::looks_like_id,
    reply::{Body, Detail, Reply},
    turns::Turns,
};
