//! Writes values as MessagePack and enforces the rules about arguments.

use std::{fmt::Display, ops::BitOrAssign};

use super::{Numbers, RuleViolation, unsafe_integer};
use crate::{
    base::Code,
    message::{MAX_DEPTH, MAX_SAFE_INTEGER, msgpack},
};

/// What the checks and the adapters need to know about arguments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ArgsTraits {
    /// Some value is binary.
    pub(super) binary: bool,
    /// Some number is NaN or infinite.
    pub(super) not_finite: bool,
    /// Some object has `"_placeholder": true`.
    pub(super) placeholder: bool,
}

impl ArgsTraits {
    pub(super) const NONE: Self = Self { binary: false, not_finite: false, placeholder: false };
}

impl BitOrAssign for ArgsTraits {
    fn bitor_assign(&mut self, other: Self) {
        self.binary |= other.binary;
        self.not_finite |= other.not_finite;
        self.placeholder |= other.placeholder;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerShape {
    Array,
    Map,
}

impl ContainerShape {
    fn write_header(self, out: &mut Vec<u8>, len: usize) {
        match self {
            Self::Array => msgpack::array(out, len),
            Self::Map => msgpack::map(out, len),
        }
    }
}

/// An array or map whose entries are being written. [`Packer::close`] corrects the length in its header.
#[derive(Debug)]
pub(super) struct OpenContainer {
    shape: ContainerShape,
    start: usize,
    declared_len: usize,
}

/// A key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKey {
    /// `_placeholder`: the packer must see its value.
    Placeholder,
    Other,
}

impl ObjectKey {
    pub(super) fn new(key: &str) -> Result<Self, RuleViolation> {
        match key {
            "_placeholder" => Ok(Self::Placeholder),
            "__proto__" => {
                let reason = "JavaScript drops a key named \"__proto__\"; use another name";
                Err(RuleViolation::new(Code::ProtoKey, reason))
            }
            _ => Ok(Self::Other),
        }
    }
}

/// Appends values to a buffer and collects their traits.
#[derive(Debug)]
pub(super) struct Packer {
    pub(super) out: Vec<u8>,
    pub(super) numbers: Numbers,
    pub(super) traits: ArgsTraits,
    /// A float beyond 2^53-1 was read. In its source it may be an integer, which is rounded now.
    pub(super) may_be_rounded: bool,
    depth: usize,
}

impl Packer {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self { out: Vec::with_capacity(128), numbers, traits: ArgsTraits::default(), may_be_rounded: false, depth: 0 }
    }

    pub(super) fn nil(&mut self) {
        msgpack::nil(&mut self.out);
    }

    pub(super) fn bool(&mut self, value: bool) {
        msgpack::bool(&mut self.out, value);
    }

    pub(super) fn int(&mut self, value: i64) -> Result<(), RuleViolation> {
        if value.unsigned_abs() > MAX_SAFE_INTEGER {
            return self.unsafe_integer(value, value as f64);
        }
        msgpack::int(&mut self.out, value);
        Ok(())
    }

    pub(super) fn uint(&mut self, value: u64) -> Result<(), RuleViolation> {
        if value > MAX_SAFE_INTEGER {
            return self.unsafe_integer(value, value as f64);
        }
        msgpack::uint(&mut self.out, value);
        Ok(())
    }

    /// Writes an integer beyond 2^53-1 rounded, or refuses it.
    pub(super) fn unsafe_integer(&mut self, exact: impl Display, rounded: f64) -> Result<(), RuleViolation> {
        if self.numbers == Numbers::Lossy {
            self.float(rounded);
            return Ok(());
        }
        Err(unsafe_integer(exact))
    }

    pub(super) fn float(&mut self, value: f64) {
        self.traits.not_finite |= !value.is_finite();
        msgpack::float(&mut self.out, value);
    }

    pub(super) fn str(&mut self, value: &str) {
        msgpack::str(&mut self.out, value);
    }

    pub(super) fn bin(&mut self, value: &[u8]) {
        self.traits.binary = true;
        msgpack::bin(&mut self.out, value);
    }

    /// Writes a date, in milliseconds since 1970.
    pub(super) fn date(&mut self, millis: i64) {
        let nanos = millis.rem_euclid(1000) as u32 * 1_000_000;
        msgpack::timestamp(&mut self.out, millis.div_euclid(1000), nanos);
    }

    /// Writes a key of an object.
    pub(super) fn key(&mut self, key: &str) -> Result<ObjectKey, RuleViolation> {
        self.str(key);
        ObjectKey::new(key)
    }

    /// Notes the value of a [`ObjectKey::Placeholder`], which was written from `start` on.
    pub(super) fn note_placeholder(&mut self, start: usize) {
        self.traits.placeholder |= self.out[start..] == [msgpack::TRUE];
    }

    /// Starts an array or map, of about `len_hint` entries.
    pub(super) fn open(
        &mut self,
        shape: ContainerShape,
        len_hint: Option<usize>,
    ) -> Result<OpenContainer, RuleViolation> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let reason =
                format!("nested deeper than {MAX_DEPTH} levels, which can make servers stop receiving; flatten it");
            return Err(RuleViolation::new(Code::TooDeep, reason));
        }
        let declared_len = len_hint.unwrap_or(0);
        let start = self.out.len();
        shape.write_header(&mut self.out, declared_len);
        Ok(OpenContainer { shape, start, declared_len })
    }

    /// Ends the array or map, of `len` entries.
    pub(super) fn close(&mut self, container: &OpenContainer, len: usize) {
        let OpenContainer { shape, start, declared_len } = *container;
        self.depth -= 1;
        if len == declared_len {
            return;
        }
        if declared_len <= msgpack::MAX_FIX_LEN && len <= msgpack::MAX_FIX_LEN {
            self.out[start] ^= (declared_len ^ len) as u8;
            return;
        }
        // The right header may have another size, so the entries move.
        let entries = self.out.split_off(start);
        shape.write_header(&mut self.out, declared_len);
        let header_len = self.out.len() - start;
        self.out.truncate(start);
        shape.write_header(&mut self.out, len);
        self.out.extend_from_slice(&entries[header_len..]);
    }

    /// Removes an array or map with its entries, for a value that is written in another form.
    pub(super) fn abandon(&mut self, container: &OpenContainer) {
        self.depth -= 1;
        self.out.truncate(container.start);
    }
}
