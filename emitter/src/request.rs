//! Requests to the servers of a cluster, and their responses.

mod acknowledgement;
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
    ack::{Ack, ServerAck},
    remote_server::RemoteServer,
    remote_socket::RemoteSocket,
    server_value::ServerValue,
};

pub use self::{
    acknowledgement::Acknowledgement,
    builder::Request,
    response::Response,
    response_stream::ResponseStream,
    responses::Responses,
    summary::{RequestEnd, Summary},
};
