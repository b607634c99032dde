//! MessagePack, written as notepack.io writes it and read item by item.
//!
//! The official emitter and the classic adapter encode with notepack.io. The functions here write the same bytes for the
//! same value: the shortest form of integers, strings, binary, arrays and maps, doubles for fractions, and the timestamp
//! extension of notepack.io 3 for dates. Only a float without a fraction differs: notepack.io writes an integer, which
//! JavaScript reads as the same number.
//!
//! Servers accept any valid MessagePack. Equal bytes matter to the tests: `tests/vectors` compares frames of the classic
//! adapter byte for byte with recorded frames of the official emitter.

mod source;

pub(crate) use self::source::MsgpackSource;
pub(super) use self::source::{DATE_KEY, timestamp_millis};

/// The largest length of an array or map that fits in the low bits of its first byte.
pub(super) const MAX_FIX_LEN: usize = 15;

/// The byte of true.
pub(super) const TRUE: u8 = 0xc3;

/// Appends nil.
pub(crate) fn nil(out: &mut Vec<u8>) {
    out.push(0xc0);
}

/// Appends the shortest form of an unsigned integer.
pub(crate) fn uint(out: &mut Vec<u8>, value: u64) {
    match value {
        0..=0x7f => out.push(value as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
        0x100..=0xffff => tagged(out, 0xcd, &(value as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => tagged(out, 0xce, &(value as u32).to_be_bytes()),
        _ => tagged(out, 0xcf, &value.to_be_bytes()),
    }
}

/// Appends the shortest form of a signed integer.
pub(crate) fn int(out: &mut Vec<u8>, value: i64) {
    match value {
        0.. => uint(out, value as u64),
        -32..=-1 => out.push(value as i8 as u8),
        -0x80..=-33 => out.extend_from_slice(&[0xd0, value as i8 as u8]),
        -0x8000..=-0x81 => tagged(out, 0xd1, &(value as i16).to_be_bytes()),
        -0x8000_0000..=-0x8001 => tagged(out, 0xd2, &(value as i32).to_be_bytes()),
        _ => tagged(out, 0xd3, &value.to_be_bytes()),
    }
}

/// Appends true or false.
pub(crate) fn bool(out: &mut Vec<u8>, value: bool) {
    out.push(if value { TRUE } else { 0xc2 });
}

/// Appends a double, which is the number type of JavaScript.
pub(crate) fn float(out: &mut Vec<u8>, value: f64) {
    tagged(out, 0xcb, &value.to_be_bytes());
}

/// Appends a string.
pub(crate) fn str(out: &mut Vec<u8>, value: &str) {
    match value.len() {
        len @ 0..=31 => out.push(0xa0 | len as u8),
        len => write_len(out, len, [Some(0xd9), Some(0xda), Some(0xdb)]),
    }
    out.extend_from_slice(value.as_bytes());
}

/// Appends binary.
pub(crate) fn bin(out: &mut Vec<u8>, value: &[u8]) {
    write_len(out, value.len(), [Some(0xc4), Some(0xc5), Some(0xc6)]);
    out.extend_from_slice(value);
}

/// Appends the header of an array; its values follow.
pub(crate) fn array(out: &mut Vec<u8>, len: usize) {
    match len {
        0..=MAX_FIX_LEN => out.push(0x90 | len as u8),
        _ => write_len(out, len, [None, Some(0xdc), Some(0xdd)]),
    }
}

/// Appends the header of a map; its keys and values follow, in turn.
pub(crate) fn map(out: &mut Vec<u8>, len: usize) {
    match len {
        0..=MAX_FIX_LEN => out.push(0x80 | len as u8),
        _ => write_len(out, len, [None, Some(0xde), Some(0xdf)]),
    }
}

/// Appends a timestamp extension, as notepack.io 3 writes a JavaScript `Date`.
pub(crate) fn timestamp(out: &mut Vec<u8>, seconds: i64, nanos: u32) {
    match u64::try_from(seconds) {
        Ok(seconds @ 0..=0xffff_ffff) if nanos == 0 => {
            out.extend_from_slice(&[0xd6, 0xff]);
            out.extend_from_slice(&(seconds as u32).to_be_bytes());
        }
        Ok(seconds) if seconds < 1 << 34 => {
            out.extend_from_slice(&[0xd7, 0xff]);
            out.extend_from_slice(&((u64::from(nanos) << 34) | seconds).to_be_bytes());
        }
        _ => {
            out.extend_from_slice(&[0xc7, 12, 0xff]);
            out.extend_from_slice(&nanos.to_be_bytes());
            out.extend_from_slice(&seconds.to_be_bytes());
        }
    }
}

fn tagged(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend_from_slice(bytes);
}

fn write_len(out: &mut Vec<u8>, len: usize, [tag8, tag16, tag32]: [Option<u8>; 3]) {
    match (len, tag8, tag16, tag32) {
        (0..=0xff, Some(tag), ..) => out.extend_from_slice(&[tag, len as u8]),
        (0..=0xffff, _, Some(tag), _) => tagged(out, tag, &(len as u16).to_be_bytes()),
        (_, _, _, tag) => tagged(out, tag.unwrap_or_default(), &(len as u32).to_be_bytes()),
    }
}

/// A scalar value, or the header of an array or map; the values of an array and the keys and values of a map follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MsgpackItem<'a> {
    Nil,
    Bool(bool),
    Uint(u64),
    Int(i64),
    Float(f64),
    Str(&'a str),
    Bin(&'a [u8]),
    Array(usize),
    Map(usize),
    Ext(i8, &'a [u8]),
}

/// The bytes are not MessagePack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MalformedMsgpack;

/// Reads one item off the front of `input`.
pub(crate) fn read<'a>(input: &mut &'a [u8]) -> Result<MsgpackItem<'a>, MalformedMsgpack> {
    let tag = take_array::<1>(input)?[0];
    Ok(match tag {
        0x00..=0x7f => MsgpackItem::Uint(tag.into()),
        0x80..=0x8f => MsgpackItem::Map((tag & 0x0f).into()),
        0x90..=0x9f => MsgpackItem::Array((tag & 0x0f).into()),
        0xa0..=0xbf => string(input, (tag & 0x1f).into())?,
        0xc0 => MsgpackItem::Nil,
        0xc1 => return Err(MalformedMsgpack),
        0xc2 | 0xc3 => MsgpackItem::Bool(tag == 0xc3),
        0xc4..=0xc6 => {
            let len = read_len(input, tag - 0xc4)?;
            MsgpackItem::Bin(take(input, len)?)
        }
        0xc7..=0xc9 => {
            let len = read_len(input, tag - 0xc7)?;
            extension(input, len)?
        }
        0xca => MsgpackItem::Float(f32::from_be_bytes(take_array(input)?).into()),
        0xcb => MsgpackItem::Float(f64::from_be_bytes(take_array(input)?)),
        0xcc => MsgpackItem::Uint(u8::from_be_bytes(take_array(input)?).into()),
        0xcd => MsgpackItem::Uint(u16::from_be_bytes(take_array(input)?).into()),
        0xce => MsgpackItem::Uint(u32::from_be_bytes(take_array(input)?).into()),
        0xcf => MsgpackItem::Uint(u64::from_be_bytes(take_array(input)?)),
        0xd0 => MsgpackItem::Int(i8::from_be_bytes(take_array(input)?).into()),
        0xd1 => MsgpackItem::Int(i16::from_be_bytes(take_array(input)?).into()),
        0xd2 => MsgpackItem::Int(i32::from_be_bytes(take_array(input)?).into()),
        0xd3 => MsgpackItem::Int(i64::from_be_bytes(take_array(input)?)),
        0xd4..=0xd8 => extension(input, 1 << (tag - 0xd4))?,
        0xd9..=0xdb => {
            let len = read_len(input, tag - 0xd9)?;
            string(input, len)?
        }
        0xdc | 0xdd => MsgpackItem::Array(read_len(input, tag - 0xdc + 1)?),
        0xde | 0xdf => MsgpackItem::Map(read_len(input, tag - 0xde + 1)?),
        0xe0..=0xff => MsgpackItem::Int((tag as i8).into()),
    })
}

fn take<'a>(input: &mut &'a [u8], len: usize) -> Result<&'a [u8], MalformedMsgpack> {
    let (taken, rest) = input.split_at_checked(len).ok_or(MalformedMsgpack)?;
    *input = rest;
    Ok(taken)
}

fn take_array<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], MalformedMsgpack> {
    let (taken, rest) = input.split_first_chunk::<N>().ok_or(MalformedMsgpack)?;
    *input = rest;
    Ok(*taken)
}

/// Reads a length of 1, 2 or 4 bytes.
fn read_len(input: &mut &[u8], width: u8) -> Result<usize, MalformedMsgpack> {
    Ok(match width {
        0 => u8::from_be_bytes(take_array(input)?).into(),
        1 => u16::from_be_bytes(take_array(input)?).into(),
        _ => u32::from_be_bytes(take_array(input)?) as usize,
    })
}

fn string<'a>(input: &mut &'a [u8], len: usize) -> Result<MsgpackItem<'a>, MalformedMsgpack> {
    str::from_utf8(take(input, len)?).map(MsgpackItem::Str).map_err(|_| MalformedMsgpack)
}

fn extension<'a>(input: &mut &'a [u8], len: usize) -> Result<MsgpackItem<'a>, MalformedMsgpack> {
    let kind = i8::from_be_bytes(take_array(input)?);
    Ok(MsgpackItem::Ext(kind, take(input, len)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn integers_are_written_in_the_shortest_form_and_read_back() {
        for value in [0, 1, -1, -32, -33, 127, 128, -128, -129, 255, 256, 65535, 65536, -32768, -32769] {
            let bytes = written(|out| int(out, value));
            let item = read(&mut bytes.as_slice()).unwrap();
            assert!(item == MsgpackItem::Int(value) || item == MsgpackItem::Uint(value as u64), "{value}: {item:?}");
        }
        for (value, len) in [(-32, 1), (-33, 2), (127, 1), (128, 2), (256, 3), (65536, 5), (1 << 32, 9)] {
            assert_eq!(written(|out| int(out, value)).len(), len, "{value}");
        }
    }

    #[test]
    fn lengths_are_written_in_the_shortest_form_and_read_back() {
        for (len, header_len) in [(0, 1), (31, 1), (32, 2), (255, 2), (256, 3), (65535, 3), (65536, 5)] {
            let text = "x".repeat(len);
            let bytes = written(|out| str(out, &text));
            assert_eq!(bytes.len(), header_len + len);
            assert_eq!(read(&mut bytes.as_slice()), Ok(MsgpackItem::Str(&text)));
        }
        for (len, header_len) in [(0, 2), (255, 2), (256, 3), (65536, 5)] {
            let bytes = written(|out| bin(out, &vec![7; len]));
            assert_eq!(bytes.len(), header_len + len);
            assert_eq!(read(&mut bytes.as_slice()), Ok(MsgpackItem::Bin(&vec![7; len])));
        }
        for (len, header_len) in [(0, 1), (15, 1), (16, 3), (65535, 3), (65536, 5)] {
            assert_eq!(read(&mut written(|out| array(out, len)).as_slice()), Ok(MsgpackItem::Array(len)));
            assert_eq!(read(&mut written(|out| map(out, len)).as_slice()), Ok(MsgpackItem::Map(len)));
            assert_eq!(written(|out| map(out, len)).len(), header_len);
        }
    }

    #[test]
    fn truncated_or_invalid_bytes_are_malformed() {
        let bytes = written(|out| str(out, &"x".repeat(300)));
        for len in 0..bytes.len() {
            assert_eq!(read(&mut &bytes[..len]), Err(MalformedMsgpack));
        }
        assert_eq!(read(&mut [0xc1].as_slice()), Err(MalformedMsgpack));
        assert_eq!(read(&mut [0xa1, 0xff].as_slice()), Err(MalformedMsgpack));
    }
}
