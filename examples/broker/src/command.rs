mod client;
mod connection;
mod info;
mod pubsub;

use std::{borrow::Cow, ops::RangeInclusive};

use bytes::Bytes;

use crate::{
    client_session::ClientSession,
    connected_client::SubscriptionKind::{Channel, Pattern, Shard},
};

/// All commands, the most frequent first.
pub(crate) static COMMANDS: [BrokerCommand; 32] = [
    BrokerCommand::new("publish", 3..=3, |session, args| pubsub::publish(session, Channel, args)),
    BrokerCommand::new("spublish", 3..=3, |session, args| pubsub::publish(session, Shard, args)),
    BrokerCommand::new("ping", 1..=2, connection::ping).allowed_while_subscribed(),
    BrokerCommand::new("subscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Channel, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("psubscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Pattern, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("ssubscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Shard, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("unsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Channel, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("punsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Pattern, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("sunsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Shard, args))
        .allowed_while_subscribed(),
    BrokerCommand::new("pubsub|channels", 2..=3, |session, args| pubsub::channels(session, Channel, args)),
    BrokerCommand::new("pubsub|numsub", 2..=ANY, |session, args| pubsub::numsub(session, Channel, args)),
    BrokerCommand::new("pubsub|numpat", 2..=2, pubsub::numpat),
    BrokerCommand::new("pubsub|shardchannels", 2..=3, |session, args| pubsub::channels(session, Shard, args)),
    BrokerCommand::new("pubsub|shardnumsub", 2..=ANY, |session, args| pubsub::numsub(session, Shard, args)),
    BrokerCommand::new("hello", 1..=ANY, connection::hello),
    BrokerCommand::new("auth", 2..=ANY, connection::auth),
    BrokerCommand::new("select", 2..=2, connection::select),
    BrokerCommand::new("reset", 1..=1, connection::reset).allowed_while_subscribed(),
    BrokerCommand::new("quit", 1..=ANY, connection::quit).allowed_while_subscribed(),
    BrokerCommand::new("client|setinfo", 4..=4, client::setinfo),
    BrokerCommand::new("client|setname", 3..=3, client::setname),
    BrokerCommand::new("client|getname", 2..=2, client::getname),
    BrokerCommand::new("client|id", 2..=2, client::id),
    BrokerCommand::new("client|info", 2..=2, client::info),
    BrokerCommand::new("client|list", 2..=2, client::list),
    BrokerCommand::new("client|no-evict", 3..=3, client::no_evict),
    BrokerCommand::new("info", 1..=ANY, info::info),
    BrokerCommand::new("command", 1..=ANY, info::command),
    BrokerCommand::new("echo", 2..=2, |session, args| session.reply(|out| out.bulk(&args[0]))),
    BrokerCommand::new("exists", 2..=ANY, |session, _| session.reply(|out| out.integer(0))),
    BrokerCommand::new("type", 2..=2, |session, _| session.reply(|out| out.simple("none"))),
    BrokerCommand::new("readonly", 1..=1, |_, _| Err("ERR This instance has cluster support disabled".into())),
];

/// `Ok` if the command has replied.
pub(crate) type CommandResult = Result<(), CommandError>;

/// An error reply. Its first word is the code.
pub(crate) type CommandError = Cow<'static, str>;

pub(crate) const SYNTAX_ERROR: CommandError = Cow::Borrowed("ERR syntax error");

/// A Redis command.
#[derive(Debug)]
pub(crate) struct BrokerCommand {
    /// In lower case; a bar separates the subcommand.
    pub(crate) name: &'static str,
    /// The permitted number of arguments, the name included.
    arity: RangeInclusive<usize>,
    /// True if a RESP2 client can send it while it has subscriptions.
    pub(crate) allowed_while_subscribed: bool,
    /// Executes the command with the arguments after its name.
    pub(crate) run: fn(&mut ClientSession, &[Bytes]) -> CommandResult,
}

const ANY: usize = usize::MAX;

impl BrokerCommand {
    const fn new(
        name: &'static str,
        arity: RangeInclusive<usize>,
        run: fn(&mut ClientSession, &[Bytes]) -> CommandResult,
    ) -> Self {
        Self { name, arity, allowed_while_subscribed: false, run }
    }

    const fn allowed_while_subscribed(mut self) -> Self {
        self.allowed_while_subscribed = true;
        self
    }
}

/// The index in `COMMANDS`, and the arguments after the command's name.
pub(crate) fn find(argv: &[Bytes]) -> Result<(usize, &[Bytes]), CommandError> {
    let Some((name, args)) = argv.split_first() else {
        return Err(unknown_command(b"", &[]));
    };
    let is = |text: &str, word: &[u8]| text.as_bytes().eq_ignore_ascii_case(word);
    let (index, args) = match COMMANDS.iter().position(|command| is(command.name, name)) {
        Some(index) if !name.contains(&b'|') => (index, args),
        _ => {
            let mut parts = COMMANDS.iter().filter_map(|command| command.name.split_once('|'));
            let (container, _) =
                parts.find(|(container, _)| is(container, name)).ok_or_else(|| unknown_command(name, args))?;
            let (part, args) = args.split_first().ok_or_else(|| wrong_arity(container))?;
            let whole = [container.as_bytes(), part].join(&b'|');
            let index = COMMANDS.iter().position(|command| is(command.name, &whole));
            (index.ok_or_else(|| unknown_subcommand(container, part))?, args)
        }
    };
    match COMMANDS[index].arity.contains(&argv.len()) {
        true => Ok((index, args)),
        false => Err(wrong_arity(COMMANDS[index].name)),
    }
}

fn unknown_command(name: &[u8], args: &[Bytes]) -> CommandError {
    const MAX_SHOWN: usize = 128;
    let mut shown = String::new();
    for arg in args {
        if shown.len() >= MAX_SHOWN {
            break;
        }
        shown.push_str(&format!("'{}' ", lossy_prefix(arg, MAX_SHOWN - shown.len())));
    }
    Cow::Owned(format!("ERR unknown command '{}', with args beginning with: {shown}", lossy_prefix(name, MAX_SHOWN)))
}

fn unknown_subcommand(container: &str, subcommand: &[u8]) -> CommandError {
    let help = container.to_ascii_uppercase();
    Cow::Owned(format!("ERR unknown subcommand '{}'. Try {help} HELP.", lossy_prefix(subcommand, 128)))
}

fn wrong_arity(name: &str) -> CommandError {
    Cow::Owned(format!("ERR wrong number of arguments for '{name}' command"))
}

fn lossy_prefix(bytes: &[u8], length: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..length.min(bytes.len())])
}
