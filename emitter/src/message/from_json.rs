//! A message's one JSON form, read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::{
    Action, Args, ArgsForm, ArgsSeed, CheckedMessage, DisconnectMode, Flags, Message, Numbers, RuleViolation, Target,
    Verb, input,
};
use crate::base::{Code, Error};

const KEYS: [&str; 12] =
    ["do", "event", "args", "data", "namespace", "rooms", "except", "flags", "join", "leave", "close", "all"];

impl Message {
    /// Reads the JSON form; arguments are transcoded as they are read.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer, and the line and column, of the first thing that is wrong.
    pub fn from_json(json: &[u8]) -> Result<CheckedMessage, Error> {
        Self::from_json_with(json, Numbers::Exact)
    }

    /// Reads the JSON form, with a choice of what to do with integers that JavaScript cannot hold.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json).
    pub fn from_json_with(json: &[u8], numbers: Numbers) -> Result<CheckedMessage, Error> {
        Self::from_json_as(json, Verb::Emit, numbers)
    }

    /// Reads the JSON form where `do`, if it is left out, is this verb. A message that says another one is read, too.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json).
    pub fn from_json_as(json: &[u8], verb: Verb, numbers: Numbers) -> Result<CheckedMessage, Error> {
        let message = input::json(verb, json, numbers)?;
        Ok(message.check().map_err(|invalid| input::located(json, invalid))?)
    }

    /// Reads the same form from MessagePack, where binary and dates need no escape.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer to the first thing that is wrong.
    pub fn from_msgpack(bytes: &[u8], numbers: Numbers) -> Result<CheckedMessage, Error> {
        Self::from_msgpack_as(bytes, Verb::Emit, numbers)
    }

    /// Reads the same form from MessagePack where `do`, if it is left out, is this verb.
    ///
    /// # Errors
    /// As for [`from_msgpack`](Self::from_msgpack).
    pub fn from_msgpack_as(bytes: &[u8], verb: Verb, numbers: Numbers) -> Result<CheckedMessage, Error> {
        let message = input::msgpack(verb, bytes, numbers)?;
        Ok(message.check()?)
    }
}

/// A message; the verb is what it does where it does not say so.
impl input::InputForm for Verb {
    type Value = Message;

    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        fault: &mut Option<RuleViolation>,
    ) -> Result<(Message, bool), D::Error> {
        source.deserialize_map(Reader { verb: self, numbers, fault })
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, _) = input::InputForm::read(Verb::Emit, deserializer, Numbers::Exact, &mut None)?;
        message.check().map(Self::from).map_err(D::Error::custom)
    }
}

struct Reader<'f> {
    verb: Verb,
    numbers: Numbers,
    fault: &'f mut Option<RuleViolation>,
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = (Message, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message: a JSON object with {}", self.verb.keys())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        let mut suspect = false;
        let mut seen = [false; KEYS.len()];
        while let Some(key) = map.next_key()? {
            let at = match key {
                Key::Known(at) => at,
                Key::Ignored => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                Key::Unknown(key) => return Err(refuse(self.fault, unknown(&key))),
            };
            if std::mem::replace(&mut seen[at], true) {
                let key = KEYS[at];
                let twice = RuleViolation::new(Code::DuplicateKey, format!("{key:?} stands here twice")).under(key);
                return Err(refuse(self.fault, twice));
            }
            match KEYS[at] {
                "do" => fields.verb = Some(map.next_value()?),
                "event" => fields.event = Some(map.next_value()?),
                "args" => {
                    let (args, rounded) =
                        map.next_value_seed(ArgsSeed::new(ArgsForm::List, self.numbers, self.fault))?;
                    suspect |= rounded;
                    fields.args = Some(args);
                }
                "data" => {
                    let (args, rounded) =
                        map.next_value_seed(ArgsSeed::new(ArgsForm::Single, self.numbers, self.fault))?;
                    suspect |= rounded;
                    fields.data = Some(args);
                }
                "namespace" => fields.namespace = Some(map.next_value()?),
                "rooms" => fields.rooms = Some(map.next_value()?),
                "except" => fields.except = Some(map.next_value()?),
                "flags" => fields.flags = Some(map.next_value()?),
                "join" => fields.join = Some(map.next_value()?),
                "leave" => fields.leave = Some(map.next_value()?),
                "close" => fields.close = Some(map.next_value()?),
                _ => fields.all = Some(map.next_value()?),
            }
        }
        Ok((fields.message(self.verb).map_err(|fault| refuse(self.fault, fault))?, suspect))
    }
}

/// A key of the form, told without a copy of it.
enum Key {
    /// Its place among the keys.
    Known(usize),
    /// What a tap saw, which no input is about.
    Ignored,
    Unknown(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
                Ok(match KEYS.iter().position(|key| *key == name) {
                    Some(at) => Key::Known(at),
                    None if name == "seen" => Key::Ignored,
                    None => Key::Unknown(name.to_owned()),
                })
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

/// Leaves word of what is wrong, since an error of serde's has no place for it.
fn refuse<E: serde::de::Error>(fault: &mut Option<RuleViolation>, broken: RuleViolation) -> E {
    let error = E::custom(&broken);
    *fault = Some(broken);
    error
}

fn unknown(key: &str) -> RuleViolation {
    let hint = match key {
        "room" | "to" => "; did you mean \"rooms\"?",
        "payload" | "arg" | "body" | "message" => "; did you mean \"args\" or \"data\"?",
        "nsp" | "ns" => "; did you mean \"namespace\"?",
        "volatile" | "compress" => "; did you mean \"flags\"?",
        _ => "",
    };
    RuleViolation::new(Code::UnknownKey, format!("unknown key {key:?}{hint} (known: {})", KEYS.join(", "))).under(key)
}

#[derive(Default)]
struct Fields {
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

impl Fields {
    /// The message, which does this where it does not say what.
    fn message(mut self, otherwise: Verb) -> Result<Message, RuleViolation> {
        let action = match self.verb.unwrap_or(otherwise) {
            Verb::Emit => Action::Emit {
                event: needed("event", self.event.take())?,
                args: self.arguments()?,
                flags: self.flags.take().unwrap_or_default(),
            },
            Verb::ServerEmit => {
                Action::ServerEmit { event: needed("event", self.event.take())?, args: self.arguments()? }
            }
            Verb::Join => Action::Join { rooms: needed("join", self.join.take())? },
            Verb::Leave => Action::Leave { rooms: needed("leave", self.leave.take())? },
            Verb::Disconnect => Action::Disconnect {
                mode: if self.close.take().unwrap_or(false) {
                    DisconnectMode::CloseConnection
                } else {
                    DisconnectMode::LeaveNamespace
                },
            },
        };
        let mut target = Target {
            rooms: self.rooms.take(),
            except: self.except.take().unwrap_or_default(),
            all: self.all.take().unwrap_or(false),
            ..Target::default()
        };
        target.of(self.namespace.take().as_deref().unwrap_or("/"));
        self.nothing_left(otherwise)?;
        Ok(Message { target, action })
    }

    fn arguments(&mut self) -> Result<Args, RuleViolation> {
        match (self.args.take(), self.data.take()) {
            (Some(_), Some(_)) => {
                let reason = "\"args\" (a list) and \"data\" (the one argument) exclude each other";
                Err(RuleViolation::new(Code::ArgsAndData, reason).under("data"))
            }
            (args, data) => Ok(args.or(data).unwrap_or_default()),
        }
    }

    /// A key that this action does not take is a mistake, too.
    fn nothing_left(&self, otherwise: Verb) -> Result<(), RuleViolation> {
        let left = [
            ("event", self.event.is_some()),
            ("args", self.args.is_some()),
            ("data", self.data.is_some()),
            ("flags", self.flags.is_some()),
            ("join", self.join.is_some()),
            ("leave", self.leave.is_some()),
            ("close", self.close.is_some()),
        ];
        match left.iter().find(|(_, present)| *present) {
            Some((key, _)) => {
                let reason = format!("\"{key}\" does not go with this \"do\" (which is {otherwise} where left out)");
                Err(RuleViolation::new(Code::WrongKey, reason).under(key))
            }
            None => Ok(()),
        }
    }
}

fn needed<T>(key: &str, value: Option<T>) -> Result<T, RuleViolation> {
    value.ok_or_else(|| RuleViolation::new(Code::MissingKey, format!("\"{key}\" is missing")))
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Json {
            #[serde(default)]
            volatile: bool,
            compress: Option<bool>,
        }
        let Json { volatile, compress } = Json::deserialize(deserializer)?;
        Ok(Self { volatile, compress })
    }
}
