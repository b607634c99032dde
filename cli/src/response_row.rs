//! The answers of a request as lines on stdout.

use serde::Serialize;
use serde_json::Result;
use socketio_emitter::{
    Args,
    request::{Ack, RemoteServer, RemoteSocket, Response, ServerAck, ServerValue},
};

use crate::output::escape_control;

/// The placeholder of an empty column, so that every line has the same columns.
const EMPTY: &str = "-";

/// An answer that can be printed.
pub(crate) trait ResponseRow: Response {
    /// The noun for the summary. `None` for servers, which the summary counts anyway.
    const NAME: Option<&'static str>;

    /// One line of text for people, `cut` and `awk`, with tabs between the columns.
    fn text(&self) -> Result<String>;

    /// The JSON object.
    fn object(&self) -> impl Serialize;
}

impl ResponseRow for Ack {
    const NAME: Option<&'static str> = Some("acknowledgement");

    fn text(&self) -> Result<String> {
        Ok(columns(&[Some(args_json(&self.args)?)], &[&self.socket, &self.server]))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

impl ResponseRow for ServerAck {
    const NAME: Option<&'static str> = Some("acknowledgement");

    fn text(&self) -> Result<String> {
        Ok(columns(&[Some(args_json(&self.args)?)], &[&self.server]))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

impl ResponseRow for RemoteSocket {
    const NAME: Option<&'static str> = Some("socket");

    fn text(&self) -> Result<String> {
        let others = |rooms: &Vec<String>| {
            // Every socket is in a room named by its own id.
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

impl ResponseRow for String {
    const NAME: Option<&'static str> = Some("room");

    fn text(&self) -> Result<String> {
        Ok(escape_control(self))
    }

    fn object(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct RoomRow<'a> {
            room: &'a str,
        }
        RoomRow { room: self }
    }
}

impl ResponseRow for RemoteServer {
    const NAME: Option<&'static str> = None;

    fn text(&self) -> Result<String> {
        Ok(escape_control(self.id.as_deref().unwrap_or(EMPTY)))
    }

    fn object(&self) -> impl Serialize {
        self
    }
}

/// Joins the fixed columns, and those optional columns that have a value, with tabs.
fn columns(fixed: &[Option<String>], optional: &[&Option<String>]) -> String {
    let fixed = fixed.iter().map(|cell| cell.as_deref().unwrap_or(EMPTY));
    let optional = optional.iter().filter_map(|cell| cell.as_deref());
    fixed.chain(optional).map(escape_control).collect::<Vec<_>>().join("\t")
}

/// One argument by itself; none or several as a JSON array.
fn args_json(args: &Args) -> Result<String> {
    let list = serde_json::to_string(args)?;
    match (args.len(), list.strip_prefix('[').and_then(|list| list.strip_suffix(']'))) {
        (1, Some(value)) => Ok(value.to_owned()),
        _ => Ok(list),
    }
}

fn json(datum: &ServerValue) -> Result<String> {
    serde_json::to_string(datum)
}
