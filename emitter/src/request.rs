//! Requests to the servers of a cluster, and their responses.

mod builder;
mod collector;
mod options;
mod progress;
mod response;
mod response_stream;
mod responses;
mod room_filter;
mod summary;

pub use crate::adapter::{
    ack::Ack,
    server::{RemoteServer, ServerAck},
    server_value::ServerValue,
    socket::RemoteSocket,
};

pub use self::{
    builder::Request,
    response::Response,
    response_stream::ResponseStream,
    responses::Responses,
    summary::{RequestEnd, Summary},
};
