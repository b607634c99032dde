//! Where adapters are on the bus, and which of them a message belongs to.
//!
//! Several adapters have channels in common. There, a message is told by its shape:
//!
//! | channel | shape | adapter |
//! |---|---|---|
//! | `<prefix>#…` | a MessagePack map, or JSON | streams |
//! | `<prefix>#…` | anything else | classic |
//! | `<prefix>#…`, of a shard | any | sharded |
//! | `<prefix>-request#…` | a MessagePack array | socketioxide |
//! | `<prefix>-response#…` | a MessagePack array | socketioxide |
//! | either | anything else | classic |
//! | `socketio` | any | python |
//! | the stream `<prefix>`, `<prefix>-0`, … | | streams |
//!
//! Where the adapter is named, all that is on its channels is read as its servers would read it.

use std::{sync::Arc, time::SystemTime};

use super::{MalformedMessage, TapMessage, TapOrigin};
use crate::{
    adapter::{Adapter, Classic, Frame, Python, Sharded, SocketIoxide, Streams, escape_pattern},
    base::Error,
    connection::{Options, OwnedFrame},
};

/// How many numbered streams there may be; servers write to negative ones, too, which none of them reads.
const STREAMS: i32 = 32;

/// The adapters whose messages are of interest.
#[derive(Debug)]
pub(super) struct BusDecoder {
    readers: Vec<AdapterChannels>,
}

/// An adapter, and where its messages are.
#[derive(Debug)]
struct AdapterChannels {
    adapter: Adapter,
    /// How its channels' names begin.
    channels: Vec<String>,
    /// The channel with this name.
    channel: Option<String>,
    streams: Vec<String>,
    sharded: bool,
}

impl BusDecoder {
    pub(super) fn new(options: &Options) -> Self {
        let adapters = match &options.adapter {
            Some(adapter) => vec![adapter.clone()],
            None => vec![
                Adapter::SocketIoxide(SocketIoxide::default()),
                Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() }),
                Adapter::Streams(Streams::default()),
                Adapter::Python(Python::default()),
                Adapter::Sharded(Sharded::default()),
                Adapter::Classic(Classic::default()),
            ],
        };
        Self { readers: adapters.into_iter().map(|adapter| AdapterChannels::new(options.apply_to(adapter))).collect() }
    }

    /// What to subscribe to. No two of them match the same channel: it would be heard twice.
    pub(super) fn patterns(&self) -> Vec<String> {
        let readers = self.readers.iter().filter(|reader| !reader.sharded);
        let mut patterns: Vec<_> = readers.flat_map(AdapterChannels::patterns).collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns
    }

    /// The streams that could be.
    pub(super) fn streams(&self) -> Vec<String> {
        self.readers.iter().flat_map(|reader| reader.streams.clone()).collect()
    }

    /// How the names of shard channels begin.
    pub(super) fn shard_channels(&self) -> Vec<String> {
        let readers = self.readers.iter().filter(|reader| reader.sharded);
        readers.flat_map(|reader| reader.channels.clone()).collect()
    }

    /// True if there is nothing but shard channels.
    pub(super) fn is_sharded_only(&self) -> bool {
        self.patterns().is_empty() && self.streams().is_empty()
    }

    /// Decodes a frame; `None` if it belongs to none of the adapters.
    pub(super) fn decode(
        &self,
        frame: OwnedFrame,
        sharded: bool,
        time: SystemTime,
        origin: &Arc<TapOrigin>,
    ) -> Option<TapMessage> {
        let borrowed = frame.frame();
        let adapter = self.adapter_of(&borrowed, sharded)?;
        let (name, channel, size) = (adapter.name(), borrowed.channel().to_owned(), frame.size());
        let decoded = adapter.decode(&borrowed).map_err(|error| {
            let reason = match error {
                Error::Malformed(reason) => reason,
                error => error.to_string(),
            };
            MalformedMessage { reason, bytes: bytes(frame) }
        });
        Some(TapMessage { adapter: name, channel, time, size, decoded, origin: Arc::clone(origin) })
    }

    /// The adapter whose message this is.
    fn adapter_of(&self, frame: &Frame<'_>, sharded: bool) -> Option<&Adapter> {
        let mut readers = self.readers.iter().filter(|reader| reader.is_its(frame, sharded));
        match self.readers.as_slice() {
            [_] => readers.next(),
            _ => readers.find(|reader| reader.looks_like(frame)),
        }
        .map(|reader| &reader.adapter)
    }
}

impl AdapterChannels {
    fn new(adapter: Adapter) -> Self {
        let prefix = adapter.prefix().to_owned();
        let questions = || vec![format!("{prefix}-request#"), format!("{prefix}-response#")];
        let own = || format!("{prefix}#");
        let (channels, channel, streams, sharded) = match &adapter {
            Adapter::Classic(_) => ([vec![own()], questions()].concat(), None, Vec::new(), false),
            Adapter::Sharded(_) => (vec![own()], None, Vec::new(), true),
            Adapter::SocketIoxide(oxide) => (questions(), None, Vec::new(), oxide.sharded),
            Adapter::Python(_) => (Vec::new(), Some(prefix.clone()), Vec::new(), false),
            Adapter::Streams(streams) => {
                let numbered = (1 - STREAMS..STREAMS).map(|number| format!("{prefix}-{number}"));
                let keys = std::iter::once(prefix.clone()).chain(numbered).collect();
                let channels = if streams.before_0_3 { None } else { Some(format!("{}#", streams.channel_prefix)) };
                (channels.into_iter().collect(), None, keys, streams.sharded_pub_sub)
            }
        };
        Self { adapter, channels, channel, streams, sharded }
    }

    fn patterns(&self) -> impl Iterator<Item = String> {
        let begins = self.channels.iter().map(|start| format!("{}*", escape_pattern(start)));
        begins.chain(self.channel.as_deref().map(escape_pattern))
    }

    fn is_its(&self, frame: &Frame<'_>, sharded: bool) -> bool {
        match *frame {
            Frame::Entry { stream, .. } => self.streams.iter().any(|key| key == stream),
            Frame::Published { channel, .. } => {
                let named = self.channel.as_deref() == Some(channel);
                self.sharded == sharded && (named || self.channels.iter().any(|start| channel.starts_with(start)))
            }
        }
    }

    /// True if it is of the shape that this adapter's messages have, where others have messages on the same channel.
    fn looks_like(&self, frame: &Frame<'_>) -> bool {
        let Frame::Published { payload, .. } = *frame else { return true };
        match &self.adapter {
            Adapter::SocketIoxide(oxide) => oxide.sharded || matches!(payload.first(), Some(0x90..=0x9f | 0xdc | 0xdd)),
            Adapter::Streams(_) => matches!(payload.first(), Some(b'{' | 0x80..=0x8f | 0xde | 0xdf)),
            Adapter::Classic(_) | Adapter::Sharded(_) | Adapter::Python(_) => true,
        }
    }
}

/// The bytes as they came; of an entry, its fields as lines of `name=value`.
fn bytes(caught: OwnedFrame) -> Vec<u8> {
    match caught {
        OwnedFrame::Published { payload, .. } => payload,
        OwnedFrame::Entry { fields, .. } => {
            let line = |(name, value): &(String, Vec<u8>)| [name.as_bytes(), b"=", value, b"\n"].concat();
            fields.iter().flat_map(line).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Args, Message};

    fn adapter_of(options: &Options, channel: &str, payload: &[u8], sharded: bool) -> Option<String> {
        BusDecoder::new(options).adapter_of(&(channel, payload).into(), sharded).map(ToString::to_string)
    }

    #[test]
    fn a_message_is_told_by_its_channel_and_its_shape() {
        let any = Options::new();
        for (channel, payload, sharded, expected) in [
            ("socket.io#/#", &b"\x93\xa1x"[..], false, "classic"),
            ("socket.io#/#room#", b"\xc1", false, "classic"),
            ("socket.io#/#", b"", false, "classic"),
            ("socket.io#/#", b"\x84\xa4type", false, "streams"),
            ("socket.io#/#", b"{\"type\":3}", false, "streams"),
            ("socket.io-request#/#", b"{\"type\":5}", false, "classic"),
            ("socket.io-request#/#", b"\x85\xa3uid", false, "classic"),
            ("socket.io-request#/#", b"\x96\xb0", false, "socketioxide"),
            ("socket.io-request#/#0123456789abcdef#", b"\x97\xb0", false, "socketioxide"),
            ("socket.io-response#/#x#", b"\x92\xb0", false, "socketioxide"),
            ("socket.io-response#/#", b"{}", false, "classic"),
            ("socket.io#/#", b"{\"type\":3}", true, "sharded"),
            ("socket.io-request#/#", b"\x96\xb0", true, "socketioxide,sharded"),
            ("socketio", b"5", false, "python"),
        ] {
            assert_eq!(adapter_of(&any, channel, payload, sharded).as_deref(), Some(expected), "{channel} {payload:?}");
        }
        for channel in ["other", "socket.io", "socket.iox#/#", "socketio2"] {
            assert_eq!(adapter_of(&any, channel, b"{}", false), None, "{channel}");
        }
        let entry = Frame::Entry { stream: "socket.io--3", fields: Vec::new() };
        assert_eq!(BusDecoder::new(&any).adapter_of(&entry, false).map(Adapter::name), Some("streams"));
    }

    #[test]
    fn where_the_adapter_is_named_its_servers_read_all_that_is_on_their_channels() {
        let classic = Options::new().adapter(Adapter::Classic(Classic::default())).prefix("chat");
        assert_eq!(adapter_of(&classic, "chat#/#", b"{}", false).as_deref(), Some("classic"));
        assert_eq!(adapter_of(&classic, "chat", b"{}", false), None);
        assert_eq!(BusDecoder::new(&classic).patterns(), ["chat#*", "chat-request#*", "chat-response#*"]);
        let sharded = Options::new().adapter(Adapter::Sharded(Sharded::default()));
        assert!(BusDecoder::new(&sharded).is_sharded_only() && !BusDecoder::new(&classic).is_sharded_only());
        assert_eq!(BusDecoder::new(&sharded).shard_channels(), ["socket.io#"]);
    }

    #[test]
    fn a_prefix_is_no_pattern() {
        let patterns = BusDecoder::new(&Options::new().prefix("a*[b]")).patterns();
        assert_eq!(patterns, ["a\\*\\[b\\]", "a\\*\\[b\\]#*", "a\\*\\[b\\]-request#*", "a\\*\\[b\\]-response#*"]);
    }

    #[test]
    fn what_cannot_be_read_comes_with_its_bytes() {
        let bus = BusDecoder::new(&Options::new());
        let origin = Arc::new(TapOrigin::new(&Options::new(), None));
        let read = |payload: &[u8]| {
            let caught = OwnedFrame::Published { channel: "socket.io#/#".to_owned(), payload: payload.to_vec() };
            bus.decode(caught, false, SystemTime::now(), &origin).unwrap().decoded
        };
        let MalformedMessage { reason, bytes } = read(b"\x93\xc1").unwrap_err();
        assert!(!reason.is_empty());
        assert_eq!(bytes, b"\x93\xc1");
        let tick = Adapter::Classic(Classic::default()).encode(&Message::emit("tick", Args::default())).unwrap();
        assert!(read(tick.payload()).is_ok());
    }
}
