//! Bytes as the document shows them: offset, hexadecimal, and the MessagePack that they are.

/// As many digits stand in a line.
const WIDTH: usize = 46;

/// One line for each value that fits, else for the token that says what it holds; a key of a map stands before both.
pub(crate) fn rows(bytes: &[u8]) -> Vec<String> {
    let mut rows = Rows { bytes, at: 0, lines: Vec::new() };
    rows.value(0, None);
    assert_eq!(rows.at, bytes.len(), "bytes are left over");
    rows.lines
}

struct Rows<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: Vec<String>,
}

/// What stands before the values that it holds, if any.
enum Token {
    Scalar(String),
    Array(usize),
    Map(usize),
}

impl<'a> Rows<'a> {
    /// A value as lines; of a map's value, the key is given with its place.
    fn value(&mut self, depth: usize, key: Option<(usize, String)>) {
        let value_at = self.at;
        let (start, key) = key.map_or((value_at, String::new()), |(start, key)| (start, format!("{key}: ")));
        let mut words = Vec::new();
        if start != value_at {
            words.push(&self.bytes[start..value_at]);
        }
        let (what, held, keyed) = match self.whole().filter(|_| 2 * (self.at - start) <= WIDTH) {
            Some(value) => (value, 0, false),
            None => {
                self.at = value_at;
                match self.token() {
                    Token::Scalar(value) => (value, 0, false),
                    Token::Map(len) => (format!("map of {len}"), len, true),
                    Token::Array(len) => match self.byte_list(len) {
                        Some(text) => (format!("array of {len} integers, the bytes of {text}"), 0, false),
                        None => (format!("array of {len}"), len, false),
                    },
                }
            }
        };
        words.extend(self.bytes[value_at..self.at].chunks(WIDTH / 2));
        self.line(start, &words, &format!("{}{key}{what}", "  ".repeat(depth)));
        for _ in 0..held {
            let key = keyed.then(|| (self.at, self.key()));
            self.value(depth + 1, key);
        }
    }

    /// A value with all that it holds, unless that is text as a list of bytes.
    fn whole(&mut self) -> Option<String> {
        Some(match self.token() {
            Token::Scalar(value) => value,
            Token::Array(len) if self.byte_list(len).is_some() => return None,
            Token::Array(len) => {
                let values: Option<Vec<_>> = (0..len).map(|_| self.whole()).collect();
                format!("[{}]", values?.join(", "))
            }
            Token::Map(len) => {
                let values: Option<Vec<_>> =
                    (0..len).map(|_| Some(format!("{}: {}", self.key(), self.whole()?))).collect();
                format!("{{{}}}", values?.join(", "))
            }
        })
    }

    fn key(&mut self) -> String {
        match self.token() {
            Token::Scalar(key) => key,
            Token::Array(_) | Token::Map(_) => panic!("a key that is no scalar"),
        }
    }

    /// Appends the line, and those of the digits that it has no place for.
    fn line(&mut self, start: usize, words: &[&[u8]], what: &str) {
        let (mut at, mut starts, mut digits) = (start, start, String::new());
        let mut what = Some(what);
        for word in words {
            if !digits.is_empty() && digits.len() + 1 + 2 * word.len() > WIDTH {
                self.lines.push(line(starts, &digits, what.take()));
                (starts, digits) = (at, String::new());
            }
            if !digits.is_empty() {
                digits.push(' ');
            }
            digits += &hex(word);
            at += word.len();
        }
        self.lines.push(line(starts, &digits, what));
    }

    /// The text that an array of small integers spells, which is how socketioxide writes JSON.
    fn byte_list(&mut self, len: usize) -> Option<String> {
        let start = self.at;
        let mut text = Vec::new();
        while text.len() < len && self.at < self.bytes.len() && matches!(self.bytes[self.at], 0..=0x7f | 0xcc) {
            match self.take(1)[0] {
                0xcc => text.push(self.take(1)[0]),
                byte => text.push(byte),
            }
        }
        if text.len() == len && text.starts_with(b"[") {
            return String::from_utf8(text).ok();
        }
        self.at = start;
        None
    }

    fn token(&mut self) -> Token {
        let marker = self.take(1)[0];
        let low = |mask: u8| usize::from(marker & mask);
        match marker {
            0x00..=0x7f => Token::Scalar(marker.to_string()),
            0x80..=0x8f => Token::Map(low(0x0f)),
            0x90..=0x9f => Token::Array(low(0x0f)),
            0xa0..=0xbf => self.text(low(0x1f)),
            0xc0 => Token::Scalar("nil".to_owned()),
            0xc2 | 0xc3 => Token::Scalar((marker == 0xc3).to_string()),
            0xc4 | 0xc5 => {
                let len = self.length(1 << (marker - 0xc4));
                self.take(len);
                Token::Scalar(format!("binary of {len} bytes"))
            }
            0xcb => Token::Scalar(format!("float {:?}", f64::from_bits(self.number(8)))),
            0xcc..=0xcf => Token::Scalar(self.number(1 << (marker - 0xcc)).to_string()),
            0xd4..=0xd8 => {
                let kind = self.take(1)[0].cast_signed();
                let len = 1 << (marker - 0xd4);
                self.take(len);
                Token::Scalar(format!("extension {kind} of {len} bytes"))
            }
            0xd9 => {
                let len = self.length(1);
                self.text(len)
            }
            0xdc => Token::Array(self.length(2)),
            0xde => Token::Map(self.length(2)),
            0xe0.. => Token::Scalar(marker.cast_signed().to_string()),
            _ => panic!("no example has had {marker:#04x} so far"),
        }
    }

    fn text(&mut self, len: usize) -> Token {
        Token::Scalar(format!("{:?}", str::from_utf8(self.take(len)).unwrap()))
    }

    fn length(&mut self, bytes: usize) -> usize {
        self.number(bytes).try_into().unwrap()
    }

    fn number(&mut self, bytes: usize) -> u64 {
        self.take(bytes).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len;
        taken
    }
}

fn line(start: usize, digits: &str, what: Option<&str>) -> String {
    match what {
        Some(what) => format!("{start:03}  {digits:<WIDTH$}  {what}"),
        None => format!("{start:03}  {digits}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
