//! MessagePack as notepack writes it, with the rules about arguments built in.

use std::{fmt, ops::BitOrAssign};

use crate::{
    base::{Code, push_step},
    message::{MAX_DEPTH, MAX_SAFE_INTEGER, msgpack},
};

/// What to do with integers that JavaScript cannot hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Refuse them.
    #[default]
    Exact,
    /// Round them to the nearest double, as JavaScript would.
    Lossy,
}

/// A rule about arguments that a value breaks, and the path to it from the inside out.
#[derive(Debug, Clone)]
pub(crate) struct RuleViolation {
    pub(crate) code: Code,
    pub(crate) reason: String,
    path: Vec<String>,
}

impl RuleViolation {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), path: Vec::new() }
    }

    /// Adds the key or index that led to the fault.
    pub(crate) fn under(mut self, step: impl fmt::Display + Copy) -> Self {
        self.path.push(step.to_string());
        self
    }

    /// The JSON pointer below `root`.
    pub(crate) fn pointer(&self, root: &str) -> String {
        let mut pointer = root.to_owned();
        self.path.iter().rev().for_each(|step| push_step(&mut pointer, step));
        pointer
    }
}

impl fmt::Display for RuleViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for RuleViolation {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Array,
    Map,
}

/// An array or map whose length may be wrong until [`Packer::close`].
#[derive(Debug)]
pub(crate) struct Open {
    shape: Shape,
    start: usize,
    promised: usize,
}

/// An object's key, as far as the packer cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Plain,
    Placeholder,
}

impl Key {
    pub(crate) fn of(key: &str) -> Result<Self, RuleViolation> {
        match key {
            "_placeholder" => Ok(Self::Placeholder),
            "__proto__" => {
                let reason = "a key named \"__proto__\" is lost on the way to JavaScript; use another name";
                Err(RuleViolation::new(Code::ProtoKey, reason))
            }
            _ => Ok(Self::Plain),
        }
    }
}

/// What the guard and the adapters need to know about values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) binary: bool,
    /// A NaN or an infinity.
    pub(crate) not_finite: bool,
    /// An object with `"_placeholder": true`.
    pub(crate) placeholder: bool,
}

impl Traits {
    pub(crate) const NONE: Self = Self { binary: false, not_finite: false, placeholder: false };
}

impl BitOrAssign for Traits {
    fn bitor_assign(&mut self, other: Self) {
        self.binary |= other.binary;
        self.not_finite |= other.not_finite;
        self.placeholder |= other.placeholder;
    }
}

/// Appends values to a buffer and remembers their traits.
#[derive(Debug)]
pub(crate) struct Packer {
    pub(crate) out: Vec<u8>,
    pub(crate) numbers: Numbers,
    pub(crate) traits: Traits,
    /// There was a float so large that it may have been an integer in its text.
    pub(crate) suspect: bool,
    depth: usize,
}

impl Packer {
    pub(crate) fn new(numbers: Numbers) -> Self {
        Self { out: Vec::with_capacity(128), numbers, traits: Traits::default(), suspect: false, depth: 0 }
    }

    pub(crate) fn nil(&mut self) {
        self.out.push(0xc0);
    }

    pub(crate) fn bool(&mut self, value: bool) {
        msgpack::bool(&mut self.out, value);
    }

    pub(crate) fn int(&mut self, value: i64) -> Result<(), RuleViolation> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            return self.unsafe_integer(value, value as f64);
        }
        msgpack::int(&mut self.out, value);
        Ok(())
    }

    pub(crate) fn uint(&mut self, value: u64) -> Result<(), RuleViolation> {
        if value > MAX_SAFE_INTEGER {
            return self.unsafe_integer(value, value as f64);
        }
        msgpack::uint(&mut self.out, value);
        Ok(())
    }

    /// An integer beyond 2^53-1, which the receiver would round without a word.
    pub(crate) fn unsafe_integer(&mut self, exact: impl fmt::Display, rounded: f64) -> Result<(), RuleViolation> {
        if self.numbers == Numbers::Lossy {
            self.float(rounded);
            return Ok(());
        }
        Err(unsafe_integer(exact))
    }

    pub(crate) fn float(&mut self, value: f64) {
        self.traits.not_finite |= !value.is_finite();
        msgpack::float(&mut self.out, value);
    }

    pub(crate) fn str(&mut self, value: &str) {
        msgpack::str(&mut self.out, value);
    }

    pub(crate) fn bin(&mut self, value: &[u8]) {
        self.traits.binary = true;
        msgpack::bin(&mut self.out, value);
    }

    /// A point in time, in milliseconds since 1970.
    pub(crate) fn date(&mut self, millis: i64) {
        let nanos = millis.rem_euclid(1000) as u32 * 1_000_000;
        msgpack::timestamp(&mut self.out, millis.div_euclid(1000), nanos);
    }

    /// A map's key.
    pub(crate) fn key(&mut self, key: &str) -> Result<Key, RuleViolation> {
        self.str(key);
        Key::of(key)
    }

    /// To be told when the value of a [`Key::Placeholder`] has been written, and where it began.
    pub(crate) fn placeholder_value(&mut self, start: usize) {
        self.traits.placeholder |= self.out[start..] == [0xc3];
    }

    /// Starts an array or map of about `hint` entries.
    pub(crate) fn open(&mut self, shape: Shape, hint: Option<usize>) -> Result<Open, RuleViolation> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let reason = format!("nested deeper than {MAX_DEPTH}: that would leave servers deaf; flatten it");
            return Err(RuleViolation::new(Code::TooDeep, reason));
        }
        let promised = hint.unwrap_or(0);
        let start = self.out.len();
        header(&mut self.out, shape, promised);
        Ok(Open { shape, start, promised })
    }

    /// Ends what [`open`](Self::open) started, now that the number of entries is known.
    pub(crate) fn close(&mut self, open: &Open, count: usize) {
        self.depth -= 1;
        if count == open.promised {
            return;
        }
        if open.promised <= msgpack::FIX && count <= msgpack::FIX {
            self.out[open.start] ^= (open.promised ^ count) as u8;
            return;
        }
        let entries = self.out.split_off(open.start);
        header(&mut self.out, open.shape, open.promised);
        let skip = self.out.len() - open.start;
        self.out.truncate(open.start);
        header(&mut self.out, open.shape, count);
        self.out.extend_from_slice(&entries[skip..]);
    }

    /// Forgets a container that turned out to be something else.
    pub(crate) fn abandon(&mut self, open: &Open) {
        self.depth -= 1;
        self.out.truncate(open.start);
    }
}

pub(crate) fn unsafe_integer(exact: impl fmt::Display) -> RuleViolation {
    let reason = format!("{exact} is beyond 2^53-1 and JavaScript would round it; send it as a string");
    RuleViolation::new(Code::UnsafeInteger, reason)
}

fn header(out: &mut Vec<u8>, shape: Shape, count: usize) {
    match shape {
        Shape::Array => msgpack::array(out, count),
        Shape::Map => msgpack::map(out, count),
    }
}
