use bytes::{Bytes, BytesMut};

use crate::reply::{Protocol, Reply};

/// A message on its way to many subscribers: encoded when the first of them needs it, once for each protocol.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    parts: &'a [&'a [u8]],
    resp2: Option<Bytes>,
    resp3: Option<Bytes>,
}

impl<'a> Message<'a> {
    pub(crate) fn new(parts: &'a [&'a [u8]]) -> Self {
        Self { parts, resp2: None, resp3: None }
    }

    pub(crate) fn encoded(&mut self, protocol: Protocol) -> &Bytes {
        let encoded = match protocol {
            Protocol::Resp2 => &mut self.resp2,
            Protocol::Resp3 => &mut self.resp3,
        };
        encoded.get_or_insert_with(|| {
            let size: usize = self.parts.iter().map(|part| part.len() + 24).sum();
            let mut out = BytesMut::with_capacity(size);
            let mut reply = Reply::new(&mut out, protocol);
            reply.push(self.parts.len());
            self.parts.iter().for_each(|part| reply.bulk(part));
            out.freeze()
        })
    }
}
