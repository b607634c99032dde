use socketio_emitter::{
    Args, Message,
    message::{Action, Flags, Target},
};
use utoipa::IntoParams;

/// The target and the flags of an event.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AddressParams {
    /// Send only to sockets in this room (repeatable: in any of the rooms). Default: every socket of the namespace.
    #[param(required = false)]
    pub(crate) room: Vec<String>,
    /// Exclude sockets in this room (repeatable). A socket's id is the name of its own room.
    #[param(required = false)]
    pub(crate) except: Vec<String>,
    /// Namespace. Default: `/`.
    #[param(required = false)]
    pub(crate) namespace: String,
    /// Drop the event for clients whose connection is not ready.
    #[param(required = false)]
    pub(crate) volatile: bool,
    /// Whether servers may compress the event. Default: the setting of each server.
    #[param(value_type = bool, required = false)]
    pub(crate) compress: Option<bool>,
}

impl AddressParams {
    /// The event as a message to this target.
    pub(crate) fn message(self, event: String, args: Args) -> Message {
        let mut flags = Flags::default();
        flags.volatile = self.volatile;
        flags.compress = self.compress;
        let mut target = Target::default();
        target.except = self.except;
        target.of(&self.namespace);
        if !self.room.is_empty() {
            target.to(self.room);
        }
        Message::new(target, Action::Emit { event, args, flags })
    }
}
