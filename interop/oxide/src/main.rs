//! A socketioxide server in a cluster that executes requests.
//!
//! | | |
//! |---|---|
//! | environment | `REDIS_URL`, `REDIS_SENTINEL` as `name@host:port,…`, or `REDIS_CLUSTER` as `host:port,…`; `NODE_EXTRA_CA_CERTS` |
//! | out | `{"listening":port,"pid":n}`: the subscriptions are in effect |
//! | in | `{"id":1,"ask":"emit","event":"e","args":[…],"namespace":"/","rooms":["r"],"except":["s"]}` |
//! | out | `{"id":1}`, or `{"id":1,"answers":[…],"complete":true}` with `"ack":2000`, the timeout in milliseconds |
//! | in | `join` and `leave` with a list of that name, `disconnect`, `allRooms`, `fetchSockets` |
//! | out | `{"id":2}`, `{"id":3,"rooms":[…]}`, `{"id":4,"sockets":[{"id":"…"}]}` |
//!
//! A request that fails is answered with `{"id":5,"error":"…"}`. The server exits when its standard input closes.

mod event_arguments;
mod server_request;

use std::{env, error::Error, fmt::Display, fs, future::IntoFuture, process};

use axum::Router;
use redis::{
    Client, ProtocolVersion, RedisConnectionInfo, TlsCertificates,
    cluster::ClusterClient,
    sentinel::{Sentinel, SentinelNodeConnectionInfo},
};
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    adapter::{Adapter, Emitter},
    extract::{SocketRef, TryData},
};
use socketioxide_core::adapter::DefinedAdapter;
use socketioxide_redis::{ClusterAdapter, RedisAdapter, RedisAdapterCtr};
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    net::TcpListener,
};

use crate::server_request::ServerRequest;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The adapter receives messages as push data, which requires RESP3.
    let resp3 = |url: &str| format!("{url}?protocol=resp3");
    if let Ok(nodes) = env::var("REDIS_CLUSTER") {
        let client = ClusterClient::new(nodes.split(',').map(|node| resp3(&format!("redis://{node}"))))?;
        let adapter = RedisAdapterCtr::new_with_cluster(&client).await?;
        serve::<ClusterAdapter<Emitter>, _>(adapter).await
    } else {
        let client = redis_client(resp3).await?;
        let adapter = RedisAdapterCtr::new_with_redis(&client).await?;
        serve::<RedisAdapter<Emitter>, _>(adapter).await
    }
}

/// A client of the Redis at `REDIS_URL`, or of the current primary of the sentinels.
async fn redis_client(resp3: impl Fn(&str) -> String) -> Result<Client, Box<dyn Error>> {
    if let Ok(sentinels) = env::var("REDIS_SENTINEL") {
        let (name, nodes) = sentinels.split_once('@').ok_or("REDIS_SENTINEL must be name@host:port,…")?;
        let mut sentinel = Sentinel::build(nodes.split(',').map(|node| format!("redis://{node}")).collect())?;
        let settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
        let node = SentinelNodeConnectionInfo::default().set_redis_connection_info(settings);
        return Ok(sentinel.async_master_for(name, Some(&node)).await?);
    }
    let url = resp3(&env::var("REDIS_URL")?);
    if !url.starts_with("rediss:") {
        return Ok(Client::open(url)?);
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root_cert = Some(fs::read(env::var("NODE_EXTRA_CA_CERTS")?)?);
    Ok(Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert })?)
}

async fn serve<A, F>(adapter: A::State) -> Result<(), Box<dyn Error>>
where
    A: Adapter + DefinedAdapter,
    A::InitRes: Future<Output = Result<(), F>>,
    F: Error + 'static,
{
    let (layer, io) = SocketIo::builder().with_adapter::<A>(adapter).build_layer();
    for namespace in ["/", "/admin"] {
        io.ns(namespace, on_connect::<A>).await?;
    }
    io.dyn_ns("/{*name}", on_connect::<A>)?;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    write(&json!({ "listening": listener.local_addr()?.port(), "pid": process::id() }));
    tokio::spawn(axum::serve(listener, Router::new().layer(layer)).into_future());

    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let request: ServerRequest = serde_json::from_str(&line)?;
        let id = request.id.clone();
        let mut answer = request.execute(&io).await;
        answer["id"] = id;
        write(&answer);
    }
    Ok(())
}

/// Joins the rooms in the client's `auth`.
async fn on_connect<A: Adapter>(socket: SocketRef<A>, TryData(auth): TryData<Value>) {
    let rooms = auth.ok().and_then(|auth| serde_json::from_value::<Vec<String>>(auth["rooms"].clone()).ok());
    socket.join(rooms.unwrap_or_default());
}

fn write(message: &impl Display) {
    println!("{message}");
}
