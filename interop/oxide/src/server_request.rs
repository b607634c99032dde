use std::{collections::BTreeSet, time::Duration};

use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::{SocketIo, adapter::Adapter, operators::BroadcastOperators};

use crate::event_arguments::OxideEventArguments;

/// A request to the server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerRequest {
    /// Copied to the answer.
    pub(crate) id: Value,
    ask: ServerAction,
    #[serde(default = "main_namespace")]
    namespace: String,
    #[serde(default)]
    rooms: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    event: String,
    #[serde(default)]
    args: Vec<Value>,
    /// The timeout of acknowledgements, in milliseconds.
    ack: Option<u64>,
    #[serde(default)]
    join: Vec<String>,
    #[serde(default)]
    leave: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ServerAction {
    Emit,
    Join,
    Leave,
    Disconnect,
    AllRooms,
    FetchSockets,
}

impl ServerRequest {
    /// Executes the request and returns the answer.
    pub(crate) async fn execute<A: Adapter>(self, io: &SocketIo<A>) -> Value {
        self.try_execute(io).await.unwrap_or_else(|error| json!({ "error": error }))
    }

    async fn try_execute<A: Adapter>(self, io: &SocketIo<A>) -> Result<Value, String> {
        let to = self.operators(io)?;
        match self.ask {
            ServerAction::Emit => match self.ack {
                None => to.emit(&self.event, &OxideEventArguments(&self.args)).await.map_err(text)?,
                Some(ack) => {
                    let to = to.timeout(Duration::from_millis(ack));
                    let answers = to.emit_with_ack::<_, Value>(&self.event, &OxideEventArguments(&self.args)).await;
                    let answers: Vec<_> = answers.map_err(text)?.map(|(_, answer)| answer).collect().await;
                    let complete = answers.iter().all(Result::is_ok);
                    return Ok(json!({ "answers": answers.into_iter().flatten().collect::<Vec<_>>(),
                        "complete": complete }));
                }
            },
            ServerAction::Join => to.join(self.join).await.map_err(text)?,
            ServerAction::Leave => to.leave(self.leave).await.map_err(text)?,
            ServerAction::Disconnect => to.disconnect().await.map_err(text)?,
            ServerAction::AllRooms => {
                let rooms = to.rooms().await.map_err(text)?;
                // Each server reports its own rooms.
                let rooms: BTreeSet<_> = rooms.into_iter().collect();
                return Ok(json!({ "rooms": rooms }));
            }
            ServerAction::FetchSockets => {
                let sockets = to.fetch_sockets().await.map_err(text)?;
                let ids: Vec<_> = sockets.iter().map(|socket| json!({ "id": socket.data().id })).collect();
                return Ok(json!({ "sockets": ids }));
            }
        }
        Ok(json!({}))
    }

    fn operators<A: Adapter>(&self, io: &SocketIo<A>) -> Result<BroadcastOperators<A>, String> {
        let namespace =
            io.of(&self.namespace).ok_or_else(|| format!("the namespace {} has had no client yet", self.namespace))?;
        let to = if self.rooms.is_empty() { namespace } else { namespace.to(self.rooms.clone()) };
        Ok(if self.except.is_empty() { to } else { to.except(self.except.clone()) })
    }
}

fn main_namespace() -> String {
    "/".to_owned()
}

#[allow(clippy::needless_pass_by_value)]
fn text(error: impl ToString) -> String {
    error.to_string()
}
