//! Push events into a running Socket.IO cluster over HTTP, from any language.
//!
//! ```sh
//! sio-bridge &
//! curl '127.0.0.1:8484/v1/emit/news?room=readers' -d '{"title": "hello"}'
//! curl 127.0.0.1:8484/v1/emit --json '{"event": "pair", "args": [1, 2], "rooms": ["a"]}'
//! curl 127.0.0.1:8484/v1/sockets/join --json '{"join": ["vip"], "rooms": ["user:42"]}'
//! ```
//!
//! | route | what its body is |
//! |---|---|
//! | `POST /v1/emit` | a message in its one JSON form, or the same as MessagePack, or a form (`event=…&data=…&room=…`) |
//! | `POST /v1/emit/{event}` | the one argument: JSON, MessagePack, text or bytes; `?room=&except=&namespace=` |
//! | `POST /v1/batch` | many messages of any kind: a JSON array of them, or one a line (`application/x-ndjson`) |
//! | `POST /v1/server-emit` | an event for the servers: the message, JSON or MessagePack |
//! | `POST /v1/sockets/join`, `/leave`, `/disconnect` | an order about sockets, likewise |
//! | `GET /v1/servers`, `/v1/rooms`, `/v1/sockets` | none: who is there; `?namespace=&room=&except=&limit=&count=` |
//! | `GET /v1/tap` | none; the answer is every message on the bus, live; `?event=&room=&namespace=&requests=&count=&for=` |
//! | `GET /livez`, `/readyz` | whether the bridge is up, and whether Redis is |
//! | `GET /metrics` | what happened so far, for Prometheus |
//! | `GET /openapi.json` | all of this, for programs |
//!
//! With `?ack=2s`, an event is answered with the acknowledgements of it. Who did not answer in time is missing from the
//! answers, which say so (`"partial": true`); that is no failure.
//!
//! A 2xx status means that Redis took the message, and says how many servers were there. Everything else is a
//! problem document (RFC 9457) with a stable `code`. The bridge knows HTTP; what can be said to a cluster, and what
//! must not, is the emitter's affair.
//!
//! | module | what |
//! |---|---|
//! | `args`, `logs`, `serve`, `stop` | the program around it: the command line, the log, connections and their end |
//! | `config` | what the routes go by |
//! | `same_origin`, `auth`, `allow` | who may ask, and for what |
//! | `query`, `parameters`, `body`, `form` | what was asked, checked before it means anything |
//! | `records`, `split` | a long body, record by record |
//! | `message`, `event`, `batch`, `questions`, `tap`, `health` | the routes |
//! | `address`, `send`, `answers` | to whom, how it gets there, and what comes back |
//! | `problem`, `codes` | every answer that is no success |
//! | `metrics`, `measure`, `fates` | what is counted: in all, of each request, of each message in a batch |
//! | `openapi` | the bridge, described |

mod address;
mod allow;
mod answers;
mod args;
mod auth;
mod batch;
mod body;
mod codes;
mod config;
mod event;
mod fates;
mod form;
mod health;
mod logs;
mod measure;
mod message;
mod metrics;
mod openapi;
mod parameters;
mod problem;
mod query;
mod questions;
mod records;
mod same_origin;
mod send;
mod serve;
mod split;
mod stop;
mod tap;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use socketio_emitter::{Emitter, Verb};

use self::config::Bridge;
pub use self::{
    allow::AllowedEvents,
    args::Args,
    auth::{InvalidToken, Token},
    config::Config,
    logs::start as start_logs,
    serve::serve,
    stop::stop,
};

/// Every route of the bridge, on the way to one cluster.
pub fn app(emitter: Emitter, config: Config) -> Router {
    let bridge = Bridge::new(emitter, config);
    let token = middleware::from_fn_with_state(bridge.clone(), auth::require);
    let v1 = Router::new()
        .route("/emit", message::route(Verb::Emit))
        .route("/emit/{event}", post(event::event))
        .route("/batch", post(batch::batch))
        .route("/server-emit", message::route(Verb::ServerEmit))
        .route("/servers", get(questions::servers))
        .route("/rooms", get(questions::rooms))
        .route("/sockets", get(questions::sockets))
        .route("/sockets/join", message::route(Verb::Join))
        .route("/sockets/leave", message::route(Verb::Leave))
        .route("/sockets/disconnect", message::route(Verb::Disconnect))
        .route("/tap", get(tap::tap))
        .method_not_allowed_fallback(problem::wrong_method)
        .fallback(problem::not_found)
        .layer(token.clone());
    let metrics = Router::new()
        .route("/metrics", get(metrics::metrics))
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(token);
    Router::new()
        .nest("/v1", v1)
        .merge(metrics)
        .route("/livez", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::openapi))
        .method_not_allowed_fallback(problem::wrong_method)
        .fallback(problem::not_found)
        .layer(middleware::from_fn_with_state(bridge.clone(), same_origin::require))
        .layer(logs::layer())
        .layer(middleware::from_fn_with_state(bridge.clone(), measure::measure))
        .with_state(bridge)
}
