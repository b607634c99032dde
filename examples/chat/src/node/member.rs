use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use rmpv::Value as Packed;
use serde::Deserialize;
use socketio_emitter::{
    Args, Message,
    adapter::{DecodedMessage, RequestKind},
    message::{Action, RESERVED_EVENTS, Target},
};
use socketioxide::{SocketIo, extract::SocketRef, operators::BroadcastOperators};
use tokio::sync::{Semaphore, mpsc};

use super::{
    chat_events::{EMITTER, PEOPLE, client_event_name},
    event_arguments::EventArguments,
    response::NodeResponse,
    roster::ParticipantRoster,
    socket_description::socket_description,
};

/// The only namespace of the nodes.
const NAMESPACE: &str = "/";

/// Most broadcasts that wait for acknowledgements at the same time. Further ones are delivered and not acknowledged.
const MAX_PENDING_BROADCASTS: usize = 64;

/// Time limit for clients to acknowledge. Requesters use shorter ones.
const ACK_TIMEOUT: Duration = Duration::from_secs(30);

/// One server of the cluster: executes the messages and answers the requests of servers and emitters.
pub(crate) struct ChatClusterMember {
    id: String,
    io: SocketIo,
    roster: Arc<ParticipantRoster>,
    pending_broadcasts: Arc<Semaphore>,
}

impl ChatClusterMember {
    pub(crate) fn new(id: String, io: SocketIo, roster: Arc<ParticipantRoster>) -> Self {
        Self { id, io, roster, pending_broadcasts: Arc::new(Semaphore::new(MAX_PENDING_BROADCASTS)) }
    }

    /// The server id, by which messages are signed.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Recovers from announcements that were lost while Redis was unavailable.
    pub(crate) fn reconnected(&self) {
        self.roster.request_announcements();
    }

    /// Executes a message, or answers a request.
    ///
    /// A node publishes its own broadcasts to Redis only and delivers them here, so that all clients receive all events
    /// in the same order. Its own requests and server-side events are for the other servers.
    pub(crate) async fn handle(&self, decoded: DecodedMessage, responses: &mpsc::Sender<NodeResponse>) {
        match decoded {
            DecodedMessage::Message { message: Message { target, action, .. }, sender, request, .. }
                if target.namespace == NAMESPACE =>
            {
                let own = sender.as_deref() == Some(&self.id);
                match action {
                    Action::Emit { event, args, flags } if request.is_none() || !own => {
                        // A client that receives one of these drops its connection.
                        if RESERVED_EVENTS.contains(&event.as_str()) {
                            return tracing::warn!(event, "dropped an event with a reserved name");
                        }
                        let event = client_event_name(&event, sender.as_deref());
                        let sockets = self.operators(&target);
                        let sockets = if flags.volatile { sockets.volatile() } else { sockets };
                        match request {
                            None => emit(sockets, event, &args).await,
                            Some(request) => self.emit_with_ack(sockets, event, &args, request, responses).await,
                        }
                    }
                    Action::ServerEmit { event, args } if !own => {
                        match sender {
                            Some(sender) if event == PEOPLE && sender != EMITTER => {
                                self.roster.receive_announcement(sender, &args).await;
                            }
                            sender => tracing::info!(event, ?args, sender, "server-side event"),
                        }
                        if let Some(request) = request {
                            send(responses, NodeResponse::server_side_emit(request, self.roster.node().into())).await;
                        }
                    }
                    Action::Emit { .. } | Action::ServerEmit { .. } => {}
                    action => {
                        let sockets = self.operators(&target).sockets();
                        let found = !sockets.is_empty();
                        execute(sockets, &action);
                        self.roster.notify_changed();
                        // Only old servers request a response, for the one socket that they address.
                        if let (true, Some(request_id)) = (found, request) {
                            send(responses, NodeResponse::Done { request_id }).await;
                        }
                    }
                }
            }
            DecodedMessage::Request { kind, target, sender, request: Some(request_id), .. }
                if target.namespace == NAMESPACE && sender.as_deref() != Some(&self.id) =>
            {
                if let Some(response) = self.respond(kind, &target, request_id) {
                    send(responses, response).await;
                }
            }
            // Responses: they are for the emitters, which have connections of their own.
            _ => {}
        }
    }

    /// Addresses this node's sockets that match a target.
    fn operators(&self, target: &Target) -> BroadcastOperators {
        let all = self.io.broadcast();
        let within = match &target.rooms {
            Some(rooms) => all.within(rooms.clone()),
            None => all,
        };
        within.except(target.except.clone())
    }

    /// Emits, responds with the number of clients, and then with each client's acknowledgement.
    async fn emit_with_ack(
        &self,
        sockets: BroadcastOperators,
        event: &str,
        args: &Args,
        request: String,
        responses: &mpsc::Sender<NodeResponse>,
    ) {
        let Ok(permit) = Arc::clone(&self.pending_broadcasts).try_acquire_owned() else {
            tracing::warn!("too many broadcasts wait for acknowledgements: delivered one more without");
            return emit(sockets, event, args).await;
        };
        let emitted = sockets.timeout(ACK_TIMEOUT).emit_with_ack::<_, AckArguments>(event, &EventArguments(args)).await;
        let mut acks = match emitted {
            Ok(acks) => Box::pin(acks),
            Err(error) => return tracing::debug!(%error, "cannot emit with acknowledgements"),
        };
        send(responses, NodeResponse::client_count(request.clone(), acks.size_hint().0)).await;
        let responses = responses.clone();
        tokio::spawn(async move {
            while let Some((_, ack)) = acks.next().await {
                // An error means that the client timed out or disconnected: nothing to pass on.
                let Ok(AckArguments(args)) = ack else { continue };
                send(&responses, NodeResponse::client_ack(request.clone(), args.into_iter().next())).await;
            }
            drop(permit);
        });
    }

    fn respond(&self, about: RequestKind, target: &Target, request_id: String) -> Option<NodeResponse> {
        let sockets = self.operators(target).sockets();
        match about {
            RequestKind::SocketIds => {
                let sockets = sockets.iter().map(|socket| socket.id.to_string()).collect();
                Some(NodeResponse::SocketIds { request_id, sockets })
            }
            RequestKind::AllRooms => {
                let mut rooms: Vec<_> = sockets.iter().flat_map(|socket| socket.rooms()).map(String::from).collect();
                rooms.sort_unstable();
                rooms.dedup();
                Some(NodeResponse::Rooms { request_id, rooms })
            }
            RequestKind::FetchSockets => {
                let sockets = sockets.iter().map(socket_description).collect();
                Some(NodeResponse::Sockets { request_id, sockets })
            }
            _ => None,
        }
    }
}

/// All arguments of an acknowledgement. socketioxide deserializes a bare `Vec` from the first argument only.
#[derive(Deserialize)]
struct AckArguments(Vec<Packed>);

async fn emit(sockets: BroadcastOperators, event: &str, args: &Args) {
    if let Err(error) = sockets.emit(event, &EventArguments(args)).await {
        tracing::debug!(%error, "an event did not reach every client");
    }
}

/// Executes a join, leave or disconnect.
fn execute(sockets: Vec<SocketRef>, action: &Action) {
    for socket in sockets {
        match action {
            Action::Join { rooms } => socket.join(rooms.clone()),
            Action::Leave { rooms } => socket.leave(rooms.clone()),
            // Clients close their connection by themselves, because the node has no other namespace.
            Action::Disconnect { .. } => {
                if let Err(error) = socket.disconnect() {
                    tracing::debug!(%error, "cannot tell a client that it is disconnected");
                }
            }
            Action::Emit { .. } | Action::ServerEmit { .. } => {}
        }
    }
}

/// Queues a response. Drops it if the connection to Redis has been replaced.
async fn send(responses: &mpsc::Sender<NodeResponse>, response: NodeResponse) {
    let _ = responses.send(response).await;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use socketio_emitter::{Adapter, Emitter, adapter::Classic};

    use super::*;

    /// The responses of a node without clients to a request.
    async fn responses(id: &str, channel: &str, request: Value) -> Vec<Value> {
        let io = SocketIo::new_svc().1;
        io.ns("/", async || {});
        let roster = ParticipantRoster::new("node-1".to_owned(), io.clone(), Emitter::recorder().0);
        let request = request.to_string();
        let frame = (channel, request.as_bytes()).into();
        let decoded = Adapter::Classic(Classic::default()).decode(&frame).unwrap();
        let (sender, mut queue) = mpsc::channel(8);
        ChatClusterMember::new(id.to_owned(), io, Arc::new(roster)).handle(decoded, &sender).await;
        drop(sender);
        let mut responses = Vec::new();
        while let Some(response) = queue.recv().await {
            responses.push(serde_json::from_slice(&response.encode().unwrap()).unwrap());
        }
        responses
    }

    const REQUESTS: &str = "socket.io-request#/#";

    #[tokio::test]
    async fn node_without_clients_responds_to_every_request() {
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
            assert_eq!(responses("own", REQUESTS, request.clone()).await, [expected], "{request}");
        }
    }

    #[tokio::test]
    async fn node_does_not_respond_to_itself_or_for_another_namespace_or_to_a_join() {
        let request = json!({"type": 1, "uid": "own", "requestId": "q"});
        assert_eq!(responses("own", REQUESTS, request.clone()).await, Vec::<Value>::new(), "own request");
        assert_eq!(
            responses("other", "socket.io-request#/admin#", request).await,
            Vec::<Value>::new(),
            "another namespace"
        );
        let event = json!({"type": 6, "uid": "own", "requestId": "q", "data": ["reload"]});
        assert_eq!(responses("own", REQUESTS, event).await, Vec::<Value>::new(), "own server-side event");
        let join = json!({"type": 2, "opts": {"rooms": []}, "rooms": ["r"]});
        assert_eq!(responses("own", REQUESTS, join).await, Vec::<Value>::new(), "join");
    }
}
