use bytes::{BufMut, BytesMut};

/// The versions of the Redis protocol.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RespVersion {
    #[default]
    Resp2,
    Resp3,
}

/// Encodes RESP values.
#[derive(Debug)]
pub(crate) struct RespWriter<'a> {
    out: &'a mut BytesMut,
    version: RespVersion,
}

impl<'a> RespWriter<'a> {
    pub(crate) fn new(out: &'a mut BytesMut, version: RespVersion) -> Self {
        Self { out, version }
    }

    pub(crate) fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// An error. Its first word is the code.
    pub(crate) fn error(&mut self, text: &str) {
        self.line(b'-', text.replace(['\r', '\n'], " ").as_bytes());
    }

    pub(crate) fn integer(&mut self, number: usize) {
        self.number(b':', number);
    }

    pub(crate) fn bulk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.number(b'$', bytes.len());
        self.out.put_slice(bytes);
        self.out.put_slice(b"\r\n");
    }

    /// Text for people: a verbatim string in RESP3.
    pub(crate) fn text(&mut self, text: &str) {
        match self.version {
            RespVersion::Resp2 => self.bulk(text),
            RespVersion::Resp3 => {
                self.number(b'=', text.len() + 4);
                self.out.put_slice(b"txt:");
                self.out.put_slice(text.as_bytes());
                self.out.put_slice(b"\r\n");
            }
        }
    }

    pub(crate) fn null(&mut self) {
        self.out.put_slice(match self.version {
            RespVersion::Resp2 => b"$-1\r\n",
            RespVersion::Resp3 => b"_\r\n",
        });
    }

    /// The header of an array. Its values follow.
    pub(crate) fn array(&mut self, length: usize) {
        self.number(b'*', length);
    }

    /// The header of a map: a flat array in RESP2. Its keys and values follow.
    pub(crate) fn map(&mut self, pairs: usize) {
        match self.version {
            RespVersion::Resp2 => self.number(b'*', 2 * pairs),
            RespVersion::Resp3 => self.number(b'%', pairs),
        }
    }

    /// The header of a push message: an array in RESP2. Its values follow.
    pub(crate) fn push(&mut self, length: usize) {
        match self.version {
            RespVersion::Resp2 => self.number(b'*', length),
            RespVersion::Resp3 => self.number(b'>', length),
        }
    }

    fn number(&mut self, prefix: u8, number: usize) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = number;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.line(prefix, &digits[start..]);
    }

    fn line(&mut self, prefix: u8, text: &[u8]) {
        self.out.reserve(text.len() + 3);
        self.out.put_u8(prefix);
        self.out.put_slice(text);
        self.out.put_slice(b"\r\n");
    }
}
