//! Questions to the cluster, and what came back of the answers.

mod ack;
mod asked;
mod datum;
mod reply;
mod socket;

pub use self::{ack::Ack, datum::Datum, socket::Socket};
pub(crate) use self::{
    asked::{Asked, Ids, Inquiry},
    reply::{Body, Detail, Reply},
    socket::Sockets,
};
