use super::{Adapter, Streams, escape_pattern};

/// The length of a server's id.
const ID: usize = 16;

/// Where the ids of a namespace's servers can be seen: at the end of the names of channels that each has for itself.
#[derive(Debug)]
pub(crate) struct ServerRoster {
    start: String,
    sharded: bool,
    is_id: fn(&str) -> bool,
}

impl ServerRoster {
    /// The roster of an adapter whose answers name the servers; there is none to compare with where they do not.
    pub(super) fn of(adapter: &Adapter, namespace: &str) -> Option<Self> {
        let roster = |start, sharded, is_id| Some(Self { start, sharded, is_id });
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

    /// The pattern of the servers' own channels. Rooms have channels of the same kind; those of other lengths do not match.
    pub(crate) fn pattern(&self) -> String {
        format!("{}{}#", escape_pattern(&self.start), "?".repeat(ID))
    }

    /// Whether they are shard channels.
    pub(crate) fn sharded(&self) -> bool {
        self.sharded
    }

    /// The server whose own channel this is.
    pub(crate) fn server<'a>(&self, channel: &'a str) -> Option<&'a str> {
        let id = channel.strip_prefix(&self.start)?.strip_suffix('#')?;
        (self.is_id)(id).then_some(id)
    }
}

/// A room with such a name is taken for a server; there are few.
fn is_node_id(id: &str) -> bool {
    id.len() == ID && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_oxide_id(id: &str) -> bool {
    id.len() == ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
