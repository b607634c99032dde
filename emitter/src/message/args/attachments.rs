//! Binary as attachments beside JSON: each is replaced by a placeholder, as in socket.io-parser.

use super::{Args, RuleViolation};
use crate::{
    base::Code,
    message::msgpack::{self, MsgpackItem},
};

const PLACEHOLDER_KEY: &str = "_placeholder";
const NUMBER_KEY: &str = "num";

impl Args {
    /// Replaces each binary value by a placeholder, and returns the attachments in the order of their numbers.
    pub(crate) fn detached(&self) -> (Self, Vec<&[u8]>) {
        let mut out = Vec::with_capacity(self.packed.len());
        let mut attachments = Vec::new();
        let mut rest = &*self.packed;
        while !rest.is_empty() {
            let start = rest;
            match msgpack::read(&mut rest) {
                Ok(MsgpackItem::Bin(bytes)) => {
                    write_placeholder(&mut out, attachments.len());
                    attachments.push(bytes);
                }
                Ok(_) => out.extend_from_slice(&start[..start.len() - rest.len()]),
                Err(_) => break,
            }
        }
        let mut traits = self.traits;
        traits.binary = false;
        traits.placeholder |= !attachments.is_empty();
        (Self { packed: out.into(), len: self.len, traits }, attachments)
    }

    /// Replaces each placeholder by its attachment. Each attachment is used once: a small message that names one a
    /// thousand times must not become a large one.
    pub(crate) fn attached<B: AsRef<[u8]>>(self, attachments: &[B]) -> Result<Self, RuleViolation> {
        if attachments.is_empty() {
            return Ok(self);
        }
        let mut unused: Vec<_> = attachments.iter().map(|bytes| Some(bytes.as_ref())).collect();
        let mut out = Vec::with_capacity(self.packed.len());
        let mut traits = self.traits;
        traits.placeholder = false;
        let mut rest = &*self.packed;
        while !rest.is_empty() {
            let start = rest;
            let item = msgpack::read(&mut rest).map_err(|_| violation("the arguments are malformed MessagePack"))?;
            if let Some((number, after)) = (item == MsgpackItem::Map(2)).then(|| read_placeholder(rest)).flatten() {
                let bytes = usize::try_from(number).ok().and_then(|number| unused.get_mut(number)?.take());
                msgpack::bin(&mut out, bytes.ok_or_else(|| violation("a placeholder has no attachment"))?);
                traits.binary = true;
                rest = after;
                continue;
            }
            traits.placeholder |= item == MsgpackItem::Str(PLACEHOLDER_KEY) && rest.first() == Some(&msgpack::TRUE);
            out.extend_from_slice(&start[..start.len() - rest.len()]);
        }
        Ok(Self { packed: out.into(), len: self.len, traits })
    }
}

fn write_placeholder(out: &mut Vec<u8>, number: usize) {
    msgpack::map(out, 2);
    msgpack::str(out, PLACEHOLDER_KEY);
    msgpack::bool(out, true);
    msgpack::str(out, NUMBER_KEY);
    msgpack::uint(out, number as u64);
}

/// Reads the two entries of a placeholder, in either order. Returns its number and the bytes after it.
fn read_placeholder(mut entries: &[u8]) -> Option<(u64, &[u8])> {
    let mut next_item = || msgpack::read(&mut entries).ok();
    let ([
        MsgpackItem::Str(PLACEHOLDER_KEY),
        MsgpackItem::Bool(true),
        MsgpackItem::Str(NUMBER_KEY),
        MsgpackItem::Uint(number),
    ]
    | [
        MsgpackItem::Str(NUMBER_KEY),
        MsgpackItem::Uint(number),
        MsgpackItem::Str(PLACEHOLDER_KEY),
        MsgpackItem::Bool(true),
    ]) = [next_item()?, next_item()?, next_item()?, next_item()?]
    else {
        return None;
    };
    Some((number, entries))
}

fn violation(reason: &str) -> RuleViolation {
    RuleViolation::new(Code::Placeholder, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Binary, WireList};

    fn list(json: &str) -> Args {
        let WireList(args) = serde_json::from_str(json).unwrap();
        args
    }

    #[test]
    fn detached_binary_can_be_attached_again() {
        let args = Args::new(&("x", Binary([1]), [[Binary([2, 3])]], 5)).unwrap();
        let (detached, attachments) = args.detached();
        let json = r#"["x",{"_placeholder":true,"num":0},[[{"_placeholder":true,"num":1}]],5]"#;
        assert_eq!(serde_json::to_string(&detached).unwrap(), json);
        assert_eq!(attachments, [&[1][..], &[2, 3]]);
        assert_eq!(list(json).attached(&attachments).unwrap(), args);
    }

    #[test]
    fn placeholders_are_replaced_by_number_in_any_order_of_keys() {
        let args = list(r#"[{"num":1,"_placeholder":true},{"_placeholder":true,"num":0},{"num":0}]"#);
        assert_eq!(
            serde_json::to_string(&args.attached(&[[1], [2]]).unwrap()).unwrap(),
            r#"[{"$binary":"Ag=="},{"$binary":"AQ=="},{"num":0}]"#
        );
    }

    #[test]
    fn placeholder_without_attachment_or_used_twice_is_refused() {
        let twice = r#"[{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]"#;
        for json in [r#"[{"_placeholder":true,"num":1}]"#, twice] {
            assert!(list(json).attached(&[[1]]).is_err(), "{json}");
        }
    }

    #[test]
    fn objects_that_resemble_a_placeholder_are_unchanged() {
        let json = r#"[{"_placeholder":false,"num":0},{"_placeholder":true,"num":-1},{"_placeholder":true}]"#;
        assert_eq!(serde_json::to_string(&list(json).attached(&[[1]]).unwrap()).unwrap(), json);
    }
}
