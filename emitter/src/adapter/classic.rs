//! The classic adapter: `@socket.io/redis-adapter`'s `createAdapter`, and `socket.io-redis` before it.
//!
//! | what | channel | format |
//! |---|---|---|
//! | an event for everyone, or for several rooms | `<prefix>#<namespace>#` | MessagePack |
//! | an event for one room | `<prefix>#<namespace>#<room>#` | MessagePack |
//! | an order to servers | `<prefix>-request#<namespace>#` | JSON |
//!
//! An event is the array `[sender, packet, options]`.

use serde::Serialize;

use crate::{
    args::{Args, PlainEvent},
    command::Command,
    error::{Error, Invalid},
    message::{Action, Close, Flags, Message, Target},
    msgpack,
};

const NAME: &str = "classic";

/// What every emitter signs with: no server has this id, so every server takes the message.
const SENDER: &str = "emitter";

/// The packet type of an event, with or without binary: servers find the binary themselves.
const EVENT: u64 = 2;

/// Options of the classic adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classic {
    /// The adapter's option `key`: `socket.io` by default.
    pub prefix: String,
}

impl Default for Classic {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned() }
    }
}

impl Classic {
    /// Sets the adapter's option `key`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        self.reachable(&target.namespace)?;
        match action {
            Action::Emit { event, args, flags } => Ok(self.broadcast(target, event, args, *flags)),
            Action::Join { rooms } => self.request(target, &Request::sockets(2, target).rooms(rooms)),
            Action::Leave { rooms } => self.request(target, &Request::sockets(3, target).rooms(rooms)),
            Action::Disconnect { close } => self.request(target, &Request::sockets(4, target).close(*close)),
            Action::ServerEmit { event, args } => {
                plain(args)?;
                self.request(target, &Request { uid: Some(SENDER), ..Request::new(6) }.data(event, args))
            }
        }
    }

    pub(super) fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    /// Servers subscribe by a pattern that holds the prefix and the namespace, so brackets in them match
    /// something else: nothing sent there would arrive.
    fn reachable(&self, namespace: &str) -> Result<(), Error> {
        for (pointer, what, name) in [("/namespace", "a namespace", namespace), ("", "a prefix", self.prefix.as_str())]
        {
            if name.contains(['[', ']']) {
                let reason = format!("servers of the {NAME} adapter cannot be reached on {what} with '[' or ']'");
                return Err(Invalid::new("unreachable-name", pointer, reason).into());
            }
        }
        Ok(())
    }

    fn broadcast(&self, target: &Target, event: &str, args: &Args, flags: Flags) -> Command {
        let rooms = target.rooms.as_deref().unwrap_or_default();
        let channel = match rooms {
            [room] => format!("{}#{}#{room}#", self.prefix, target.namespace),
            _ => format!("{}#{}#", self.prefix, target.namespace),
        };
        let names = rooms.iter().chain(&target.except).map(|room| room.len() + 5).sum::<usize>();
        let mut out = Vec::with_capacity(96 + event.len() + args.as_msgpack().len() + names);
        msgpack::array(&mut out, 3);
        msgpack::str(&mut out, SENDER);
        packet(&mut out, &target.namespace, event, args);
        options(&mut out, rooms, &target.except, flags);
        Command::publish(channel, out)
    }

    fn request(&self, target: &Target, request: &Request<'_>) -> Result<Command, Error> {
        let json = serde_json::to_vec(request)
            .map_err(|error| Invalid::new("value", "/args", format!("no JSON can carry this: {error}")))?;
        Ok(Command::publish(self.request_channel(&target.namespace), json))
    }
}

fn packet(out: &mut Vec<u8>, namespace: &str, event: &str, args: &Args) {
    msgpack::map(out, 3);
    msgpack::str(out, "type");
    msgpack::uint(out, EVENT);
    msgpack::str(out, "data");
    msgpack::array(out, 1 + args.len());
    msgpack::str(out, event);
    out.extend_from_slice(args.as_msgpack());
    msgpack::str(out, "nsp");
    msgpack::str(out, namespace);
}

fn options(out: &mut Vec<u8>, rooms: &[String], except: &[String], flags: Flags) {
    msgpack::map(out, 3);
    msgpack::str(out, "rooms");
    names(out, rooms);
    msgpack::str(out, "flags");
    let set = [flags.volatile.then_some(("volatile", true)), flags.compress.map(|on| ("compress", on))];
    msgpack::map(out, set.iter().flatten().count());
    for (name, value) in set.into_iter().flatten() {
        msgpack::str(out, name);
        msgpack::bool(out, value);
    }
    msgpack::str(out, "except");
    names(out, except);
}

fn names(out: &mut Vec<u8>, names: &[String]) {
    msgpack::array(out, names.len());
    names.iter().for_each(|name| msgpack::str(out, name));
}

/// Orders to servers are JSON.
fn plain(args: &Args) -> Result<(), Error> {
    if args.has_binary() {
        let what = "binary in a server-side emit".to_owned();
        return Err(Error::Unsupported { adapter: NAME, what, instead: "send it as base64 text" });
    }
    if args.is_finite() {
        return Ok(());
    }
    let reason = "NaN and infinities have no JSON form, which carries this; send null or a string";
    Err(Invalid::new("not-finite", "/args", reason).into())
}

/// An order to servers, as they read it.
#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'static str>,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<Opts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PlainEvent<'a>>,
}

#[derive(Serialize)]
struct Opts<'a> {
    rooms: &'a [String],
    except: &'a [String],
}

impl<'a> Request<'a> {
    fn new(kind: u8) -> Self {
        Self { uid: None, kind, opts: None, rooms: None, close: None, data: None }
    }

    fn sockets(kind: u8, target: &'a Target) -> Self {
        let rooms = target.rooms.as_deref().unwrap_or_default();
        Self { opts: Some(Opts { rooms, except: &target.except }), ..Self::new(kind) }
    }

    fn rooms(self, rooms: &'a [String]) -> Self {
        Self { rooms: Some(rooms), ..self }
    }

    fn close(self, close: Close) -> Self {
        Self { close: Some(close == Close::Yes), ..self }
    }

    fn data(self, event: &'a str, args: &'a Args) -> Self {
        Self { data: Some(PlainEvent { event, args }), ..self }
    }
}
