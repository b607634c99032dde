use bytes::{Bytes, BytesMut};

use crate::resp_writer::{RespVersion, RespWriter};

/// A message to many subscribers, encoded on demand, once for each RESP version.
#[derive(Debug)]
pub(crate) struct PublishedMessage<'a> {
    parts: &'a [&'a [u8]],
    resp2: Option<Bytes>,
    resp3: Option<Bytes>,
}

impl<'a> PublishedMessage<'a> {
    pub(crate) fn new(parts: &'a [&'a [u8]]) -> Self {
        Self { parts, resp2: None, resp3: None }
    }

    pub(crate) fn encoded(&mut self, version: RespVersion) -> &Bytes {
        let encoded = match version {
            RespVersion::Resp2 => &mut self.resp2,
            RespVersion::Resp3 => &mut self.resp3,
        };
        encoded.get_or_insert_with(|| {
            let size: usize = self.parts.iter().map(|part| part.len() + 24).sum();
            let mut out = BytesMut::with_capacity(size);
            let mut writer = RespWriter::new(&mut out, version);
            writer.push(self.parts.len());
            self.parts.iter().for_each(|part| writer.bulk(part));
            out.freeze()
        })
    }
}
