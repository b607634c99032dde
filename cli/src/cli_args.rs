//! The command line as a whole, and how its errors are printed.

use clap::{Arg, Command, CommandFactory, Parser, error::ErrorKind};
use socketio_common::{ENVIRONMENT, adapters};

use crate::{
    command::CliCommand,
    exit::Exit,
    global_args::GlobalArgs,
    output::{escape_control, write_stderr},
};

const AFTER_HELP: &str = "\
Examples:
  sio emit news 'We are back' --to lobby
  sio tap --event 'chat*'";

const AFTER_LONG_HELP: &str = "\
Examples:
  sio emit news 'We are back' --to lobby        Send an event to a room
  sio emit time -T '{{ now }}' --every 5s       Send the time every five seconds
  sio pipe events.ndjson                        Send a file of events, joins, disconnects, …
  sio emit ready --to lobby --ack               Send an event and print acknowledgements
  sio join vip --to user:42                     Make a user's sockets join a room
  sio sockets --to lobby                        List the sockets in a room
  sio tap --event 'chat*'                       Print matching messages live
  sio doctor                                    Find out why events do not arrive
  sio bench                                     Measure latency and throughput of Redis

Exit codes:
  0    Success
  1    Failure: Redis is unreachable, a file cannot be read
  2    Invalid usage or input, or not supported by the adapter
  3    No adapter detected, or too few servers
  4    Incomplete: some servers or clients did not answer in time
  5    Problems found (doctor)
  130  Interrupted by Ctrl-C
  143  Terminated by SIGTERM";

/// Ends the help of every subcommand.
const SUBCOMMAND_FOOTER: &str = "Global options: see `sio --help`.";

/// Sends events to a running Socket.IO cluster and queries it, over the Redis that connects its servers
#[derive(Parser)]
#[command(name = "sio", version, max_term_width = 100, after_help = short_footer(), after_long_help = long_footer())]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct CliArgs {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: CliCommand,
}

/// The parser, with the global options hidden in the help of every subcommand.
pub(crate) fn command() -> Command {
    let root = CliArgs::command();
    // clap does not propagate a global option to a subcommand that defines an option of the same id.
    let hidden: Vec<Arg> =
        root.get_arguments().filter(|arg| arg.is_global_set()).map(|arg| arg.clone().hide(true)).collect();
    root.mut_subcommands(|subcommand| {
        let short = subcommand.get_after_help().cloned().unwrap_or_default();
        let long = subcommand.get_after_long_help().cloned().unwrap_or_default();
        let all = format!("All options and examples: `sio {} --help`.", subcommand.get_name());
        subcommand
            .args(&hidden)
            .after_help(format!("{short}\n\n{all}\n{SUBCOMMAND_FOOTER}"))
            .after_long_help(format!("{long}\n\n{SUBCOMMAND_FOOTER}"))
    })
}

/// Prints help or version to stdout, and a usage error to stderr.
pub(crate) fn print_parse_error(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // A closed stdout, as after `| head`, is not an error.
            let _ = error.print();
        }
        _ => {
            let text = error.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            let lines: Vec<_> = text.trim_end().lines().map(|line| redact_credentials(&escape_control(line))).collect();
            write_stderr(&format!("sio: {}", lines.join("\n")));
        }
    }
    if error.exit_code() == 0 { Exit::Success } else { Exit::Usage }
}

/// Removes user and password from a URL in a usage error, which repeats what was typed.
fn redact_credentials(line: &str) -> String {
    match (line.find("://"), line.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!("{}://…{}", &line[..start], &line[end..]),
        _ => line.to_owned(),
    }
}

fn short_footer() -> String {
    format!("{AFTER_HELP}\n\nExit codes, environment and adapters: `sio --help`.")
}

fn long_footer() -> String {
    format!("{AFTER_LONG_HELP}\n\nEnvironment:\n{ENVIRONMENT}\n\nSupported operations by adapter:\n{}", adapters())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_definition_is_valid() {
        command().debug_assert();
    }

    #[test]
    fn example_commands_and_tables_are_not_wrapped() {
        let root = command();
        for command in root.get_subcommands().chain([&root]) {
            let help = command.get_after_long_help().unwrap().to_string();
            let is_fixed = |line: &&str| line.starts_with("    ") || line.trim_start().contains("  ");
            for line in help.lines().filter(is_fixed) {
                assert!(line.chars().count() <= 100, "{}: {line}", command.get_name());
            }
        }
    }

    #[test]
    fn credentials_in_urls_are_redacted() {
        let line = "unrecognized subcommand 'redis://:p@ss://w0rd@host/0'";
        assert_eq!(redact_credentials(line), "unrecognized subcommand 'redis://…@host/0'");
        assert_eq!(redact_credentials("a@b"), "a@b");
        assert_eq!(redact_credentials("see https://socket.io"), "see https://socket.io");
    }
}
