//! The event that `sio bench` sends, and the channel it is sent to.

use socketio_emitter::{
    Adapter, Args, Emitter, Error, Message, Outgoing,
    adapter::{Classic, SocketIo},
};
use uuid::Uuid;

use crate::{cli_error::CliError, global_args::GlobalArgs, output::Output};

const EVENT: &str = "sio:bench";

/// An event, and an emitter that sends it to where no client receives it.
pub(super) struct BenchTarget {
    emitter: Emitter,
    message: Message,
    adapter: &'static str,
    channel: String,
    bytes: usize,
    read_by_servers: bool,
}

impl BenchTarget {
    /// Detects the adapter, builds the event, and checks that Redis is reachable.
    ///
    /// Unless servers are to read the events, the events use a channel of their own. A stream is refused, because it
    /// would keep them.
    pub(super) async fn prepare(
        global: &GlobalArgs,
        size: usize,
        read_by_servers: bool,
        trim: bool,
        output: Output,
    ) -> Result<Self, CliError> {
        let emitter = global.cluster.emitter()?;
        let adapter = match emitter.detect(global.namespace()).await {
            Ok(adapter) => adapter,
            Err(error) if !read_by_servers && is_undetected(&error) => {
                output.verbose(&format!("using the format of the classic adapter: {error}"));
                let classic = Adapter::Classic(Classic::default());
                match global.cluster.prefix() {
                    Some(prefix) => classic.with_prefix(prefix),
                    None => classic,
                }
            }
            Err(error) => return Err(error.into()),
        };

        let random = &Uuid::new_v4().simple().to_string()[..8];
        let mut message = Message::emit(EVENT, Args::new(&"x".repeat(size))?);
        message.target.of(global.namespace());
        let rooms = ["a", "b"].map(|room| format!("{EVENT}:{random}:{room}"));
        // With a single room, some servers see from the channel name that it is empty and do not decode the message.
        message.target.to(rooms.into_iter().take(if read_by_servers { 2 } else { 1 }));
        // The encoding is the same for every version, so the servers' version need not be detected.
        let mut adapter = adapter.with_socket_io(SocketIo::V4);
        let command = adapter.encode(&message)?;
        let (is_stream, stream) = (command.name() == "XADD", command.channel());
        if is_stream && !read_by_servers {
            return Err(CliError::usage(format!(
                "the {} adapter keeps events in a stream, {stream:?}, where they displace events that reconnecting clients \
                 may need; use --servers --trim --rate N to measure anyway, or --adapter classic to measure PUBLISH on a \
                 channel without subscribers",
                adapter.name()
            )));
        }
        if is_stream && !trim {
            return Err(CliError::usage(format!(
                "the servers keep events in a stream, {stream:?}, where each displaces an older one that a reconnecting \
                 client may need; use --trim to allow this"
            )));
        }
        if !read_by_servers {
            let prefix = format!("{}-bench-{random}", adapter.prefix());
            adapter = adapter.with_prefix(prefix);
        }
        emitter.ping(global.cluster.timeout()).await?;
        let command = adapter.encode(&message)?;
        let (channel, bytes) = (command.channel().to_owned(), command.size());
        let name = adapter.name();
        Ok(Self { adapter: name, emitter: emitter.with_adapter(adapter), message, channel, bytes, read_by_servers })
    }

    pub(super) fn emitter(&self) -> &Emitter {
        &self.emitter
    }

    /// A new copy of the event, ready to send.
    pub(super) fn event(&self) -> Outgoing {
        self.emitter.send(self.message.clone())
    }

    pub(super) fn adapter(&self) -> &'static str {
        self.adapter
    }

    /// The channel or the stream of the events.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    pub(super) fn namespace(&self) -> &str {
        &self.message.target.namespace
    }

    /// The size of one event in Redis: channel and payload, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_read_by_servers(&self) -> bool {
        self.read_by_servers
    }

    /// One line about the events and who receives them.
    pub(super) fn describe(&self) -> String {
        let Self { adapter, channel, bytes, .. } = self;
        let readers = match self.read_by_servers {
            true => format!("every server of {} reads these, and no client receives them", self.namespace()),
            false => "no server reads these".to_owned(),
        };
        format!("{adapter}, {bytes} bytes per event, on {channel}: {readers}")
    }
}

/// Returns true if there are no servers, or servers of several adapters.
fn is_undetected(error: &Error) -> bool {
    matches!(error, Error::NoServers { .. } | Error::SeveralAdapters { .. } | Error::Undetected { .. })
}
