//! The command line as a whole, and what is said where it is wrong.

use clap::{Parser, error::ErrorKind};
use socketio_common::{ENVIRONMENT, adapters};

use crate::{
    command::Command,
    exit::Exit,
    global::Global,
    output::{safe, speak},
};

const AFTER_HELP: &str = "\
Examples:
  sio emit news 'We are back' --to lobby        one event to one room
  sio emit time -T '{{ now }}' --every 5s       the time, every five seconds
  sio pipe events.ndjson                        a file of events, joins, disconnects, …
  sio emit ready --to lobby --ack               an event, and what clients answer
  sio join vip --to user:42                     a user's sockets into a room
  sio sockets --to lobby                        who is in a room
  sio tap --event 'chat*'                       every such message, live
  sio doctor                                    nothing arrives: what is wrong, and what to do
  sio bench                                     how fast this Redis takes events
  sio emit --help                               all about emit, with examples

Exit codes:
  0    done
  1    failed: Redis is away, a file cannot be read
  2    wrong usage or input, or not supported
  3    nobody is there: no adapter found, or too few servers
  4    incomplete: some did not answer in time
  5    trouble found (doctor)
  130  interrupted (143 by SIGTERM)";

fn after_help() -> String {
    format!("{AFTER_HELP}\n\nEnvironment:\n{ENVIRONMENT}")
}

fn after_long_help() -> String {
    format!("{}\n\nWhat each adapter carries:\n{}", after_help(), adapters())
}

/// Pushes events and orders into a running Socket.IO cluster, and asks it questions, over the Redis that connects its servers.
#[derive(Parser)]
#[command(name = "sio", version, max_term_width = 100, after_help = after_help(), after_long_help = after_long_help())]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Prints help, the version, or what is wrong with the command line.
pub(crate) fn explain(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // A reader that left, as `head` does, is no failure.
            let _ = error.print();
        }
        _ => {
            let text = error.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            let lines: Vec<_> = text.trim_end().lines().map(|line| without_password(&safe(line))).collect();
            speak(&format!("sio: {}", lines.join("\n")));
        }
    }
    if error.exit_code() == 0 { Exit::Done } else { Exit::Usage }
}

/// A URL that stands where it should not is repeated without its user and password.
fn without_password(line: &str) -> String {
    match (line.find("://"), line.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!("{}://…{}", &line[..start], &line[end..]),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_password_is_not_repeated() {
        let line = "unrecognized subcommand 'redis://:p@ss://w0rd@host/0'";
        assert_eq!(without_password(line), "unrecognized subcommand 'redis://…@host/0'");
        assert_eq!(without_password("a@b"), "a@b");
        assert_eq!(without_password("see https://socket.io"), "see https://socket.io");
    }
}
