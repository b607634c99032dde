//! What the help of several commands has in common.

use socketio_common::ENVIRONMENT;

/// How the values of an event are written.
pub(crate) const ARG: &str = "\
ARG:
  {…}  […]  \"…\"  5  true  false  null   JSON; if it is broken, that is an error
  @FILE                                 JSON from a file; @- is stdin
  anything else                         a string: hello, 007, +5, 2026-01-01

  --string and --binary stand among the ARGs, in the order in which they are typed.
  What begins with - comes after --, but negative numbers do not need it.
  Bytes within JSON: {\"$binary\": \"<base64>\"}. Stdin can be read once, files are read once.";

/// How a command that sends one message ends.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done; with a warning if the adapter is known and no server was there
  1    failed: Redis is away, a file cannot be read
  2    wrong usage or input, or not supported
  3    nobody is there: no adapter found, or fewer servers than --require-servers
  130  interrupted (143 by SIGTERM)";

/// How a command that can wait for acknowledgements ends.
pub(crate) const ACK_CODES: &str = "\
Exit codes:
  0    done; with a warning if the adapter is known and no server was there
  1    failed: Redis is away, a file cannot be read
  2    wrong usage or input, or not supported
  3    nobody is there: no adapter found, or fewer servers than --require-servers; with --ack also
       if the adapter is known and no server was there
  4    with --ack: some did not answer in time, or fewer than --expect; what came is printed
  130  interrupted (143 by SIGTERM)";

/// How a question ends.
pub(crate) const ASKING_CODES: &str = "\
Exit codes:
  0    done: everybody answered, or as many as --limit wanted
  1    failed: Redis is away
  2    wrong usage, or not supported
  3    nobody is there: no adapter found, or no server on the namespace
  4    incomplete: some did not answer within --timeout; what came is printed
  130  interrupted (143 by SIGTERM)";

/// What a question's answers look like.
pub(crate) const ANSWERS: &str = "\
Answers are printed as they come, at the end stderr says how many servers answered of how many.
With -o json each answer is an object, and the last line is the tally: adapter, servers, answered,
count, limited (there were more), partial, silent (who did not answer, where that is known),
missed (messages that were dropped because stdout was not read in time) and end (complete,
enough, timeout or lost).";

/// The end of a long help: its parts, and the environment.
pub(crate) fn page(parts: &[&str]) -> String {
    format!("{}\n\nEnvironment:\n{ENVIRONMENT}", parts.join("\n\n"))
}

/// The end of a short help.
pub(crate) fn more(command: &str) -> String {
    format!("More, with examples: sio {command} --help")
}
