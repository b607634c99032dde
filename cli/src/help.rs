//! Sections that the long help of several commands shares.

use socketio_common::ENVIRONMENT;

/// How event arguments are written.
pub(crate) const ARG: &str = "\
ARG:
  {…}  […]  \"…\"  5  true  false  null   JSON; invalid JSON is an error
  @FILE                                 JSON read from a file; @- reads stdin
  anything else                         A string: hello, 007, +5, 2026-01-01

  --string and --binary may appear between ARGs; their order is kept. Put an ARG that begins with - after --; negative \
numbers do not need it. Write bytes inside JSON as {\"$binary\": \"<base64>\"}. Each file is read once, and only one \
argument can read stdin.";

/// The exit codes of a command that sends one message.
pub(crate) const SEND_EXIT_CODES: &str = "\
Exit codes:
  0    Sent; prints a warning if Redis counted zero servers
  1    Failure: Redis is unreachable, a file cannot be read
  2    Invalid usage or input, or not supported by the adapter
  3    No adapter detected, or fewer servers than --require-servers
  130  Interrupted by Ctrl-C (143: by SIGTERM)";

/// The exit codes of a command that can wait for acknowledgements.
pub(crate) const ACK_EXIT_CODES: &str = "\
Exit codes:
  0    Sent; prints a warning if Redis counted zero servers
  1    Failure: Redis is unreachable, a file cannot be read
  2    Invalid usage or input, or not supported by the adapter
  3    No adapter detected, fewer servers than --require-servers, or zero servers with --ack
  4    With --ack: acknowledgements are missing, or fewer than --expect arrived
  130  Interrupted by Ctrl-C (143: by SIGTERM)";

/// The exit codes of a command that sends a request to the servers.
pub(crate) const REQUEST_EXIT_CODES: &str = "\
Exit codes:
  0    All servers answered, or --limit was reached
  1    Failure: Redis is unreachable
  2    Invalid usage, or not supported by the adapter
  3    No adapter detected, or no server on the namespace
  4    Incomplete: some servers did not answer within --timeout; the rest is printed
  130  Interrupted by Ctrl-C (143: by SIGTERM)";

/// The output of a command that sends a request to the servers.
pub(crate) const REQUEST_OUTPUT: &str = "\
Output:
  Results are printed as they arrive. At the end, stderr reports how many servers answered. With -o json, each result is \
an object, and the last line is the summary:
  adapter, servers   Adapter, and number of servers (null if unknown)
  answered, count    Servers that answered, and results
  limited            true if --limit left out results
  partial            true if answers are missing
  silent             Ids of the servers that did not answer, if known
  missed             Messages dropped because stdout was read too slowly
  end                complete, enough, timeout or lost";

/// Joins the sections of a long help and appends the environment variables.
pub(crate) fn with_environment(sections: &[&str]) -> String {
    format!("{}\n\nEnvironment:\n{ENVIRONMENT}", sections.join("\n\n"))
}
