//! A tap's lines: a message in its one JSON form, and shapes of their own for all else, which are no messages.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, Serializer};

use super::{Origin, Said, Seen, Tapped, Unreadable};
use crate::{
    args::Date,
    heard::{Heard, Presence, Question},
    message::Message,
};

/// What a line does that is no message.
const ASIDES: [&str; 9] =
    ["question", "answer", "presence", "malformed", "dropped", "away", "back", "hearing", "unheard"];

impl Tapped {
    /// True for a line of JSON that a tap wrote and that is no message, so that nothing can be sent for it.
    ///
    /// ```
    /// use socketio_emitter::Tapped;
    ///
    /// assert!(Tapped::is_aside(br#"{"do":"dropped","messages":7}"#));
    /// assert!(!Tapped::is_aside(br#"{"do":"emit","event":"question"}"#));
    /// ```
    pub fn is_aside(json: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Line {
            r#do: String,
        }
        serde_json::from_slice::<Line>(json).is_ok_and(|line| ASIDES.contains(&line.r#do.as_str()))
    }
}

#[derive(Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Aside<'a> {
    Question {
        about: Question,
        namespace: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        rooms: Option<&'a [String]>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        except: &'a [String],
        seen: About<'a>,
    },
    Answer {
        about: Question,
        seen: About<'a>,
    },
    Presence {
        about: Presence,
        namespace: &'a str,
        seen: About<'a>,
    },
    Malformed {
        reason: &'a str,
        bytes: Bytes,
        seen: About<'a>,
    },
    Dropped {
        messages: u64,
    },
    Away {
        reason: &'a str,
    },
    Back,
    Hearing {
        #[serde(skip_serializing_if = "Option::is_none")]
        replica: Option<&'a str>,
    },
    Unheard {
        channels: &'a [String],
    },
}

/// A message, and about it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    message: &'a Message,
    seen: About<'a>,
}

/// The member `seen`.
#[derive(Serialize)]
struct About<'a> {
    adapter: &'static str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    time: String,
    size: usize,
    tap: &'a Origin,
}

impl<'a> From<&'a Seen> for About<'a> {
    fn from(seen: &'a Seen) -> Self {
        Self {
            adapter: seen.adapter,
            channel: &seen.channel,
            sender: seen.sender(),
            request: seen.request(),
            time: Date::from(seen.time).to_string(),
            size: seen.size,
            tap: &seen.origin,
        }
    }
}

/// Bytes, as they are written within a message.
#[derive(Serialize)]
struct Bytes {
    #[serde(rename = "$binary")]
    base64: String,
}

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seen = About::from(self);
        match &self.said {
            Said::Heard(Heard::Message { message, .. }) => Line { message, seen }.serialize(serializer),
            Said::Heard(Heard::Question { about, target, .. }) => Aside::Question {
                about: *about,
                namespace: &target.namespace,
                rooms: target.rooms.as_deref(),
                except: &target.except,
                seen,
            }
            .serialize(serializer),
            Said::Heard(Heard::Answer { about, .. }) => Aside::Answer { about: *about, seen }.serialize(serializer),
            Said::Heard(Heard::Presence { about, namespace, .. }) => {
                Aside::Presence { about: *about, namespace, seen }.serialize(serializer)
            }
            Said::Malformed(Unreadable { reason, bytes }) => {
                Aside::Malformed { reason, bytes: Bytes { base64: STANDARD.encode(bytes) }, seen }.serialize(serializer)
            }
        }
    }
}

impl Serialize for Tapped {
    /// One line of a tap's: the message's own JSON form with `seen` beside, or a shape of its own.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let aside = match self {
            Self::Seen(seen) => return seen.serialize(serializer),
            Self::Dropped { messages } => Aside::Dropped { messages: *messages },
            Self::Away { reason } => Aside::Away { reason },
            Self::Back => Aside::Back,
            Self::Hearing { replica } => Aside::Hearing { replica: replica.as_deref() },
            Self::Unheard { channels } => Aside::Unheard { channels },
        };
        aside.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        time::{Duration, UNIX_EPOCH},
    };

    use super::*;
    use crate::{args::Args, options::Options};

    fn line(said: Said) -> String {
        let seen = Seen {
            adapter: "classic",
            channel: "socket.io#/#".to_owned(),
            time: UNIX_EPOCH + Duration::from_millis(1_577_836_800_500),
            size: 7,
            said,
            origin: Arc::new(Origin::of(&Options::new(), Some("a".to_owned()))),
        };
        serde_json::to_string(&Tapped::Seen(Box::new(seen))).unwrap()
    }

    #[test]
    fn a_message_can_be_sent_again_as_it_is() {
        let mut message = Message::emit("pair", Args::new(&(1, "x")).unwrap());
        message.target.to(["a".to_owned()]);
        let sender = Some("emitter".to_owned());
        let heard = Heard::Message { message: message.clone(), sender, request: None };
        let line = line(Said::Heard(heard));
        assert_eq!(
            line,
            r#"{"do":"emit","event":"pair","args":[1,"x"],"namespace":"/","rooms":["a"],"seen":{"adapter":"classic","channel":"socket.io#/#","sender":"emitter","time":"2020-01-01T00:00:00.500Z","size":7,"tap":{"run_id":"a"}}}"#
        );
        assert_eq!(Message::from_json(line.as_bytes()).unwrap(), message);
        assert!(!Tapped::is_aside(line.as_bytes()));
    }

    #[test]
    fn all_else_is_no_message() {
        let target = Message::emit("", Args::default()).target;
        let asked = Heard::Question { about: Question::Fetch, target, sender: None, request: Some("r".to_owned()) };
        let answer = Heard::Answer { about: Question::ClientCount, sender: None, request: None };
        let namespace = "/".to_owned();
        let came = Heard::Presence { about: Presence::Came, namespace, sender: None };
        let unreadable = Unreadable { reason: "no opts".to_owned(), bytes: vec![1, 2, 255] };
        let told = |tapped: Tapped| serde_json::to_string(&tapped).unwrap();
        for (line, start) in [
            (line(Said::Heard(asked)), r#"{"do":"question","about":"fetch","namespace":"/","seen":{"#),
            (line(Said::Heard(answer)), r#"{"do":"answer","about":"client-count","seen":{"#),
            (line(Said::Heard(came)), r#"{"do":"presence","about":"came","namespace":"/","seen":{"#),
            (
                line(Said::Malformed(unreadable)),
                r#"{"do":"malformed","reason":"no opts","bytes":{"$binary":"AQL/"},"seen":{"#,
            ),
            (told(Tapped::Dropped { messages: 7 }), r#"{"do":"dropped","messages":7}"#),
            (told(Tapped::Away { reason: "gone".to_owned() }), r#"{"do":"away","reason":"gone"}"#),
            (told(Tapped::Back), r#"{"do":"back"}"#),
            (told(Tapped::Hearing { replica: None }), r#"{"do":"hearing"}"#),
            (told(Tapped::Hearing { replica: Some("h:1".to_owned()) }), r#"{"do":"hearing","replica":"h:1"}"#),
            (told(Tapped::Unheard { channels: vec!["c".to_owned()] }), r#"{"do":"unheard","channels":["c"]}"#),
        ] {
            assert!(line.starts_with(start), "{line}");
            assert!(Tapped::is_aside(line.as_bytes()), "{line}");
            assert!(Message::from_json(line.as_bytes()).is_err(), "{line}");
        }
    }
}
