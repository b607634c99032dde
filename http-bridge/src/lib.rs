//! Push events into a running Socket.IO cluster over HTTP, from any language.
//!
//! ```sh
//! sio-bridge &
//! curl '127.0.0.1:8484/v1/emit/news?room=readers' -d '{"title": "hello"}'
//! curl 127.0.0.1:8484/v1/emit --json '{"event": "pair", "args": [1, 2], "rooms": ["a"]}'
//! curl 127.0.0.1:8484/v1/sockets/join --json '{"join": ["vip"], "rooms": ["user:42"]}'
//! ```
//!
//! | route | request body and query |
//! |---|---|
//! | `POST /v1/emit` | one message as JSON, MessagePack or a form (`event=…&data=…&room=…`) |
//! | `POST /v1/emit/{event}` | one argument as JSON, MessagePack, text or bytes; `?room=&except=&namespace=` |
//! | `POST /v1/batch` | any number of messages: a JSON array, or one message a line (`application/x-ndjson`) |
//! | `POST /v1/server-emit` | one event for the servers, as JSON or MessagePack |
//! | `POST /v1/sockets/join`, `/leave`, `/disconnect` | one message as JSON or MessagePack |
//! | `GET /v1/servers`, `/v1/rooms`, `/v1/sockets` | no body; `?namespace=&room=&except=&limit=&count=` |
//! | `GET /v1/tap` | no body; streams bus traffic; `?event=&room=&namespace=&requests=&count=&for=` |
//! | `GET /livez`, `/readyz` | liveness of the bridge; readiness of Redis |
//! | `GET /metrics` | metrics for Prometheus |
//! | `GET /openapi.json` | the OpenAPI 3.1 description of these routes |
//!
//! With `?ack=2s` the response to an event holds the acknowledgements. If clients do not answer in time, the response
//! is still 200 and says `"partial": true`.
//!
//! A 2xx status means that Redis took the message; the body says how many servers are on the namespace. Every other
//! response is a problem document (RFC 9457) with a stable `code`. The bridge translates HTTP only: the message format
//! and its checks belong to [`socketio_emitter`].
//!
//! | module | contents |
//! |---|---|
//! | `args`, `help`, `logging`, `server`, `shutdown` | the program: command line, log, connections, end |
//! | `config`, `state` | settings of the routes, and the state that they share |
//! | `same_origin`, `auth`, `allow` | access checks |
//! | `routes` | the router, and one file per route |
//! | `params` | query parameters |
//! | `requests` | request bodies: media types, limits, forms, records of a batch |
//! | `responses` | response formats, streams, problem documents and their codes |
//! | `metrics` | counters and their labels |
//! | `openapi` | the OpenAPI document |

mod allow;
mod args;
mod auth;
mod config;
mod help;
mod logging;
mod metrics;
mod openapi;
mod params;
mod requests;
mod responses;
mod routes;
mod same_origin;
mod server;
mod shutdown;
mod state;

pub use self::{
    allow::AllowedEvents,
    args::BridgeArgs,
    auth::{BearerToken, InvalidBearerToken},
    config::Config,
    logging::start_logging,
    routes::app,
    server::serve,
    shutdown::shutdown_signal,
};
