//! The JSON of tap events. A message has its one JSON form with `seen` beside it; other events have their own shapes.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use super::{MalformedMessage, TapEvent, TapMessage, TapOrigin};
use crate::{
    adapter::{DecodedMessage, Presence, RequestKind},
    message::{Date, Message},
};

/// The values of `do` of the lines that are not messages.
pub(super) const NOTICES: [&str; 9] =
    ["question", "answer", "presence", "malformed", "dropped", "away", "back", "hearing", "unheard"];

/// A line that is not a message.
#[derive(Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum NoticeLine<'a> {
    Question {
        about: RequestKind,
        namespace: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        rooms: Option<&'a [String]>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        except: &'a [String],
        seen: SeenMember<'a>,
    },
    Answer {
        about: RequestKind,
        seen: SeenMember<'a>,
    },
    Presence {
        about: Presence,
        namespace: &'a str,
        seen: SeenMember<'a>,
    },
    Malformed {
        reason: &'a str,
        bytes: Base64Bytes,
        seen: SeenMember<'a>,
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

/// A line that is a message, which `sio pipe` can send again.
#[derive(Serialize)]
struct MessageLine<'a> {
    #[serde(flatten)]
    message: &'a Message,
    seen: SeenMember<'a>,
}

/// The member `seen`: where and when the message was received.
#[derive(Serialize)]
struct SeenMember<'a> {
    adapter: &'static str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    time: String,
    size: usize,
    tap: &'a TapOrigin,
}

impl<'a> From<&'a TapMessage> for SeenMember<'a> {
    fn from(message: &'a TapMessage) -> Self {
        Self {
            adapter: message.adapter,
            channel: &message.channel,
            sender: message.sender(),
            request: message.request(),
            time: Date::from(message.time).to_string(),
            size: message.size,
            tap: &message.origin,
        }
    }
}

/// Bytes in the form that they have in messages.
#[derive(Serialize)]
struct Base64Bytes {
    #[serde(rename = "$binary")]
    base64: String,
}

impl Serialize for TapMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seen = SeenMember::from(self);
        let notice = match &self.decoded {
            Ok(DecodedMessage::Message { message, .. }) => return MessageLine { message, seen }.serialize(serializer),
            Ok(DecodedMessage::Request { kind, target, .. }) => NoticeLine::Question {
                about: *kind,
                namespace: &target.namespace,
                rooms: target.rooms.as_deref(),
                except: &target.except,
                seen,
            },
            Ok(DecodedMessage::Response { kind, .. }) => NoticeLine::Answer { about: *kind, seen },
            Ok(DecodedMessage::Presence { presence, namespace, .. }) => {
                NoticeLine::Presence { about: *presence, namespace, seen }
            }
            Err(MalformedMessage { reason, bytes }) => {
                NoticeLine::Malformed { reason, bytes: Base64Bytes { base64: STANDARD.encode(bytes) }, seen }
            }
        };
        notice.serialize(serializer)
    }
}

impl Serialize for TapEvent {
    /// One line of `sio tap -o json`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let notice = match self {
            Self::Message(message) => return message.serialize(serializer),
            Self::Dropped { messages } => NoticeLine::Dropped { messages: *messages },
            Self::Interrupted { reason } => NoticeLine::Away { reason },
            Self::Resumed => NoticeLine::Back,
            Self::ShardChannelsTapped { replica } => NoticeLine::Hearing { replica: replica.as_deref() },
            Self::ShardChannelsUnavailable { channels } => NoticeLine::Unheard { channels },
        };
        notice.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::Arc,
        time::{Duration, UNIX_EPOCH},
    };

    use super::*;
    use crate::{
        connection::Options,
        message::{Args, Numbers},
        tap::TapLine,
    };

    fn line(decoded: Result<DecodedMessage, MalformedMessage>) -> String {
        let message = TapMessage {
            adapter: "classic",
            channel: "socket.io#/#".to_owned(),
            time: UNIX_EPOCH + Duration::from_millis(1_577_836_800_500),
            size: 7,
            decoded,
            origin: Arc::new(TapOrigin::new(&Options::new(), Some("a".to_owned()))),
        };
        serde_json::to_string(&TapEvent::Message(Box::new(message))).unwrap()
    }

    #[test]
    fn message_line_reads_as_the_same_message() {
        let mut message = Message::emit("pair", Args::new(&(1, "x")).unwrap());
        message.target.to(["a".to_owned()]);
        let sender = Some("emitter".to_owned());
        let line = line(Ok(DecodedMessage::Message { message: message.clone(), sender, request: None }));
        assert_eq!(
            line,
            r#"{"do":"emit","event":"pair","args":[1,"x"],"namespace":"/","rooms":["a"],"seen":{"adapter":"classic","channel":"socket.io#/#","sender":"emitter","time":"2020-01-01T00:00:00.500Z","size":7,"tap":{"run_id":"a"}}}"#
        );
        match TapLine::read(line.as_bytes(), Numbers::Exact).unwrap() {
            TapLine::Message { message: read, origin } => {
                assert_eq!((read.into_message(), origin.is_some()), (message, true));
            }
            TapLine::Notice => panic!("a notice"),
        }
    }

    #[test]
    fn every_other_event_is_a_notice() {
        let target = Message::emit("", Args::default()).target;
        let (kind, request) = (RequestKind::FetchSockets, Some("r".to_owned()));
        let asked = DecodedMessage::Request { kind, target, sender: None, request };
        let answer = DecodedMessage::Response { kind: RequestKind::ClientCount, sender: None, request: None };
        let namespace = "/".to_owned();
        let came = DecodedMessage::Presence { presence: Presence::InitialHeartbeat, namespace, sender: None };
        let malformed = MalformedMessage { reason: "no opts".to_owned(), bytes: vec![1, 2, 255] };
        let json = |event: TapEvent| serde_json::to_string(&event).unwrap();
        for (line, start) in [
            (line(Ok(asked)), r#"{"do":"question","about":"fetch","namespace":"/","seen":{"#),
            (line(Ok(answer)), r#"{"do":"answer","about":"client-count","seen":{"#),
            (line(Ok(came)), r#"{"do":"presence","about":"came","namespace":"/","seen":{"#),
            (line(Err(malformed)), r#"{"do":"malformed","reason":"no opts","bytes":{"$binary":"AQL/"},"seen":{"#),
            (json(TapEvent::Dropped { messages: 7 }), r#"{"do":"dropped","messages":7}"#),
            (json(TapEvent::Interrupted { reason: "gone".to_owned() }), r#"{"do":"away","reason":"gone"}"#),
            (json(TapEvent::Resumed), r#"{"do":"back"}"#),
            (json(TapEvent::ShardChannelsTapped { replica: None }), r#"{"do":"hearing"}"#),
            (
                json(TapEvent::ShardChannelsTapped { replica: Some("h:1".to_owned()) }),
                r#"{"do":"hearing","replica":"h:1"}"#,
            ),
            (
                json(TapEvent::ShardChannelsUnavailable { channels: vec!["c".to_owned()] }),
                r#"{"do":"unheard","channels":["c"]}"#,
            ),
        ] {
            assert!(line.starts_with(start), "{line}");
            let read = TapLine::read(line.as_bytes(), Numbers::Exact);
            assert!(matches!(read, Ok(TapLine::Notice)), "{line}");
            assert!(Message::from_json(line.as_bytes()).is_err(), "{line}");
        }
    }
}
