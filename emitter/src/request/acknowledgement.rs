use super::Response;
use crate::{
    adapter::{Ack, RequestBody, ServerAck},
    message::CheckedMessage,
};

/// What [`Emitter::request`](crate::Emitter::request) collects: [`Ack`] from clients, or [`ServerAck`] from servers. This
/// trait is sealed.
pub trait Acknowledgement: Response + sealed::FromMessage {}

impl<R: Response + sealed::FromMessage> Acknowledgement for R {}

mod sealed {
    use super::{CheckedMessage, RequestBody};

    #[allow(private_interfaces, reason = "the trait is sealed: no caller can name these types")]
    pub trait FromMessage {
        fn request_body(message: CheckedMessage) -> RequestBody;
    }
}

#[allow(private_interfaces)]
impl sealed::FromMessage for Ack {
    fn request_body(message: CheckedMessage) -> RequestBody {
        RequestBody::Acks(message)
    }
}

#[allow(private_interfaces)]
impl sealed::FromMessage for ServerAck {
    fn request_body(message: CheckedMessage) -> RequestBody {
        RequestBody::ServerAcks(message)
    }
}
