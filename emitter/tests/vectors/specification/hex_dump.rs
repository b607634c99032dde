//! MessagePack as lines of offset, hexadecimal bytes and decoded value.

/// The width of the column with the bytes.
const WIDTH: usize = 46;

/// The lines for one MessagePack value. A nested value has its own line if the bytes of the outer value do not fit into
/// the column. A map key is on the line of its value.
pub(crate) fn hex_dump(bytes: &[u8]) -> Vec<String> {
    let mut dump = HexDump { bytes, at: 0, lines: Vec::new() };
    dump.value(0, None);
    assert_eq!(dump.at, bytes.len(), "trailing bytes");
    dump.lines
}

struct HexDump<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: Vec<String>,
}

/// A scalar, or the header of an array or a map with its length.
enum MsgpackToken {
    Scalar(String),
    Array(usize),
    Map(usize),
}

impl<'a> HexDump<'a> {
    /// Appends the lines of a value. `key` is the offset and the text of its map key.
    fn value(&mut self, depth: usize, key: Option<(usize, String)>) {
        let value_at = self.at;
        let (start, key) = key.map_or((value_at, String::new()), |(start, key)| (start, format!("{key}: ")));
        let mut words = Vec::new();
        if start != value_at {
            words.push(&self.bytes[start..value_at]);
        }
        let (text, len, is_map) = match self.inline_value().filter(|_| 2 * (self.at - start) <= WIDTH) {
            Some(value) => (value, 0, false),
            None => {
                self.at = value_at;
                match self.token() {
                    MsgpackToken::Scalar(value) => (value, 0, false),
                    MsgpackToken::Map(len) => (format!("map of {len}"), len, true),
                    MsgpackToken::Array(len) => match self.byte_array(len) {
                        Some(text) => (format!("array of {len} integers, the bytes of {text}"), 0, false),
                        None => (format!("array of {len}"), len, false),
                    },
                }
            }
        };
        words.extend(self.bytes[value_at..self.at].chunks(WIDTH / 2));
        self.push_lines(start, &words, &format!("{}{key}{text}", "  ".repeat(depth)));
        for _ in 0..len {
            let key = is_map.then(|| (self.at, self.key()));
            self.value(depth + 1, key);
        }
    }

    /// Reads a value with all nested values as one text; `None` if one of them is a byte array.
    fn inline_value(&mut self) -> Option<String> {
        Some(match self.token() {
            MsgpackToken::Scalar(value) => value,
            MsgpackToken::Array(len) if self.byte_array(len).is_some() => return None,
            MsgpackToken::Array(len) => {
                let values: Option<Vec<_>> = (0..len).map(|_| self.inline_value()).collect();
                format!("[{}]", values?.join(", "))
            }
            MsgpackToken::Map(len) => {
                let entry = |_| Some(format!("{}: {}", self.key(), self.inline_value()?));
                let entries: Option<Vec<_>> = (0..len).map(entry).collect();
                format!("{{{}}}", entries?.join(", "))
            }
        })
    }

    fn key(&mut self) -> String {
        match self.token() {
            MsgpackToken::Scalar(key) => key,
            MsgpackToken::Array(_) | MsgpackToken::Map(_) => panic!("a map key must be a scalar"),
        }
    }

    /// Appends one line, and more lines for the bytes that do not fit into its column.
    fn push_lines(&mut self, start: usize, words: &[&[u8]], text: &str) {
        let (mut at, mut line_start, mut digits) = (start, start, String::new());
        let mut text = Some(text);
        for word in words {
            if !digits.is_empty() && digits.len() + 1 + 2 * word.len() > WIDTH {
                self.lines.push(format_line(line_start, &digits, text.take()));
                (line_start, digits) = (at, String::new());
            }
            if !digits.is_empty() {
                digits.push(' ');
            }
            digits.extend(word.iter().map(|byte| format!("{byte:02x}")));
            at += word.len();
        }
        self.lines.push(format_line(line_start, &digits, text));
    }

    /// The text of an array of integers that are the bytes of a JSON array, as socketioxide writes it.
    fn byte_array(&mut self, len: usize) -> Option<String> {
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

    fn token(&mut self) -> MsgpackToken {
        let marker = self.take(1)[0];
        let low_bits = |mask: u8| usize::from(marker & mask);
        match marker {
            0x00..=0x7f => MsgpackToken::Scalar(marker.to_string()),
            0x80..=0x8f => MsgpackToken::Map(low_bits(0x0f)),
            0x90..=0x9f => MsgpackToken::Array(low_bits(0x0f)),
            0xa0..=0xbf => self.text(low_bits(0x1f)),
            0xc0 => MsgpackToken::Scalar("nil".to_owned()),
            0xc2 | 0xc3 => MsgpackToken::Scalar((marker == 0xc3).to_string()),
            0xc4 | 0xc5 => {
                let len = self.length(1 << (marker - 0xc4));
                self.take(len);
                MsgpackToken::Scalar(format!("binary of {len} bytes"))
            }
            0xcb => MsgpackToken::Scalar(format!("float {:?}", f64::from_bits(self.integer(8)))),
            0xcc..=0xcf => MsgpackToken::Scalar(self.integer(1 << (marker - 0xcc)).to_string()),
            0xd4..=0xd8 => {
                let extension = self.take(1)[0].cast_signed();
                let len = 1 << (marker - 0xd4);
                self.take(len);
                MsgpackToken::Scalar(format!("extension {extension} of {len} bytes"))
            }
            0xd9 => {
                let len = self.length(1);
                self.text(len)
            }
            0xdc => MsgpackToken::Array(self.length(2)),
            0xde => MsgpackToken::Map(self.length(2)),
            0xe0.. => MsgpackToken::Scalar(marker.cast_signed().to_string()),
            _ => panic!("marker {marker:#04x} is not implemented, because no example contains it"),
        }
    }

    fn text(&mut self, len: usize) -> MsgpackToken {
        MsgpackToken::Scalar(format!("{:?}", str::from_utf8(self.take(len)).unwrap()))
    }

    fn length(&mut self, bytes: usize) -> usize {
        self.integer(bytes).try_into().unwrap()
    }

    fn integer(&mut self, bytes: usize) -> u64 {
        self.take(bytes).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let taken = &self.bytes[self.at..self.at + len];
        self.at += len;
        taken
    }
}

fn format_line(start: usize, digits: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("{start:03}  {digits:<WIDTH$}  {text}"),
        None => format!("{start:03}  {digits}"),
    }
}
