//! Binary beside JSON, as Socket.IO carries it: a placeholder stands where the bytes belong, and they come apart.

use super::{Args, RuleViolation};
use crate::base::Code;
use crate::message::msgpack::{self, Token};

const PLACEHOLDER: &str = "_placeholder";
const NUMBER: &str = "num";

impl Args {
    /// The arguments with a placeholder for each binary, and the binary by their numbers.
    pub(crate) fn detached(&self) -> (Self, Vec<&[u8]>) {
        let mut out = Vec::with_capacity(self.packed.len());
        let mut attachments = Vec::new();
        let mut rest = &*self.packed;
        while !rest.is_empty() {
            let start = rest;
            match msgpack::read(&mut rest) {
                Ok(Token::Bin(bytes)) => {
                    placeholder(&mut out, attachments.len());
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

    /// The arguments with the binary where its placeholders are. Each is put in once: to name one a thousand times
    /// would make a small message a large one.
    pub(crate) fn attached<B: AsRef<[u8]>>(self, attachments: &[B]) -> Result<Self, RuleViolation> {
        if attachments.is_empty() {
            return Ok(self);
        }
        let mut left: Vec<_> = attachments.iter().map(|bytes| Some(bytes.as_ref())).collect();
        let mut out = Vec::with_capacity(self.packed.len());
        let mut traits = self.traits;
        traits.placeholder = false;
        let mut rest = &*self.packed;
        while !rest.is_empty() {
            let start = rest;
            let token = msgpack::read(&mut rest).map_err(|_| fault("arguments that cannot be read"))?;
            if let Some((number, after)) = (token == Token::Map(2)).then(|| numbered(rest)).flatten() {
                let bytes = usize::try_from(number).ok().and_then(|number| left.get_mut(number)?.take());
                msgpack::bin(&mut out, bytes.ok_or_else(|| fault("a placeholder without an attachment"))?);
                traits.binary = true;
                rest = after;
                continue;
            }
            traits.placeholder |= token == Token::Str(PLACEHOLDER) && rest.first() == Some(&msgpack::TRUE);
            out.extend_from_slice(&start[..start.len() - rest.len()]);
        }
        Ok(Self { packed: out.into(), len: self.len, traits })
    }
}

fn placeholder(out: &mut Vec<u8>, number: usize) {
    msgpack::map(out, 2);
    msgpack::str(out, PLACEHOLDER);
    msgpack::bool(out, true);
    msgpack::str(out, NUMBER);
    msgpack::uint(out, number as u64);
}

/// The number of the placeholder whose entries come next, and what follows them; the keys stand in either order.
fn numbered(mut entries: &[u8]) -> Option<(u64, &[u8])> {
    let mut next = || msgpack::read(&mut entries).ok();
    let ([Token::Str(PLACEHOLDER), Token::Bool(true), Token::Str(NUMBER), Token::Uint(number)]
    | [Token::Str(NUMBER), Token::Uint(number), Token::Str(PLACEHOLDER), Token::Bool(true)]) =
        [next()?, next()?, next()?, next()?]
    else {
        return None;
    };
    Some((number, entries))
}

fn fault(reason: &str) -> RuleViolation {
    RuleViolation::new(Code::Placeholder, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Binary, message::WireList};

    fn list(json: &str) -> Args {
        let WireList(args) = serde_json::from_str(json).unwrap();
        args
    }

    #[test]
    fn binary_is_taken_out_and_put_back() {
        let args = Args::new(&("x", Binary([1]), [[Binary([2, 3])]], 5)).unwrap();
        let (detached, attachments) = args.detached();
        let json = r#"["x",{"_placeholder":true,"num":0},[[{"_placeholder":true,"num":1}]],5]"#;
        assert_eq!(serde_json::to_string(&detached).unwrap(), json);
        assert_eq!(attachments, [&[1][..], &[2, 3]]);
        assert_eq!(list(json).attached(&attachments).unwrap(), args);
    }

    #[test]
    fn placeholders_are_found_in_any_order_and_numbered_as_they_are() {
        let args = list(r#"[{"num":1,"_placeholder":true},{"_placeholder":true,"num":0},{"num":0}]"#);
        assert_eq!(
            serde_json::to_string(&args.attached(&[[1], [2]]).unwrap()).unwrap(),
            r#"[{"$binary":"Ag=="},{"$binary":"AQ=="},{"num":0}]"#
        );
    }

    #[test]
    fn an_attachment_that_is_missing_or_named_twice_is_a_fault() {
        let twice = r#"[{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]"#;
        for json in [r#"[{"_placeholder":true,"num":1}]"#, twice] {
            assert!(list(json).attached(&[[1]]).is_err(), "{json}");
        }
    }

    #[test]
    fn what_only_looks_like_a_placeholder_stays() {
        let json = r#"[{"_placeholder":false,"num":0},{"_placeholder":true,"num":-1},{"_placeholder":true}]"#;
        assert_eq!(serde_json::to_string(&list(json).attached(&[[1]]).unwrap()).unwrap(), json);
    }
}
