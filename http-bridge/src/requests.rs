//! Request bodies: media types, limits, arguments, forms, and the records of a batch.

mod argument;
mod body;
mod form;
mod media_type;
mod record_reader;
mod record_splitter;

pub(crate) use self::{
    argument::parse_argument,
    body::read_body,
    form::{EventForm, parse_form},
    media_type::{BodyType, UnsupportedBody, content_type},
    record_reader::RecordReader,
    record_splitter::{BodyPosition, RecordFraming},
};
