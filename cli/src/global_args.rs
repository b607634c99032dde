//! The options of every command: cluster, namespace and output.

use clap::{Args, builder::NonEmptyStringValueParser};
use socketio_common::ClusterArgs;

use crate::output::{Output, OutputFormat, Verbosity};

/// The options of every command. They may hold a password, so there is no `Debug`.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,

    /// Namespace; the leading slash is optional [default: /]
    #[arg(short, long, global = true, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,

    /// Output format on stdout; json prints one object per line
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value = "text")]
    output: OutputFormat,

    /// Print only errors on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,

    /// Print every step on stderr
    #[arg(short, long, global = true)]
    verbose: bool,
}

impl GlobalArgs {
    /// The namespace; `/` by default.
    pub(crate) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("/")
    }

    /// The value of `--namespace`.
    pub(crate) fn namespace_option(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    pub(crate) fn output(&self) -> Output {
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, false) => Verbosity::Normal,
            (false, true) => Verbosity::Verbose,
        };
        Output { format: self.output, verbosity }
    }
}
