use std::{
    env,
    ffi::OsString,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use bytesize::ByteSize;
use clap::{
    ArgAction, CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use globset::Glob;
use socketio_common::{ClusterArgs, ENVIRONMENT, adapters};
use socketio_emitter::Emitter;

use crate::{allow::AllowedEvents, auth::Token, config::Config};

fn after_help() -> String {
    HELP.replace("{ENVIRONMENT}", ENVIRONMENT)
}

fn after_long_help() -> String {
    format!("{}\n\nWhat each adapter carries:\n{}", after_help(), adapters())
}

const HELP: &str = "\
Examples:
  sio-bridge                                                listen on 127.0.0.1:8484
  curl 127.0.0.1:8484/v1/emit/news -d '{\"title\": \"hello\"}'  an event for everyone
  curl '127.0.0.1:8484/v1/emit/chat?room=a&room=b' -d hello for two rooms
  curl 127.0.0.1:8484/v1/emit --json '{\"event\": \"pair\", \"args\": [1, 2], \"rooms\": [\"a\"]}'
  curl 127.0.0.1:8484/v1/emit -d event=chat -d room=a --data-urlencode 'data={\"text\": \"hello\"}'
  curl 127.0.0.1:8484/v1/server-emit --json '{\"event\": \"reload\"}'
  curl 127.0.0.1:8484/v1/sockets/join --json '{\"join\": [\"vip\"], \"rooms\": [\"user:42\"]}'
  curl 127.0.0.1:8484/v1/sockets/leave --json '{\"leave\": [\"vip\"], \"all\": true}'
  curl 127.0.0.1:8484/v1/sockets/disconnect --json '{\"rooms\": [\"user:42\"], \"close\": true}'
  curl 127.0.0.1:8484/v1/batch -T messages.ndjson -X POST -H 'Content-Type: application/x-ndjson'
  curl '127.0.0.1:8484/v1/emit/ready?room=a&ack=2s' -d 3    an event, and what clients answer
  curl '127.0.0.1:8484/v1/sockets?room=a'                   who is in a room
  curl 127.0.0.1:8484/v1/rooms -H 'Accept: application/x-ndjson'
  curl '127.0.0.1:8484/v1/emit/news?dry_run=true' -d hello  the Redis command, not sent
  curl -N '127.0.0.1:8484/v1/tap?event=chat*'               every such message, live
  SIO_BRIDGE_TOKEN=$(openssl rand -hex 32) sio-bridge --listen 0.0.0.0:8484
  curl -H \"Authorization: Bearer $SIO_BRIDGE_TOKEN\" bridge.internal:8484/v1/emit/news -d hello

Query of /v1/emit/EVENT:
  room=, except= (repeatable), namespace=, volatile=true, compress=false
Query of /v1/tap:
  event=GLOB, room=GLOB, namespace=GLOB, requests=true, count=N, for=DURATION
  Accept: text/event-stream (server-sent events, the default) or application/x-ndjson (what sio pipe reads)
  What comes faster than it is read is dropped, and that is said: {\"do\":\"dropped\",\"messages\":N}
Query of every POST but /v1/batch:
  dry_run=true, require_servers=N, timeout=DURATION
Query of /v1/emit, /v1/emit/EVENT and /v1/server-emit:
  ack=DURATION         answer the acknowledgements that come in this time, at most --timeout
  expect=N             end with so many
Query of /v1/servers, /v1/rooms and /v1/sockets, which are for GET:
  namespace=, timeout=DURATION, count=true
  limit=N              1000, and at most 10000; any number, one a line, with Accept: application/x-ndjson
  all=true             for rooms: also those that are one socket's own, named by its id
  room=, except=       for sockets (repeatable)
  handshake=true       for sockets: also headers, cookies among them, address and query

For whoever runs it, all GET:
  /livez, /readyz      whether the bridge is up, and whether Redis is
  /metrics             what happened so far, for Prometheus; with a token, it wants it
  /openapi.json        every route, parameter and answer, for programs

Bodies:
  /v1/emit/EVENT       the one argument: JSON, MessagePack, text or bytes
  the other routes     the message: JSON or MessagePack
  /v1/emit             a form, too: event= or action=, data=, and what the query of /v1/emit/EVENT says
  /v1/batch            messages: a JSON array of them, or one a line; sent as they come, up to the first bad one

Environment:
  SIO_BRIDGE_LISTEN    --listen
  SIO_BRIDGE_TOKEN     the secret that every request to /v1 and /metrics must carry: Authorization: Bearer ...
  RUST_LOG             what is logged, instead of -v
{ENVIRONMENT}

Exit codes:
  0  stopped by SIGTERM or Ctrl-C
  1  failed, for example because the address is taken
  2  bad usage";

/// Push events into a running Socket.IO cluster over HTTP.
///
/// Without a token, the bridge serves programs on this machine only: it listens on loopback, and refuses whatever a
/// web page could have asked for. 2xx means that Redis took the message; everything else is application/problem+json.
#[derive(Debug, Parser)]
#[command(name = "sio-bridge", version, after_help = after_help(), after_long_help = after_long_help())]
pub struct Args {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "SIO_BRIDGE_LISTEN", default_value = "127.0.0.1:8484", value_parser = address, hide_env = true)]
    listen: SocketAddr,

    /// The file that holds the token, instead of the environment's SIO_BRIDGE_TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// An event that may be sent, to clients or servers; repeatable, all of them if not given. Where one is given,
    /// join, leave, disconnect and questions about sockets, rooms and servers are refused,
    /// and a tap shows such events and nothing else
    #[arg(long = "allow-event", value_name = "GLOB")]
    allow_event: Vec<Glob>,

    /// The largest body, such as 64KiB; of a batch, the largest message
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = size)]
    body_limit: usize,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// Log every request to stderr; twice, everything
    #[arg(long, short, action = ArgAction::Count)]
    pub verbose: u8,
}

impl Args {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// For what cannot be used, and for `--help` and `--version`.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(args).map_err(without_stray_value)
    }

    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// How long requests under way may take to finish: the longest send, and a little.
    pub fn grace(&self) -> Duration {
        self.cluster.timeout().saturating_add(Duration::from_secs(2))
    }

    /// The way to the cluster; it connects at the first send.
    ///
    /// # Errors
    /// For a URL that cannot be used.
    pub fn emitter(&self) -> Result<Emitter, clap::Error> {
        self.cluster.emitter().map_err(refusal)
    }

    /// What the routes go by.
    ///
    /// # Errors
    /// For a token that cannot be used, or none where one is needed.
    pub fn config(&self) -> Result<Config, clap::Error> {
        let token = self.token()?;
        if token.is_none() && !self.listen.ip().to_canonical().is_loopback() {
            let text = format!(
                "--listen {}: others than this machine's programs could reach it; set SIO_BRIDGE_TOKEN, or listen \
                 on 127.0.0.1",
                self.listen
            );
            return Err(refusal(text));
        }
        Ok(Config {
            token,
            allowed_events: AllowedEvents::new(self.allow_event.iter().cloned()).map_err(refusal)?,
            body_limit: self.body_limit,
            timeout: self.cluster.timeout(),
            numbers: self.cluster.numbers(),
        })
    }

    /// The secret, from the file or the environment. One that is set and empty is an error: the bridge must not be
    /// open because a secret failed to arrive.
    fn token(&self) -> Result<Option<Token>, clap::Error> {
        let (source, text) = match (&self.token_file, env::var_os("SIO_BRIDGE_TOKEN")) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(refusal("--token-file and SIO_BRIDGE_TOKEN exclude each other")),
            (None, Some(text)) => ("SIO_BRIDGE_TOKEN", text.into_string().unwrap_or_default()),
            (Some(file), None) => {
                let unreadable = |error| refusal(format!("--token-file {}: {error}", file.display()));
                let text = fs::read_to_string(file).map_err(unreadable)?;
                ("--token-file", text.trim_end_matches(['\r', '\n']).to_owned())
            }
        };
        Token::new(text).map(Some).map_err(|error| refusal(format!("{source}: {error}")))
    }
}

fn refusal(text: impl std::fmt::Display) -> clap::Error {
    Args::command().error(ErrorKind::ValueValidation, text)
}

/// A value that stands where none belongs may be a URL with a password in it.
fn without_stray_value(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(stray)) = error.get(ContextKind::InvalidArg)
        && !stray.starts_with('-')
    {
        error.insert(ContextKind::InvalidArg, ContextValue::String("(value not shown)".to_owned()));
    }
    error
}

fn address(text: &str) -> Result<SocketAddr, String> {
    if let Some(port) = text.strip_prefix("localhost:").and_then(|port| port.parse().ok()) {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8484 or [::1]:8484".to_owned())
}

fn size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "expected a size above zero, such as 65536, 64KiB or 1MiB".to_owned())
}
