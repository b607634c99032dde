//! What every command takes: which Redis, which cluster on it, and how to answer.

use std::{env, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};
use socketio_emitter::{Adapter, Classic, Emitter, Numbers, Options};

use crate::{
    duration,
    failure::Failure,
    output::{Format, Output, Words},
};

const DEFAULT_URL: &str = "redis://127.0.0.1:6379";

/// The flags of every command. It holds passwords, so it has no `Debug`.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Redis of the servers [env: SIO_URL, REDIS_URL] [default: redis://127.0.0.1:6379]
    #[arg(short, long, global = true, value_name = "URL")]
    url: Option<String>,

    /// Adapter of the servers: auto, classic [env: SIO_ADAPTER] [default: auto]
    #[arg(long, global = true, value_name = "NAME", value_parser = adapter)]
    adapter: Option<Choice>,

    /// Start of the servers' channel names, if it is not the adapter's default
    #[arg(long, global = true, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    prefix: Option<String>,

    /// Namespace; its leading slash may be left out
    #[arg(short, long, global = true, value_name = "NAME", default_value = "/")]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) namespace: String,

    /// Longest time for one send, connecting included
    #[arg(long, global = true, value_name = "DUR", default_value = "5s", value_parser = duration::parse)]
    pub(crate) timeout: Duration,

    /// What stdout carries; json is one object a line
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value = "text")]
    output: Format,

    /// Say nothing on stderr but why it failed
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say every step on stderr
    #[arg(short, long, global = true)]
    verbose: bool,

    /// Round integers beyond 2^53-1 as JavaScript does, instead of refusing them
    #[arg(long, global = true)]
    lossy_numbers: bool,
}

/// An adapter, or none where it is to be found.
#[derive(Clone)]
struct Choice(Option<Adapter>);

fn adapter(name: &str) -> Result<Choice, String> {
    match name {
        "auto" => Ok(Choice(None)),
        "classic" => Ok(Choice(Some(Adapter::Classic(Classic::default())))),
        "sharded" | "streams" | "socketioxide" | "python" => {
            Err(format!("the {name} adapter is not supported yet; auto and classic are"))
        }
        _ => Err("no adapter has this name; there are auto and classic".to_owned()),
    }
}

/// An environment variable that says something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

impl Global {
    pub(crate) fn output(&self) -> Output {
        let words = match (self.quiet, self.verbose) {
            (true, _) => Words::Few,
            (false, false) => Words::Some,
            (false, true) => Words::Many,
        };
        Output { format: self.output, words }
    }

    pub(crate) fn numbers(&self) -> Numbers {
        if self.lossy_numbers { Numbers::Lossy } else { Numbers::Exact }
    }

    /// An emitter that connects when it first has to.
    pub(crate) fn emitter(&self) -> Result<Emitter, Failure> {
        let (_, url) = self.url();
        let options = match variable("REDISCLI_AUTH") {
            Some(password) => self.options()?.password(password),
            None => self.options()?,
        };
        Ok(options.lazy(&url)?)
    }

    /// An emitter that writes commands and sends none. Where the adapter is given it needs no Redis.
    pub(crate) fn writer(&self) -> Result<Emitter, Failure> {
        match self.adapter()? {
            Some(_) => Ok(self.options()?.recorder().0),
            None => self.emitter(),
        }
    }

    /// Who named the Redis to use. Only this is ever printed, since the URL may hold a password.
    pub(crate) fn url_source(&self) -> &'static str {
        self.url().0
    }

    fn url(&self) -> (&'static str, String) {
        // An empty --url is no "left out": it may be a variable that is missing.
        let flag = self.url.clone().map(|url| ("--url", url));
        let from = |name| variable(name).map(|url| (name, url));
        flag.or_else(|| from("SIO_URL"))
            .or_else(|| from("REDIS_URL"))
            .unwrap_or_else(|| ("the default", DEFAULT_URL.to_owned()))
    }

    fn adapter(&self) -> Result<Option<Adapter>, Failure> {
        let choice = match (&self.adapter, variable("SIO_ADAPTER")) {
            (Some(choice), _) => choice.clone(),
            (None, Some(name)) => adapter(&name).map_err(|reason| Failure::usage(format!("SIO_ADAPTER: {reason}")))?,
            (None, None) => Choice(None),
        };
        Ok(choice.0)
    }

    fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new().timeout(self.timeout).numbers(self.numbers());
        if let Some(adapter) = self.adapter()? {
            options = options.adapter(adapter);
        }
        if let Some(prefix) = &self.prefix {
            options = options.prefix(prefix);
        }
        Ok(options)
    }
}
