use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::extract::ConnectInfo;
use futures_util::{Stream, StreamExt};
use rmpv::Value as Packed;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use socketio_emitter::{Action, Args, Date, Heard, Message, Question, RESERVED_EVENTS, Target};
use socketioxide::{SocketIo, extract::SocketRef, operators::BroadcastOperators};
use tokio::sync::{Semaphore, mpsc};

use super::{
    arguments::Arguments,
    chat::{Chat, Handshake},
    reply::Reply,
};

/// The one namespace of the nodes.
const NAMESPACE: &str = "/";

/// How many broadcasts may wait for acknowledgements at the same time; more are delivered without.
const ASKING: usize = 64;

/// How long clients have for an acknowledgement. Whoever asked gives up sooner.
const ACK: Duration = Duration::from_secs(30);

/// One server of the cluster, and how it acts on what it hears.
pub(crate) struct Member {
    id: String,
    io: SocketIo,
    chat: Chat,
    asking: Arc<Semaphore>,
}

impl Member {
    pub(crate) fn new(id: String, io: SocketIo, chat: Chat) -> Self {
        Self { id, io, chat, asking: Arc::new(Semaphore::new(ASKING)) }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What was said while Redis was away is lost, so the others are asked anew.
    pub(crate) fn rejoined(&self) {
        self.chat.ask_for_people();
    }

    /// Does what another server, or an emitter, wants of this one.
    ///
    /// A node's own broadcasts come from here too: it says them to the bus only, so that every client hears them once
    /// and all in one order. Its own requests and server-side events are for the others.
    pub(crate) async fn hear(&self, heard: Heard, answers: &mpsc::Sender<Reply>) {
        match heard {
            Heard::Message { message: Message { target, action }, sender, request }
                if target.namespace == NAMESPACE =>
            {
                let own = sender.as_deref() == Some(&self.id);
                match action {
                    Action::Emit { event, args, flags } if request.is_none() || !own => {
                        // A client that receives one of these drops its connection.
                        if RESERVED_EVENTS.contains(&event.as_str()) {
                            return tracing::warn!(event, "an event with a reserved name was dropped");
                        }
                        let event = self.chat.event_name(&event, sender.as_deref());
                        let sockets = self.sockets(&target);
                        let sockets = if flags.volatile { sockets.volatile() } else { sockets };
                        match request {
                            None => emit(sockets, event, &args).await,
                            Some(request) => self.ask(sockets, event, &args, request, answers).await,
                        }
                    }
                    Action::ServerEmit { event, args } if !own => {
                        self.chat.hear_server(&event, &args, sender).await;
                        if let Some(request) = request {
                            send(answers, Reply::server_ack(request, self.chat.node().into())).await;
                        }
                    }
                    Action::Emit { .. } | Action::ServerEmit { .. } => {}
                    order => {
                        let sockets = self.sockets(&target).sockets();
                        let found = !sockets.is_empty();
                        obey(sockets, &order);
                        // Only old servers want to know, of the one socket that they name.
                        if let (true, Some(request_id)) = (found, request) {
                            send(answers, Reply::Done { request_id }).await;
                        }
                    }
                }
            }
            Heard::Question { about, target, sender, request: Some(request_id) }
                if target.namespace == NAMESPACE && sender.as_deref() != Some(&self.id) =>
            {
                if let Some(reply) = self.answer(about, &target, request_id) {
                    send(answers, reply).await;
                }
            }
            // Answers are for those who asked, and a node asks nothing.
            _ => {}
        }
    }

    /// The sockets here that a message is for.
    fn sockets(&self, target: &Target) -> BroadcastOperators {
        let all = self.io.broadcast();
        let within = match &target.rooms {
            Some(rooms) => all.within(rooms.clone()),
            None => all,
        };
        within.except(target.except.clone())
    }

    /// Emits, says at once how many clients were asked, and then passes on what each of them answers.
    async fn ask(
        &self,
        sockets: BroadcastOperators,
        event: &str,
        args: &Args,
        request: String,
        answers: &mpsc::Sender<Reply>,
    ) {
        let Ok(permit) = Arc::clone(&self.asking).try_acquire_owned() else {
            tracing::warn!("too many acknowledgements are under way for one more");
            return emit(sockets, event, args).await;
        };
        let asked = sockets.timeout(ACK).emit_with_ack::<_, Acknowledged>(event, &Arguments(args)).await;
        let mut acks = match asked {
            Ok(acks) => Box::pin(acks),
            Err(error) => return tracing::debug!(%error, "clients could not be asked"),
        };
        send(answers, Reply::client_count(request.clone(), acks.size_hint().0)).await;
        let answers = answers.clone();
        tokio::spawn(async move {
            while let Some((_, ack)) = acks.next().await {
                // A client that is gone, or silent, has no answer to pass on.
                let Ok(Acknowledged(values)) = ack else { continue };
                send(&answers, Reply::ack(request.clone(), values.into_iter().next())).await;
            }
            drop(permit);
        });
    }

    fn answer(&self, about: Question, target: &Target, request_id: String) -> Option<Reply> {
        let sockets = self.sockets(target).sockets();
        match about {
            Question::Sockets => {
                let sockets = sockets.iter().map(|socket| socket.id.to_string()).collect();
                Some(Reply::Sockets { request_id, sockets })
            }
            Question::Rooms => {
                let mut rooms: Vec<_> = sockets.iter().flat_map(|socket| socket.rooms()).map(String::from).collect();
                rooms.sort_unstable();
                rooms.dedup();
                Some(Reply::Rooms { request_id, rooms })
            }
            Question::Fetch => Some(Reply::Fetched { request_id, sockets: sockets.iter().map(described).collect() }),
            _ => None,
        }
    }
}

/// All arguments of an acknowledgement. (Not a list as such: of a tuple struct socketioxide reads them all.)
#[derive(Deserialize)]
struct Acknowledged(Vec<Packed>);

async fn emit(sockets: BroadcastOperators, event: &str, args: &Args) {
    if let Err(error) = sockets.emit(event, &Arguments(args)).await {
        tracing::debug!(%error, "an event did not reach every client");
    }
}

fn obey(sockets: Vec<SocketRef>, order: &Action) {
    for socket in sockets {
        match order {
            Action::Join { rooms } => socket.join(rooms.clone()),
            Action::Leave { rooms } => socket.leave(rooms.clone()),
            // There is one namespace here, so a connection without it has no use: clients close it by themselves.
            Action::Disconnect { .. } => {
                if let Err(error) = socket.disconnect() {
                    tracing::debug!(%error, "a client could not be told that it is disconnected");
                }
            }
            Action::Emit { .. } | Action::ServerEmit { .. } => {}
        }
    }
}

/// A socket as Node's servers describe theirs.
fn described(socket: &SocketRef) -> Value {
    let request = socket.req_parts();
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_string(), text(value).into())).collect();
    let query: Map<String, Value> = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.to_owned(), value.into()))
        })
        .collect();
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip().to_string());
    let Handshake { issued, auth, person } = socket.extensions.get().unwrap_or_default();
    json!({
        "id": socket.id.to_string(),
        "handshake": {
            "headers": headers,
            "time": Date::from_unix_ms(issued).to_string(),
            "address": address,
            "xdomain": request.headers.contains_key("origin"),
            "secure": false,
            "issued": issued,
            "url": request.uri.to_string(),
            "query": query,
            "auth": auth,
        },
        "rooms": socket.rooms(),
        "data": { "name": person },
    })
}

/// Whoever asked may be served by nobody any more: then the answer is dropped.
async fn send(answers: &mpsc::Sender<Reply>, reply: Reply) {
    let _ = answers.send(reply).await;
}

#[cfg(test)]
mod tests {
    use socketio_emitter::{Adapter, Classic, Emitter};

    use super::*;

    /// What a member without clients answers to a request.
    async fn answers(id: &str, channel: &str, request: Value) -> Vec<Value> {
        let io = SocketIo::new_svc().1;
        let chat = Chat::open("node-1".to_owned(), io.clone(), Emitter::recorder().0);
        let request = request.to_string();
        let frame = (channel, request.as_bytes()).into();
        let heard = Adapter::Classic(Classic::default()).decode(&frame).unwrap();
        let (sender, mut replies) = mpsc::channel(8);
        Member::new(id.to_owned(), io, chat).hear(heard, &sender).await;
        drop(sender);
        let mut answers = Vec::new();
        while let Some(reply) = replies.recv().await {
            answers.push(serde_json::from_slice(&reply.encode().unwrap()).unwrap());
        }
        answers
    }

    const REQUESTS: &str = "socket.io-request#/#";

    #[tokio::test]
    async fn even_without_clients_every_question_is_answered() {
        let opts = json!({"rooms": [], "except": []});
        let packet = json!({"type": 2, "data": ["e"], "nsp": "/"});
        for (request, expected) in [
            (json!({"type": 0, "rooms": []}), json!({"sockets": []})),
            (json!({"type": 1}), json!({"rooms": []})),
            (json!({"type": 5, "opts": opts}), json!({"sockets": []})),
            (json!({"type": 6, "data": ["reload"]}), json!({"type": 6, "data": "node-1"})),
            (json!({"type": 7, "packet": packet, "opts": opts}), json!({"type": 8, "clientCount": 0})),
        ] {
            let (mut request, mut expected) = (request, expected);
            request["uid"] = "other".into();
            request["requestId"] = "q".into();
            expected["requestId"] = "q".into();
            assert_eq!(answers("own", REQUESTS, request.clone()).await, [expected], "{request}");
        }
    }

    #[tokio::test]
    async fn what_is_not_asked_of_this_server_is_not_answered() {
        let asked = json!({"type": 1, "uid": "own", "requestId": "q"});
        assert_eq!(answers("own", REQUESTS, asked.clone()).await, Vec::<Value>::new(), "its own question");
        assert_eq!(
            answers("other", "socket.io-request#/admin#", asked).await,
            Vec::<Value>::new(),
            "not its namespace"
        );
        let event = json!({"type": 6, "uid": "own", "requestId": "q", "data": ["reload"]});
        assert_eq!(answers("own", REQUESTS, event).await, Vec::<Value>::new(), "its own server-side event");
        let order = json!({"type": 2, "opts": {"rooms": []}, "rooms": ["r"]});
        assert_eq!(answers("own", REQUESTS, order).await, Vec::<Value>::new(), "an order");
    }
}
