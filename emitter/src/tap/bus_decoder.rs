//! The channels and streams of each adapter, and the adapter that a message belongs to.
//!
//! Adapters share channels. There, the first bytes of the payload decide:
//!
//! | channel or stream | payload | adapter |
//! |---|---|---|
//! | channel `<prefix>#…` | a MessagePack map, or JSON | streams |
//! | channel `<prefix>#…` | anything else | classic |
//! | shard channel `<prefix>#…` | any | sharded |
//! | channel `<prefix>-request#…` or `<prefix>-response#…` | a MessagePack array | socketioxide |
//! | channel `<prefix>-request#…` or `<prefix>-response#…` | anything else | classic |
//! | shard channel `<prefix>-request#…` or `<prefix>-response#…` | any | socketioxide,sharded |
//! | channel `socketio` | any | python |
//! | stream `<prefix>`, `<prefix>-0`, … | any | streams |
//!
//! If the options name an adapter, every message on its channels is decoded as a message of that adapter.

use std::{sync::Arc, time::SystemTime};

use super::{MalformedMessage, TapMessage, TapOrigin};
use crate::{
    adapter::{Adapter, Classic, Frame, Python, Sharded, SocketIoxide, Streams, escape_pattern},
    base::Error,
    connection::{Options, OwnedFrame},
};

/// Numbered streams have numbers below this, and above its negative: servers write to negative ones too, but do not read
/// them.
const STREAM_NUMBER_LIMIT: i32 = 32;

/// Decodes messages on the bus, of every adapter or of the configured one.
#[derive(Debug)]
pub(super) struct BusDecoder {
    adapters: Vec<AdapterChannels>,
}

/// An adapter with its channels and streams.
#[derive(Debug)]
struct AdapterChannels {
    adapter: Adapter,
    channel_prefixes: Vec<String>,
    /// A channel by its full name.
    channel: Option<String>,
    /// The keys of the streams that may exist.
    streams: Vec<String>,
    /// Whether the channels are shard channels.
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
        let adapters = adapters.into_iter().map(|adapter| AdapterChannels::new(options.apply_to(adapter)));
        Self { adapters: adapters.collect() }
    }

    /// The patterns to subscribe to. No two match the same channel: its messages would arrive twice.
    pub(super) fn patterns(&self) -> Vec<String> {
        let unsharded = self.adapters.iter().filter(|adapter| !adapter.sharded);
        let mut patterns: Vec<_> = unsharded.flat_map(AdapterChannels::patterns).collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns
    }

    /// The keys of the streams that may exist.
    pub(super) fn streams(&self) -> Vec<String> {
        self.adapters.iter().flat_map(|adapter| adapter.streams.clone()).collect()
    }

    /// The prefixes of the shard channels' names.
    pub(super) fn shard_channels(&self) -> Vec<String> {
        let sharded = self.adapters.iter().filter(|adapter| adapter.sharded);
        sharded.flat_map(|adapter| adapter.channel_prefixes.clone()).collect()
    }

    /// Whether there are only shard channels to tap.
    pub(super) fn is_sharded_only(&self) -> bool {
        self.patterns().is_empty() && self.streams().is_empty()
    }

    /// Decodes a frame; `None` if it belongs to no adapter.
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
            MalformedMessage { reason, bytes: raw_bytes(frame) }
        });
        Some(TapMessage { adapter: name, channel, time, size, decoded, origin: Arc::clone(origin) })
    }

    fn adapter_of(&self, frame: &Frame<'_>, sharded: bool) -> Option<&Adapter> {
        let mut candidates = self.adapters.iter().filter(|adapter| adapter.has_channel_of(frame, sharded));
        match self.adapters.as_slice() {
            [_] => candidates.next(),
            _ => candidates.find(|adapter| adapter.has_shape_of(frame)),
        }
        .map(|channels| &channels.adapter)
    }
}

impl AdapterChannels {
    fn new(adapter: Adapter) -> Self {
        let prefix = adapter.prefix().to_owned();
        let events = || format!("{prefix}#");
        let requests = || vec![format!("{prefix}-request#"), format!("{prefix}-response#")];
        let (channel_prefixes, channel, streams, sharded) = match &adapter {
            Adapter::Classic(_) => ([vec![events()], requests()].concat(), None, Vec::new(), false),
            Adapter::Sharded(_) => (vec![events()], None, Vec::new(), true),
            Adapter::SocketIoxide(socketioxide) => (requests(), None, Vec::new(), socketioxide.sharded),
            Adapter::Python(_) => (Vec::new(), Some(prefix.clone()), Vec::new(), false),
            Adapter::Streams(streams) => {
                let numbers = 1 - STREAM_NUMBER_LIMIT..STREAM_NUMBER_LIMIT;
                let numbered = numbers.map(|number| format!("{prefix}-{number}"));
                let keys = std::iter::once(prefix.clone()).chain(numbered).collect();
                let channels = if streams.before_0_3 { None } else { Some(format!("{}#", streams.channel_prefix)) };
                (channels.into_iter().collect(), None, keys, streams.sharded_pub_sub)
            }
        };
        Self { adapter, channel_prefixes, channel, streams, sharded }
    }

    fn patterns(&self) -> impl Iterator<Item = String> {
        let by_prefix = self.channel_prefixes.iter().map(|prefix| format!("{}*", escape_pattern(prefix)));
        by_prefix.chain(self.channel.as_deref().map(escape_pattern))
    }

    /// Whether the frame is from a channel or stream of this adapter.
    fn has_channel_of(&self, frame: &Frame<'_>, sharded: bool) -> bool {
        match *frame {
            Frame::Entry { stream, .. } => self.streams.iter().any(|key| key == stream),
            Frame::Published { channel, .. } => {
                let by_name = self.channel.as_deref() == Some(channel);
                let by_prefix = || self.channel_prefixes.iter().any(|prefix| channel.starts_with(prefix));
                self.sharded == sharded && (by_name || by_prefix())
            }
        }
    }

    /// Whether the payload begins as this adapter's messages do, on channels that it shares with another adapter.
    fn has_shape_of(&self, frame: &Frame<'_>) -> bool {
        let Frame::Published { payload, .. } = *frame else { return true };
        match &self.adapter {
            Adapter::SocketIoxide(socketioxide) => {
                socketioxide.sharded || matches!(payload.first(), Some(0x90..=0x9f | 0xdc | 0xdd))
            }
            Adapter::Streams(_) => matches!(payload.first(), Some(b'{' | 0x80..=0x8f | 0xde | 0xdf)),
            Adapter::Classic(_) | Adapter::Sharded(_) | Adapter::Python(_) => true,
        }
    }
}

/// The payload of a published message; of a stream entry, its fields as lines of `name=value`.
fn raw_bytes(frame: OwnedFrame) -> Vec<u8> {
    match frame {
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
    fn channel_and_payload_give_the_adapter() {
        let options = Options::new();
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
            assert_eq!(
                adapter_of(&options, channel, payload, sharded).as_deref(),
                Some(expected),
                "{channel} {payload:?}"
            );
        }
        for channel in ["other", "socket.io", "socket.iox#/#", "socketio2"] {
            assert_eq!(adapter_of(&options, channel, b"{}", false), None, "{channel}");
        }
        let entry = Frame::Entry { stream: "socket.io--3", fields: Vec::new() };
        assert_eq!(BusDecoder::new(&options).adapter_of(&entry, false).map(Adapter::name), Some("streams"));
    }

    #[test]
    fn configured_adapter_gets_every_message_on_its_channels() {
        let classic = Options::new().adapter(Adapter::Classic(Classic::default())).prefix("chat");
        assert_eq!(adapter_of(&classic, "chat#/#", b"{}", false).as_deref(), Some("classic"));
        assert_eq!(adapter_of(&classic, "chat", b"{}", false), None);
        assert_eq!(BusDecoder::new(&classic).patterns(), ["chat#*", "chat-request#*", "chat-response#*"]);
        let sharded = Options::new().adapter(Adapter::Sharded(Sharded::default()));
        assert!(BusDecoder::new(&sharded).is_sharded_only() && !BusDecoder::new(&classic).is_sharded_only());
        assert_eq!(BusDecoder::new(&sharded).shard_channels(), ["socket.io#"]);
    }

    #[test]
    fn prefix_is_escaped_in_patterns() {
        let patterns = BusDecoder::new(&Options::new().prefix("a*[b]")).patterns();
        assert_eq!(patterns, ["a\\*\\[b\\]", "a\\*\\[b\\]#*", "a\\*\\[b\\]-request#*", "a\\*\\[b\\]-response#*"]);
    }

    #[test]
    fn malformed_message_keeps_its_bytes() {
        let decoder = BusDecoder::new(&Options::new());
        let origin = Arc::new(TapOrigin::new(&Options::new(), None));
        let decode = |payload: &[u8]| {
            let frame = OwnedFrame::Published { channel: "socket.io#/#".to_owned(), payload: payload.to_vec() };
            decoder.decode(frame, false, SystemTime::now(), &origin).unwrap().decoded
        };
        let MalformedMessage { reason, bytes } = decode(b"\x93\xc1").unwrap_err();
        assert!(!reason.is_empty());
        assert_eq!(bytes, b"\x93\xc1");
        let tick = Adapter::Classic(Classic::default()).encode(&Message::emit("tick", Args::default())).unwrap();
        assert!(decode(tick.payload()).is_ok());
    }
}
