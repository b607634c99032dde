//! What every command takes: which cluster, which namespace, and how to answer.

use clap::{Args, builder::NonEmptyStringValueParser};
use socketio_common::ClusterArgs;

use crate::output::{Format, Output, Words};

/// The flags of every command. It holds passwords, so it has no `Debug`.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    /// Namespace; its leading slash may be left out [default: /]
    #[arg(short, long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,

    /// What stdout carries; json is one object a line
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value = "text")]
    output: Format,

    /// Say nothing on stderr but why it failed
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Say every step on stderr
    #[arg(short, long, global = true)]
    verbose: bool,
}

impl Global {
    /// The namespace; `/` where none is named.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("/")
    }

    /// The namespace, if one is named.
    pub(crate) fn named_namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub(crate) fn output(&self) -> Output {
        let words = match (self.quiet, self.verbose) {
            (true, _) => Words::Few,
            (false, false) => Words::Some,
            (false, true) => Words::Many,
        };
        Output { format: self.output, words }
    }
}
