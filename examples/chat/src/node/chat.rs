use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use socketio_emitter::{Args, Emitter};
use socketioxide::{
    SocketIo,
    extract::{AckSender, SocketRef, TryData},
    handler::ConnectHandler,
};
use tokio::{
    sync::{Mutex, Notify},
    time::{MissedTickBehavior, interval},
};

use super::{
    origin::is_foreign,
    people::{Announcement, Elsewhere, Person, nickname},
    question::Question,
};

/// What a person says: from a client its text, to clients a [`Said`].
const CHAT: &str = "chat";
/// Everyone who is here: to clients, and from node to node as a server-side event.
const PEOPLE: &str = "people";
/// The first thing a client hears.
const WELCOME: &str = "welcome";
/// The cluster's answer to a person's question.
const CLUSTER: &str = "cluster";
/// What is pushed from outside, when it has the name of something that only nodes say.
const MESSAGE: &str = "message";

/// How emitters sign. Servers sign with their ids.
const EMITTER: &str = "emitter";

/// The longest text, in characters.
const MAX_TEXT: usize = 2000;

/// The most rooms that a client may ask for.
const MAX_ROOMS: usize = 16;

/// How often a node says who is on it, so that the others know that it is there.
const BEAT: Duration = Duration::from_secs(4);

/// The room, as one node sees it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Chat(Arc<Inner>);

struct Inner {
    node: String,
    io: SocketIo,
    emitter: Emitter,
    /// The lock is held while clients are told, so that nobody hears old news after new.
    presence: Mutex<Presence>,
    changed: Notify,
    /// Whether the other nodes are to say who is on them.
    ask: AtomicBool,
    /// Whether they want to hear it from this one.
    asked: AtomicBool,
}

#[derive(Default)]
struct Presence {
    elsewhere: Elsewhere,
    shown: Vec<Person>,
    announced: Vec<Person>,
}

/// What is known of a client from the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handshake {
    /// In milliseconds since 1970.
    pub(crate) issued: i64,
    pub(crate) auth: Value,
    /// The nickname; who has none only watches.
    pub(crate) person: Option<String>,
}

/// What a client says when it connects. The official client calls it `auth`.
#[derive(Deserialize, Default)]
struct Auth {
    name: Option<String>,
    #[serde(default)]
    rooms: Vec<String>,
}

/// A person's message. Only nodes can say it: see [`Chat::event_name`].
#[derive(Serialize)]
struct Said<'a> {
    from: &'a str,
    /// The socket of the person.
    id: String,
    text: &'a str,
}

/// Why a client is turned away.
#[derive(Debug)]
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Chat {
    pub(crate) fn open(node: String, io: SocketIo, emitter: Emitter) -> Self {
        let chat = Self(Arc::new(Inner {
            node,
            io,
            emitter,
            presence: Mutex::default(),
            changed: Notify::new(),
            ask: AtomicBool::new(true),
            asked: AtomicBool::new(false),
        }));
        // All that must be in place when the client learns that it is connected, and then what it is told.
        let (entering, greeting) = (chat.clone(), chat.clone());
        let enter = move |socket: SocketRef, TryData::<Value>(auth)| {
            let chat = entering.clone();
            async move { chat.enter(&socket, auth.unwrap_or_default()) }
        };
        let welcome = move |socket: SocketRef| {
            let chat = greeting.clone();
            async move { chat.welcome(&socket).await }
        };
        chat.0.io.ns("/", welcome.with(enter));
        chat
    }

    /// The node's name.
    pub(crate) fn node(&self) -> &str {
        &self.0.node
    }

    /// The name under which clients get an event from the bus.
    ///
    /// Whoever can push can choose any name, so the name alone proves nothing. But servers sign with their ids, and
    /// every emitter signs with `emitter`: what comes from there under a name of the nodes' own is an ordinary message.
    pub(crate) fn event_name<'a>(&self, event: &'a str, sender: Option<&str>) -> &'a str {
        match event {
            CHAT if sender.is_some_and(|sender| !sender.is_empty() && sender != EMITTER) => CHAT,
            CHAT | PEOPLE | WELCOME => MESSAGE,
            event => event,
        }
    }

    /// Takes in what another node says about itself; all other server-side events are for the log.
    pub(crate) async fn hear_server(&self, event: &str, args: &Args, sender: Option<String>) {
        let Some(sender) = sender.clone().filter(|sender| event == PEOPLE && sender != EMITTER) else {
            return tracing::info!(event, ?args, sender, "a server-side event");
        };
        let json = serde_json::to_value(args).unwrap_or_default();
        let Ok((Announcement { people, ask },)) = serde_json::from_value(json) else {
            return tracing::warn!(sender, "who is on a node could not be read");
        };
        if ask {
            self.0.asked.store(true, Ordering::Relaxed);
        }
        self.0.presence.lock().await.elsewhere.hear(sender, people, Instant::now());
        self.0.changed.notify_one();
    }

    /// Asks the other nodes who is on them.
    pub(crate) fn ask_for_people(&self) {
        self.0.ask.store(true, Ordering::Relaxed);
        self.0.changed.notify_one();
    }

    /// Tells clients and nodes who is here, whenever that changes, for ever.
    pub(crate) async fn keep_people(self) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = tokio::select! {
                _ = beat.tick() => true,
                () = self.0.changed.notified() => false,
            };
            let here = self.here();
            let mut presence = self.0.presence.lock().await;
            presence.elsewhere.expire(Instant::now());
            let everyone = presence.elsewhere.with(&here);
            if everyone != presence.shown {
                // Clients that cannot be reached are about to leave, which is the next change.
                let _ = self.0.io.broadcast().emit(PEOPLE, &everyone).await;
                presence.shown = everyone;
            }
            let changed = here != presence.announced;
            drop(presence);
            if changed || due || self.0.asked.swap(false, Ordering::Relaxed) || self.0.ask.load(Ordering::Relaxed) {
                self.announce(here).await;
            }
        }
    }

    /// Tells the other nodes that nobody is here any more.
    pub(crate) async fn leave(&self) {
        self.0.ask.store(false, Ordering::Relaxed);
        self.announce(Vec::new()).await;
    }

    async fn announce(&self, people: Vec<Person>) {
        let ask = self.0.ask.swap(false, Ordering::Relaxed);
        let announcement = Announcement { people, ask };
        match self.0.emitter.server_side_emit(PEOPLE, &announcement).await {
            Ok(_) => self.0.presence.lock().await.announced = announcement.people,
            Err(error) => {
                tracing::debug!(%error, "the other nodes were not told who is here");
                // With the next beat, then.
                self.0.ask.fetch_or(ask, Ordering::Relaxed);
            }
        }
    }

    /// Everyone with a connection to this node, in order.
    fn here(&self) -> Vec<Person> {
        let connected = self.0.io.sockets().into_iter().filter(|socket| socket.connected());
        let mut here: Vec<_> = connected
            .filter_map(|socket| {
                let name = socket.extensions.get::<Handshake>()?.person?;
                Some(Person { name, id: socket.id.to_string(), node: self.0.node.clone() })
            })
            .collect();
        here.sort_unstable();
        here
    }

    fn enter(&self, socket: &SocketRef, auth: Value) -> Result<(), Refused> {
        if is_foreign(&socket.req_parts().headers) {
            return Err(Refused("a page of another site may not come in"));
        }
        let Auth { name, rooms } = match &auth {
            Value::Null => Auth::default(),
            auth => Auth::deserialize(auth).map_err(|_| Refused("auth is {name: text, rooms: list of text}"))?,
        };
        let person = match name {
            Some(name) => Some(nickname(&name).ok_or(Refused("a nickname needs something to read"))?),
            None => None,
        };
        if rooms.len() > MAX_ROOMS {
            return Err(Refused("too many rooms"));
        }
        // Every socket is in a room of its own, as on Node's servers. Fine for an example: a real application decides
        // on the server who may be in which other.
        socket.join(socket.id);
        socket.join(rooms);
        let issued = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64);
        socket.extensions.insert(Handshake { issued, auth, person });

        let (chat, room) = (self.clone(), self.clone());
        socket.on(CHAT, move |socket: SocketRef, TryData::<String>(text), ack: AckSender| {
            let chat = chat.clone();
            async move {
                let refusal = match text {
                    Ok(text) => chat.say(&socket, &text).await.err(),
                    Err(_) => Some("a message is text".to_owned()),
                };
                // Whoever does not wait for it does not get it, and whoever is gone does not either.
                let _ = ack.send(&json!({ "error": refusal }));
            }
        });
        socket.on_disconnect(move || async move { room.0.changed.notify_one() });
        Ok(())
    }

    async fn welcome(&self, socket: &SocketRef) {
        let here = self.here();
        let presence = self.0.presence.lock().await;
        let people = presence.elsewhere.with(&here);
        // A client that is gone already misses nothing.
        let _ = socket.emit(WELCOME, &BTreeMap::from([("node", json!(self.0.node)), ("people", json!(people))]));
        drop(presence);
        self.0.changed.notify_one();
    }

    /// Says it to the bus; it comes back from there for everyone. What begins with a slash is a question to the cluster.
    async fn say(&self, socket: &SocketRef, text: &str) -> Result<(), String> {
        let Some(from) = socket.extensions.get::<Handshake>().and_then(|known| known.person) else {
            return Err("who has no nickname only watches".to_owned());
        };
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT {
            return Err(format!("a message has 1 to {MAX_TEXT} characters"));
        }
        if let Some(question) = Question::read(text)? {
            let answer = question.ask(&self.0.emitter).await.map_err(|error| error.to_string())?;
            // Who is gone does not want to know any more.
            let _ = socket.emit(CLUSTER, &answer);
            return Ok(());
        }
        let said = Said { from: &from, id: socket.id.to_string(), text };
        self.0.emitter.emit(CHAT, &said).await.map_err(|error| {
            tracing::warn!(%error, "a message was not sent");
            "Redis is away".to_owned()
        })?;
        Ok(())
    }
}
