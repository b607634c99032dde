//! What is sent, and where nobody receives it.

use socketio_emitter::{Adapter, Args, Classic, Emitter, Error, Message, Outgoing, SocketIo};
use uuid::Uuid;

use crate::{failure::Failure, global::Global, output::Output};

/// The event's name.
const EVENT: &str = "sio:bench";

/// An event, and an emitter that sends it where no client receives it.
pub(super) struct Aim {
    emitter: Emitter,
    message: Message,
    adapter: &'static str,
    channel: String,
    bytes: usize,
    /// Servers read it.
    heard: bool,
}

impl Aim {
    /// Finds out which adapter there is, and makes sure that Redis is there.
    ///
    /// Unless servers are to read the events, these go by channels of their own: to nobody. A stream would stay.
    pub(super) async fn take(
        global: &Global,
        size: usize,
        heard: bool,
        trim: bool,
        output: Output,
    ) -> Result<Self, Failure> {
        let emitter = global.cluster.emitter()?;
        let adapter = match emitter.detect(global.namespace()).await {
            Ok(adapter) => adapter,
            Err(error) if !heard && is_undecided(&error) => {
                output.detail(&format!("written for the classic adapter: {error}"));
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
        // To one room, some servers see at the channel's name that nobody is in it, and do not look into the message.
        message.target.to(rooms.into_iter().take(if heard { 2 } else { 1 }));
        // It is the same for every version, so theirs need not be asked for.
        let mut adapter = adapter.with_socket_io(SocketIo::V4);
        let command = adapter.encode(&message)?;
        let (stays, stream) = (command.name() == "XADD", command.channel());
        if stays && !heard {
            return Err(Failure::usage(format!(
                "the {} adapter keeps events in a stream, {stream:?}, where they push out those that clients may still \
                 need. --servers --trim --rate N measures that all the same; --adapter classic measures PUBLISH, which \
                 nobody hears",
                adapter.name()
            )));
        }
        if stays && !trim {
            return Err(Failure::usage(format!(
                "the servers keep events in a stream, {stream:?}, where each pushes out an older one, which a client that \
                 reconnects may need; --trim says that this may be"
            )));
        }
        if !heard {
            let prefix = format!("{}-bench-{random}", adapter.prefix());
            adapter = adapter.with_prefix(prefix);
        }
        emitter.ping(global.cluster.timeout()).await?;
        let command = adapter.encode(&message)?;
        let (channel, bytes) = (command.channel().to_owned(), command.size());
        Ok(Self { adapter: adapter.name(), emitter: emitter.speaking(adapter), message, channel, bytes, heard })
    }

    pub(super) fn emitter(&self) -> &Emitter {
        &self.emitter
    }

    /// Another one of the events.
    pub(super) fn event(&self) -> Outgoing {
        self.emitter.send(self.message.clone())
    }

    pub(super) fn adapter(&self) -> &'static str {
        self.adapter
    }

    /// The channel that it is published on, or the stream that it is appended to.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    pub(super) fn namespace(&self) -> &str {
        &self.message.target.namespace
    }

    /// What Redis takes for one event: its channel and what it carries.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    /// What is sent, and who has to do with it.
    pub(super) fn words(&self) -> String {
        let Self { adapter, channel, bytes, .. } = self;
        let who = match self.heard {
            true => format!("every server of {} reads these, and no client receives them", self.namespace()),
            false => "no server reads these".to_owned(),
        };
        format!("{adapter}, {bytes} bytes an event, on {channel}: {who}")
    }
}

/// Nobody is there who would say how to write.
fn is_undecided(error: &Error) -> bool {
    matches!(error, Error::NoServers { .. } | Error::SeveralAdapters { .. } | Error::Undetected { .. })
}
