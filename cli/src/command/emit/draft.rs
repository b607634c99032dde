//! The message as it was typed, and made anew whenever it is sent.

use socketio_emitter::{Action, Flags, Message};

use super::Emit;
use crate::{
    failure::Failure,
    global::Global,
    template::{Templates, Text, Variables},
    value::Values,
};

/// An event for clients, templates or not.
pub(super) struct Draft {
    templates: Templates,
    event: Text,
    values: Values,
    namespace: String,
    to: Vec<Text>,
    except: Vec<Text>,
    flags: Flags,
}

impl Draft {
    /// Reads what was typed, files and stdin included.
    pub(super) fn new(emit: Emit, global: &Global) -> Result<Self, Failure> {
        let mut templates = Templates::new(emit.template)?;
        let mut flags = Flags::default();
        flags.volatile = emit.volatile;
        flags.compress = emit.no_compress.then_some(false);
        Ok(Self {
            event: templates.read("EVENT".to_owned(), emit.event)?,
            to: rooms(&mut templates, "--to", emit.rooms.to)?,
            except: rooms(&mut templates, "--except", emit.rooms.except)?,
            values: Values::new(emit.typed, &mut templates, global.cluster.numbers())?,
            templates,
            namespace: global.namespace().to_owned(),
            flags,
        })
    }

    /// The message with this running number, as it is now.
    pub(super) fn message(&mut self, number: u64) -> Result<Message, Failure> {
        let variables = Variables::now(number);
        let render = |text| self.templates.render(text, &variables).map(String::from);
        let event = render(&self.event)?;
        let to = self.to.iter().map(render).collect::<Result<Vec<_>, _>>()?;
        let except = self.except.iter().map(render).collect::<Result<_, _>>()?;
        let args = self.values.pack(&self.templates, &variables)?;
        let mut message = Message::from(Action::Emit { event, args, flags: self.flags });
        message.target.of(&self.namespace);
        if !to.is_empty() {
            message.target.to(to);
        }
        message.target.except = except;
        Ok(message)
    }
}

fn rooms(templates: &mut Templates, flag: &str, rooms: Vec<String>) -> Result<Vec<Text>, Failure> {
    rooms.into_iter().enumerate().map(|(at, room)| templates.read(format!("{flag} {}", at + 1), room)).collect()
}
