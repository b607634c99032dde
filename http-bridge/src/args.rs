use std::{
    env,
    ffi::OsString,
    fmt::Display,
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
use socketio_common::ClusterArgs;
use socketio_emitter::Emitter;

use crate::{allow::AllowedEvents, auth::BearerToken, config::Config, help};

/// Push events into a running Socket.IO cluster over HTTP.
///
/// Without a token, sio-bridge listens on loopback, serves programs on this machine only and refuses requests that a
/// web page could have made. A 2xx status means that Redis took the message. Every other response is
/// application/problem+json.
#[derive(Debug, Parser)]
#[command(name = "sio-bridge", version, after_help = help::EXAMPLES, after_long_help = help::after_long_help())]
pub struct BridgeArgs {
    /// Address to listen on; port 0 chooses a free port
    #[arg(
        long,
        value_name = "ADDR",
        env = "SIO_BRIDGE_LISTEN",
        hide_env = true,
        default_value = "127.0.0.1:8484",
        value_parser = address
    )]
    listen: SocketAddr,

    /// File that holds the token (alternative to SIO_BRIDGE_TOKEN)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Send only events that match GLOB, to clients and servers (repeatable)
    ///
    /// With this option, join, leave, disconnect and questions about servers, rooms and sockets are refused, and a tap
    /// shows matching events only. Without it, all events are allowed.
    #[arg(long = "allow-event", value_name = "GLOB")]
    allow_event: Vec<Glob>,

    /// Largest request body, such as 64KiB; in a batch, the largest message
    #[arg(long, value_name = "BYTES", default_value = "1MiB", value_parser = body_size)]
    body_limit: usize,

    #[command(flatten)]
    cluster: ClusterArgs,

    /// Log every request to stderr; repeat for debug messages
    #[arg(long, short, action = ArgAction::Count)]
    pub verbose: u8,
}

impl BridgeArgs {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// An argument or a variable is invalid, or the arguments are `--help` or `--version`.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(args).map_err(hide_stray_value)
    }

    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// The time for running requests to finish at shutdown: `--timeout` plus 2 seconds.
    pub fn grace(&self) -> Duration {
        self.cluster.timeout().saturating_add(Duration::from_secs(2))
    }

    /// The emitter for the cluster. It connects at the first send.
    ///
    /// # Errors
    /// The URL or the adapter is invalid.
    pub fn emitter(&self) -> Result<Emitter, clap::Error> {
        self.cluster.emitter().map_err(usage_error)
    }

    /// The settings of the routes.
    ///
    /// # Errors
    /// The token is invalid, or missing while the listen address is not loopback.
    pub fn config(&self) -> Result<Config, clap::Error> {
        let token = self.token()?;
        if token.is_none() && !self.listen.ip().to_canonical().is_loopback() {
            let text = format!(
                "--listen {}: other machines could reach this address, so a token is required; set SIO_BRIDGE_TOKEN, \
                 or listen on 127.0.0.1",
                self.listen
            );
            return Err(usage_error(text));
        }
        Ok(Config {
            token,
            allowed_events: AllowedEvents::new(self.allow_event.iter().cloned()).map_err(usage_error)?,
            body_limit: self.body_limit,
            timeout: self.cluster.timeout(),
            numbers: self.cluster.numbers(),
        })
    }

    /// The token from the file or the environment. An empty one is an error: a secret that failed to load must not open
    /// the bridge.
    fn token(&self) -> Result<Option<BearerToken>, clap::Error> {
        let (source, text) = match (&self.token_file, env::var_os("SIO_BRIDGE_TOKEN")) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(usage_error("--token-file and SIO_BRIDGE_TOKEN cannot be combined; use one of them"));
            }
            (None, Some(text)) => ("SIO_BRIDGE_TOKEN", text.into_string().unwrap_or_default()),
            (Some(file), None) => {
                let unreadable =
                    |error| usage_error(format!("--token-file {}: cannot read the file: {error}", file.display()));
                let text = fs::read_to_string(file).map_err(unreadable)?;
                ("--token-file", text.trim_end_matches(['\r', '\n']).to_owned())
            }
        };
        BearerToken::new(text).map(Some).map_err(|error| usage_error(format!("{source}: {error}")))
    }
}

fn usage_error(text: impl Display) -> clap::Error {
    BridgeArgs::command().error(ErrorKind::ValueValidation, text)
}

/// Hides an unexpected positional value, which may be a URL with a password.
fn hide_stray_value(mut error: clap::Error) -> clap::Error {
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

fn body_size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "expected a size of at least 1 byte, such as 65536, 64KiB or 1MiB".to_owned())
}
