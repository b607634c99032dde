use socketio_emitter::{Action, Args, Flags, Message, Target};

/// To whom an event goes and how it travels, as parameters say it.
#[derive(Debug)]
pub(crate) struct Address {
    /// None at all is everyone.
    pub(crate) room: Vec<String>,
    pub(crate) except: Vec<String>,
    pub(crate) namespace: String,
    pub(crate) volatile: bool,
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
