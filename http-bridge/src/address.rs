use socketio_emitter::{Action, Args, Flags, Message, Target};
use utoipa::IntoParams;

/// To whom an event goes and how it travels, as parameters say it.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Address {
    /// Only to sockets in this room, or in any of these; to every socket of the namespace if none is named.
    #[param(required = false)]
    pub(crate) room: Vec<String>,
    /// But not to those in this room; repeatable. A socket's id is a room.
    #[param(required = false)]
    pub(crate) except: Vec<String>,
    /// The namespace, `/` by default.
    #[param(required = false)]
    pub(crate) namespace: String,
    /// Dropped where a client's connection is not ready to take it.
    #[param(required = false)]
    pub(crate) volatile: bool,
    /// Whether servers may compress it, which is for them to say by default.
    #[param(value_type = bool, required = false)]
    pub(crate) compress: Option<bool>,
}

impl Address {
    /// The event, addressed.
    pub(crate) fn message(self, event: String, args: Args) -> Message {
        let mut flags = Flags::default();
        flags.volatile = self.volatile;
        flags.compress = self.compress;
        let mut target = Target { except: self.except, ..Target::default() };
        target.of(&self.namespace);
        if !self.room.is_empty() {
            target.to(self.room);
        }
        Message { target, action: Action::Emit { event, args, flags } }
    }
}

/// The namespace where none is named.
pub(crate) fn root() -> String {
    "/".to_owned()
}
