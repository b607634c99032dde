//! An answer as a line on stdout.

use serde::Serialize;
use serde_json::Result;
use socketio_emitter::{Ack, Answer, Args, Datum, Server, ServerAck, Socket};

use crate::output::safe;

/// What stands for nothing, so that every line has the same columns.
const NOTHING: &str = "-";

/// An answer that can be printed.
pub(crate) trait Row: Answer {
    /// What one of them is called; nothing for servers, which are counted anyway.
    const NAME: Option<&'static str>;

    /// One line for people, `cut` and `awk`: columns with a tab between them.
    fn text(&self) -> Result<String>;

    /// What goes into a line of JSON.
    fn object(&self) -> impl Serialize;
}

impl Row for Ack {
    const NAME: Option<&'static str> = Some("acknowledgement");

    fn text(&self) -> Result<String> {
        Ok(columns(&[Some(values(&self.args)?)], &[&self.socket, &self.server]))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

impl Row for ServerAck {
    const NAME: Option<&'static str> = Some("acknowledgement");

    fn text(&self) -> Result<String> {
        Ok(columns(&[Some(values(&self.args)?)], &[&self.server]))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

impl Row for Socket {
    const NAME: Option<&'static str> = Some("socket");

    fn text(&self) -> Result<String> {
        let others = |rooms: &Vec<String>| {
            // Every socket is in the room of its own id.
            let rooms: Vec<_> = rooms.iter().filter(|room| **room != self.id).map(String::as_str).collect();
            rooms.join(",")
        };
        let data = self.data.as_ref().map(json).transpose()?.filter(|data| data != "{}" && data != "null");
        let cells = [
            Some(self.id.clone()),
            self.server.clone(),
            self.rooms.as_ref().map(others).filter(|rooms| !rooms.is_empty()),
            data,
        ];
        Ok(columns(&cells, &[&self.handshake.as_ref().map(json).transpose()?]))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

impl Row for String {
    const NAME: Option<&'static str> = Some("room");

    fn text(&self) -> Result<String> {
        Ok(safe(self))
    }

    fn object(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Room<'a> {
            room: &'a str,
        }
        Room { room: self }
    }
}

impl Row for Server {
    const NAME: Option<&'static str> = None;

    fn text(&self) -> Result<String> {
        Ok(safe(self.id.as_deref().unwrap_or(NOTHING)))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

/// Columns that are always there, and others that follow where there is something in them.
fn columns(always: &[Option<String>], more: &[&Option<String>]) -> String {
    let always = always.iter().map(|cell| cell.as_deref().unwrap_or(NOTHING));
    let more = more.iter().filter_map(|cell| cell.as_deref());
    always.chain(more).map(safe).collect::<Vec<_>>().join("\t")
}

/// One argument as itself, none or several as a list.
fn values(args: &Args) -> Result<String> {
    let list = serde_json::to_string(args)?;
    match (args.len(), list.strip_prefix('[').and_then(|list| list.strip_suffix(']'))) {
        (1, Some(value)) => Ok(value.to_owned()),
        _ => Ok(list),
    }
}

fn json(datum: &Datum) -> Result<String> {
    serde_json::to_string(datum)
}
