mod client;
mod greeting;
mod info;
mod pubsub;

use std::{borrow::Cow, ops::RangeInclusive};

use bytes::Bytes;

use crate::{member::Kind, session::Session};

/// Every command there is, the most frequent first.
pub(crate) static COMMANDS: [Command; 32] = [
    Command::new("publish", 3..=3, |session, args| pubsub::publish(session, Kind::Channel, args)),
    Command::new("spublish", 3..=3, |session, args| pubsub::publish(session, Kind::Shard, args)),
    Command::new("ping", 1..=2, greeting::ping).while_listening(),
    Command::new("subscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Kind::Channel, args))
        .while_listening(),
    Command::new("psubscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Kind::Pattern, args))
        .while_listening(),
    Command::new("ssubscribe", 2..=ANY, |session, args| pubsub::subscribe(session, Kind::Shard, args))
        .while_listening(),
    Command::new("unsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Kind::Channel, args))
        .while_listening(),
    Command::new("punsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Kind::Pattern, args))
        .while_listening(),
    Command::new("sunsubscribe", 1..=ANY, |session, args| pubsub::unsubscribe(session, Kind::Shard, args))
        .while_listening(),
    Command::new("pubsub|channels", 2..=3, |session, args| pubsub::channels(session, Kind::Channel, args)),
    Command::new("pubsub|numsub", 2..=ANY, |session, args| pubsub::numsub(session, Kind::Channel, args)),
    Command::new("pubsub|numpat", 2..=2, pubsub::numpat),
    Command::new("pubsub|shardchannels", 2..=3, |session, args| pubsub::channels(session, Kind::Shard, args)),
    Command::new("pubsub|shardnumsub", 2..=ANY, |session, args| pubsub::numsub(session, Kind::Shard, args)),
    Command::new("hello", 1..=ANY, greeting::hello),
    Command::new("auth", 2..=ANY, greeting::auth),
    Command::new("select", 2..=2, greeting::select),
    Command::new("reset", 1..=1, greeting::reset).while_listening(),
    Command::new("quit", 1..=ANY, greeting::quit).while_listening(),
    Command::new("client|setinfo", 4..=4, client::setinfo),
    Command::new("client|setname", 3..=3, client::setname),
    Command::new("client|getname", 2..=2, client::getname),
    Command::new("client|id", 2..=2, client::id),
    Command::new("client|info", 2..=2, client::info),
    Command::new("client|list", 2..=2, client::list),
    Command::new("client|no-evict", 3..=3, client::no_evict),
    Command::new("info", 1..=ANY, info::info),
    Command::new("command", 1..=ANY, info::command),
    Command::new("echo", 2..=2, |session, args| session.answer(|reply| reply.bulk(&args[0]))),
    Command::new("exists", 2..=ANY, |session, _| session.answer(|reply| reply.integer(0))),
    Command::new("type", 2..=2, |session, _| session.answer(|reply| reply.simple("none"))),
    Command::new("readonly", 1..=1, |_, _| Err("ERR This instance has cluster support disabled".into())),
];

/// A command is answered, or it is refused.
pub(crate) type Outcome = Result<(), Refused>;

/// Why a command was not run: its first word is the code that clients know it by.
pub(crate) type Refused = Cow<'static, str>;

pub(crate) const SYNTAX: Refused = Cow::Borrowed("ERR syntax error");

/// A command as Redis knows it.
#[derive(Debug)]
pub(crate) struct Command {
    /// In lower case, and with a bar before a subcommand.
    pub(crate) name: &'static str,
    /// How many words it may have, its name included.
    words: RangeInclusive<usize>,
    /// True if a RESP2 connection with subscriptions may send it.
    pub(crate) while_listening: bool,
    /// Does it, with the words behind its name.
    pub(crate) run: fn(&mut Session, &[Bytes]) -> Outcome,
}

const ANY: usize = usize::MAX;

impl Command {
    const fn new(name: &'static str, words: RangeInclusive<usize>, run: fn(&mut Session, &[Bytes]) -> Outcome) -> Self {
        Self { name, words, while_listening: false, run }
    }

    const fn while_listening(mut self) -> Self {
        self.while_listening = true;
        self
    }
}

/// The command's place in the table, and the words behind its name.
pub(crate) fn find(words: &[Bytes]) -> Result<(usize, &[Bytes]), Refused> {
    let Some((name, args)) = words.split_first() else {
        return Err(unknown(b"", &[]));
    };
    let is = |text: &str, word: &[u8]| text.as_bytes().eq_ignore_ascii_case(word);
    let (index, args) = match COMMANDS.iter().position(|command| is(command.name, name)) {
        Some(index) if !name.contains(&b'|') => (index, args),
        _ => {
            let mut parts = COMMANDS.iter().filter_map(|command| command.name.split_once('|'));
            let (container, _) = parts.find(|(container, _)| is(container, name)).ok_or_else(|| unknown(name, args))?;
            let (part, args) = args.split_first().ok_or_else(|| wrong_number(container))?;
            let whole = [container.as_bytes(), part].join(&b'|');
            let index = COMMANDS.iter().position(|command| is(command.name, &whole));
            (index.ok_or_else(|| unknown_part(container, part))?, args)
        }
    };
    match COMMANDS[index].words.contains(&words.len()) {
        true => Ok((index, args)),
        false => Err(wrong_number(COMMANDS[index].name)),
    }
}

fn unknown(name: &[u8], args: &[Bytes]) -> Refused {
    const SHOWN: usize = 128;
    let mut shown = String::new();
    for arg in args {
        if shown.len() >= SHOWN {
            break;
        }
        shown.push_str(&format!("'{}' ", start(arg, SHOWN - shown.len())));
    }
    Cow::Owned(format!("ERR unknown command '{}', with args beginning with: {shown}", start(name, SHOWN)))
}

fn unknown_part(container: &str, part: &[u8]) -> Refused {
    let help = container.to_ascii_uppercase();
    Cow::Owned(format!("ERR unknown subcommand '{}'. Try {help} HELP.", start(part, 128)))
}

fn wrong_number(name: &str) -> Refused {
    Cow::Owned(format!("ERR wrong number of arguments for '{name}' command"))
}

fn start(bytes: &[u8], length: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..length.min(bytes.len())])
}
