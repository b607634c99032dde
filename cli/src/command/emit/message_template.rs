//! The message of `sio emit`, rendered for each send.

use socketio_emitter::{
    Message,
    message::{Action, Flags},
};

use super::EmitCommand;
use crate::{
    cli_error::CliError,
    event_args::EventArgs,
    global_args::GlobalArgs,
    template::{EventTemplates, TemplateText, TemplateVariables},
};

/// An event for clients, whose texts may be templates.
pub(super) struct MessageTemplate {
    templates: EventTemplates,
    event: TemplateText,
    args: EventArgs,
    namespace: String,
    to: Vec<TemplateText>,
    except: Vec<TemplateText>,
    flags: Flags,
}

impl MessageTemplate {
    /// Parses the command line and reads its files and stdin.
    pub(super) fn new(command: EmitCommand, global: &GlobalArgs) -> Result<Self, CliError> {
        let mut templates = EventTemplates::new(command.template)?;
        let mut flags = Flags::default();
        flags.volatile = command.volatile;
        flags.compress = command.no_compress.then_some(false);
        Ok(Self {
            event: templates.parse("EVENT".to_owned(), command.event)?,
            to: parse_rooms(&mut templates, "--to", command.rooms.to)?,
            except: parse_rooms(&mut templates, "--except", command.rooms.except)?,
            args: EventArgs::new(command.args, &mut templates, global.cluster.numbers())?,
            templates,
            namespace: global.namespace().to_owned(),
            flags,
        })
    }

    /// Renders message `number`, counted from 1.
    pub(super) fn render(&mut self, number: u64) -> Result<Message, CliError> {
        let variables = TemplateVariables::now(number);
        let render = |text| self.templates.render(text, &variables).map(String::from);
        let event = render(&self.event)?;
        let to = self.to.iter().map(render).collect::<Result<Vec<_>, _>>()?;
        let except = self.except.iter().map(render).collect::<Result<_, _>>()?;
        let args = self.args.render(&self.templates, &variables)?;
        let mut message = Message::from(Action::Emit { event, args, flags: self.flags });
        message.target.of(&self.namespace);
        if !to.is_empty() {
            message.target.to(to);
        }
        message.target.except = except;
        Ok(message)
    }
}

fn parse_rooms(templates: &mut EventTemplates, flag: &str, rooms: Vec<String>) -> Result<Vec<TemplateText>, CliError> {
    let rooms = rooms.into_iter().enumerate();
    rooms.map(|(index, room)| templates.parse(format!("{flag} {}", index + 1), room)).collect()
}
