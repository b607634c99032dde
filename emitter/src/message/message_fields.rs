//! The keys of a message's JSON form and their values, as they are read.

use std::{fmt, mem};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};

use super::{Action, Args, ArgsForm, ArgsSeed, DisconnectMode, Flags, Message, Numbers, RuleViolation, Target, Verb};
use crate::base::Code;

const KEYS: [&str; 12] =
    ["do", "event", "args", "data", "namespace", "rooms", "except", "flags", "join", "leave", "close", "all"];

/// A key, read without copying a known one.
pub(super) enum MessageKey {
    /// An index into [`KEYS`].
    Known(usize),
    /// `seen`, which only a tap writes.
    Ignored,
    Unknown(String),
}

impl MessageKey {
    /// The rule that an unknown key breaks.
    pub(super) fn unknown(key: &str) -> RuleViolation {
        let hint = match key {
            "room" | "to" => "; did you mean \"rooms\"?",
            "payload" | "arg" | "body" | "message" => "; did you mean \"args\" or \"data\"?",
            "nsp" | "ns" => "; did you mean \"namespace\"?",
            "volatile" | "compress" => "; did you mean \"flags\"?",
            _ => "",
        };
        let reason = format!("unknown key {key:?}{hint} (known: {})", KEYS.join(", "));
        RuleViolation::new(Code::UnknownKey, reason).under(key)
    }
}

impl<'de> Deserialize<'de> for MessageKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MessageKeyVisitor;

        impl Visitor<'_> for MessageKeyVisitor {
            type Value = MessageKey;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string key")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<MessageKey, E> {
                Ok(match KEYS.iter().position(|key| *key == name) {
                    Some(index) => MessageKey::Known(index),
                    None if name == "seen" => MessageKey::Ignored,
                    None => MessageKey::Unknown(name.to_owned()),
                })
            }
        }

        deserializer.deserialize_identifier(MessageKeyVisitor)
    }
}

/// The values read so far.
#[derive(Default)]
pub(super) struct MessageFields {
    /// Which of the [`KEYS`] were read, for finding duplicates.
    present: [bool; KEYS.len()],
    may_be_rounded: bool,
    verb: Option<Verb>,
    event: Option<String>,
    args: Option<Args>,
    data: Option<Args>,
    namespace: Option<String>,
    rooms: Option<Vec<String>>,
    except: Option<Vec<String>>,
    flags: Option<Flags>,
    join: Option<Vec<String>>,
    leave: Option<Vec<String>>,
    close: Option<bool>,
    all: Option<bool>,
}

impl MessageFields {
    /// Reads the value of the key with this index.
    pub(super) fn read<'de, A: MapAccess<'de>>(
        &mut self,
        index: usize,
        map: &mut A,
        numbers: Numbers,
        violation: &mut Option<RuleViolation>,
    ) -> Result<(), A::Error> {
        let key = KEYS[index];
        if mem::replace(&mut self.present[index], true) {
            let reason = format!("the key {key:?} appears twice; leave out one of the two");
            return Err(RuleViolation::new(Code::DuplicateKey, reason).under(key).record(violation));
        }
        match key {
            "do" => self.verb = Some(map.next_value()?),
            "event" => self.event = Some(map.next_value()?),
            "args" => self.args = Some(self.read_args(map, ArgsSeed::new(ArgsForm::List, numbers, violation))?),
            "data" => self.data = Some(self.read_args(map, ArgsSeed::new(ArgsForm::Single, numbers, violation))?),
            "namespace" => self.namespace = Some(map.next_value()?),
            "rooms" => self.rooms = Some(map.next_value()?),
            "except" => self.except = Some(map.next_value()?),
            "flags" => self.flags = Some(map.next_value()?),
            "join" => self.join = Some(map.next_value()?),
            "leave" => self.leave = Some(map.next_value()?),
            "close" => self.close = Some(map.next_value()?),
            _ => self.all = Some(map.next_value()?),
        }
        Ok(())
    }

    fn read_args<'de, A: MapAccess<'de>>(&mut self, map: &mut A, seed: ArgsSeed<'_>) -> Result<Args, A::Error> {
        let (args, may_be_rounded) = map.next_value_seed(seed)?;
        self.may_be_rounded |= may_be_rounded;
        Ok(args)
    }

    /// Whether a number in the arguments may have been rounded.
    pub(super) fn may_be_rounded(&self) -> bool {
        self.may_be_rounded
    }

    /// Makes the message.
    pub(super) fn into_message(mut self, default_verb: Verb) -> Result<Message, RuleViolation> {
        let action = match self.verb.unwrap_or(default_verb) {
            Verb::Emit => Action::Emit {
                event: required("event", self.event.take())?,
                args: self.take_args()?,
                flags: self.flags.take().unwrap_or_default(),
            },
            Verb::ServerEmit => {
                Action::ServerEmit { event: required("event", self.event.take())?, args: self.take_args()? }
            }
            Verb::Join => Action::Join { rooms: required("join", self.join.take())? },
            Verb::Leave => Action::Leave { rooms: required("leave", self.leave.take())? },
            Verb::Disconnect => Action::Disconnect {
                mode: if self.close.take().unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
        };
        self.check_all_used(default_verb)?;
        let mut target = Target {
            rooms: self.rooms,
            except: self.except.unwrap_or_default(),
            all: self.all.unwrap_or(false),
            ..Target::default()
        };
        target.of(self.namespace.as_deref().unwrap_or("/"));
        Ok(Message { target, action })
    }

    fn take_args(&mut self) -> Result<Args, RuleViolation> {
        match (self.args.take(), self.data.take()) {
            (Some(_), Some(_)) => {
                let reason =
                    "\"args\" (a list) and \"data\" (a single argument) are both set; leave out one of the two";
                Err(RuleViolation::new(Code::ArgsAndData, reason).under("data"))
            }
            (args, data) => Ok(args.or(data).unwrap_or_default()),
        }
    }

    /// Refuses keys that the action does not take: their values are still here.
    fn check_all_used(&self, default_verb: Verb) -> Result<(), RuleViolation> {
        let unused = [
            ("event", self.event.is_some()),
            ("args", self.args.is_some()),
            ("data", self.data.is_some()),
            ("flags", self.flags.is_some()),
            ("join", self.join.is_some()),
            ("leave", self.leave.is_some()),
            ("close", self.close.is_some()),
        ];
        let Some((key, _)) = unused.iter().find(|(_, unused)| *unused) else { return Ok(()) };
        let action = match self.verb {
            Some(verb) => format!("\"do\": \"{verb}\""),
            None => format!("\"do\": \"{default_verb}\" (the default)"),
        };
        let reason = format!("{key:?} does not apply to {action}; leave it out, or change \"do\"");
        Err(RuleViolation::new(Code::WrongKey, reason).under(key))
    }
}

fn required<T>(key: &str, value: Option<T>) -> Result<T, RuleViolation> {
    value.ok_or_else(|| RuleViolation::new(Code::MissingKey, format!("{key:?} is missing")))
}
