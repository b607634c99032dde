use super::{Adapter, Streams, escape_pattern};

/// The length of a server's id, in bytes.
const SERVER_ID_LENGTH: usize = 16;

/// Lists the ids of the servers on a namespace: each server subscribes to a channel whose name ends with its id.
#[derive(Debug)]
pub(crate) struct ServerRoster {
    channel_prefix: String,
    sharded: bool,
    is_server_id: fn(&str) -> bool,
}

impl ServerRoster {
    /// `None` if the adapter's responses do not identify their server: there is nothing to compare the list with.
    pub(super) fn new(adapter: &Adapter, namespace: &str) -> Option<Self> {
        let roster = |channel_prefix, sharded, is_server_id| Some(Self { channel_prefix, sharded, is_server_id });
        match adapter {
            Adapter::Classic(_) | Adapter::Python(_) | Adapter::Streams(Streams { before_0_3: true, .. }) => None,
            Adapter::Sharded(sharded) => roster(format!("{}#{namespace}#", sharded.prefix), true, is_node_id),
            Adapter::Streams(streams) => {
                roster(format!("{}#{namespace}#", streams.channel_prefix), streams.sharded_pub_sub, is_node_id)
            }
            Adapter::SocketIoxide(oxide) => {
                roster(format!("{}-request#{namespace}#", oxide.prefix), oxide.sharded, is_oxide_id)
            }
        }
    }

    /// The Redis pattern that matches the servers' own channels. Channels of rooms match only if their names have the
    /// same length.
    pub(crate) fn pattern(&self) -> String {
        format!("{}{}#", escape_pattern(&self.channel_prefix), "?".repeat(SERVER_ID_LENGTH))
    }

    /// True if the channels are shard channels.
    pub(crate) fn sharded(&self) -> bool {
        self.sharded
    }

    /// The id of the server that owns a channel; `None` if it is not a server's own channel.
    pub(crate) fn server<'a>(&self, channel: &'a str) -> Option<&'a str> {
        let id = channel.strip_prefix(&self.channel_prefix)?.strip_suffix('#')?;
        (self.is_server_id)(id).then_some(id)
    }
}

/// A room whose name has this form is mistaken for a server. Such names are rare.
fn is_node_id(id: &str) -> bool {
    id.len() == SERVER_ID_LENGTH && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_oxide_id(id: &str) -> bool {
    id.len() == SERVER_ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
