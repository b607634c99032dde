//! The text form of an adapter and its options: `classic`, `streams,count=4`, `python,before-5.15.1`.

use std::{fmt, str::FromStr};

use super::{Adapter, Classic, Python, RoomChannels, Sharded, SocketIoxide, Streams};
use crate::base::Error;

/// The name of each adapter, with its options.
pub const ADAPTER_NAMES: [(&str, &[&str]); 5] = [
    ("classic", &[]),
    ("sharded", &["rooms=dynamic", "rooms=dynamic-private"]),
    ("streams", &["count=N", "max-len=N", "channels=PREFIX", "sharded", "before-0.3"]),
    ("socketioxide", &["sharded", "only-rooms"]),
    ("python", &["before-5.15.1"]),
];

impl FromStr for Adapter {
    type Err = Error;

    /// Parses an adapter's name, optionally followed by options: `NAME[,OPTION[=VALUE]]...`.
    ///
    /// ```
    /// use socketio_emitter::Adapter;
    ///
    /// let adapter: Adapter = "streams,count=4,sharded".parse()?;
    /// assert_eq!(adapter.to_string(), "streams,count=4,sharded");
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown name or option; it lists the known ones.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut words = text.split(',');
        let name = words.next().unwrap_or_default();
        let adapter = match name {
            "classic" => Self::Classic(Classic::default()),
            "sharded" => Self::Sharded(Sharded::default()),
            "streams" => Self::Streams(Streams::default()),
            "socketioxide" => Self::SocketIoxide(SocketIoxide::default()),
            "python" => Self::Python(Python::default()),
            _ => {
                let names = list(ADAPTER_NAMES.iter().map(|(name, _)| *name));
                return Err(Error::Config(format!("unknown adapter {name:?}; use one of {names}")));
            }
        };
        words.try_fold(adapter, |adapter, word| {
            let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
            adapter.with_option(option, value).ok_or_else(|| {
                let options =
                    ADAPTER_NAMES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, known)| known);
                let instead = match options {
                    [] => "it has no options".to_owned(),
                    options => format!("use {}", list(options.iter().copied())),
                };
                Error::Config(format!("the {name} adapter has no option {word:?}; {instead}"))
            })
        })
    }
}

impl Adapter {
    /// Sets an option; `None` if the adapter has no such option, or the value is invalid.
    fn with_option(self, option: &str, value: Option<&str>) -> Option<Self> {
        Some(match (self, option, value) {
            (Self::Sharded(sharded), "rooms", Some("dynamic")) => {
                Self::Sharded(sharded.room_channels(RoomChannels::Dynamic))
            }
            (Self::Sharded(sharded), "rooms", Some("dynamic-private")) => {
                Self::Sharded(sharded.room_channels(RoomChannels::DynamicPrivate))
            }
            (Self::Streams(streams), "count", Some(count)) => {
                let stream_count = count.parse().ok().filter(|count| *count > 0)?;
                Self::Streams(Streams { stream_count, ..streams })
            }
            (Self::Streams(streams), "max-len", Some(max_len)) => {
                Self::Streams(Streams { max_len: max_len.parse().ok()?, ..streams })
            }
            (Self::Streams(streams), "channels", Some(prefix)) => {
                Self::Streams(Streams { channel_prefix: prefix.to_owned(), ..streams })
            }
            (Self::Streams(streams), "sharded", None) => Self::Streams(Streams { sharded_pub_sub: true, ..streams }),
            (Self::Streams(streams), "before-0.3", None) => Self::Streams(streams.before_0_3()),
            (Self::SocketIoxide(oxide), "sharded", None) => Self::SocketIoxide(SocketIoxide { sharded: true, ..oxide }),
            (Self::SocketIoxide(oxide), "only-rooms", None) => {
                Self::SocketIoxide(SocketIoxide { only_rooms: true, ..oxide })
            }
            (Self::Python(python), "before-5.15.1", None) => Self::Python(Python { before_5_15_1: true, ..python }),
            _ => return None,
        })
    }
}

impl fmt::Display for Adapter {
    /// The name and the options that differ from the defaults. The prefix is not included.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Classic(_) => Ok(()),
            Self::Sharded(sharded) => match sharded.room_channels {
                None => Ok(()),
                Some(RoomChannels::Dynamic) => f.write_str(",rooms=dynamic"),
                Some(RoomChannels::DynamicPrivate) => f.write_str(",rooms=dynamic-private"),
            },
            Self::Streams(streams) => {
                let default = Streams::default();
                if streams.stream_count != default.stream_count {
                    write!(f, ",count={}", streams.stream_count)?;
                }
                if streams.max_len != default.max_len {
                    write!(f, ",max-len={}", streams.max_len)?;
                }
                if streams.channel_prefix != streams.prefix {
                    write!(f, ",channels={}", streams.channel_prefix)?;
                }
                if streams.sharded_pub_sub {
                    f.write_str(",sharded")?;
                }
                if streams.before_0_3 { f.write_str(",before-0.3") } else { Ok(()) }
            }
            Self::SocketIoxide(oxide) => {
                if oxide.sharded {
                    f.write_str(",sharded")?;
                }
                if oxide.only_rooms { f.write_str(",only-rooms") } else { Ok(()) }
            }
            Self::Python(python) => {
                if python.before_5_15_1 {
                    f.write_str(",before-5.15.1")
                } else {
                    Ok(())
                }
            }
        }
    }
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
