//! The texts after the options in `-h` and `--help`.

use socketio_common::{ENVIRONMENT, adapters};

/// The end of `-h`.
pub(crate) const EXAMPLES: &str = "\
Examples:
  sio-bridge
  SIO_BRIDGE_TOKEN=$(openssl rand -hex 32) sio-bridge --listen 0.0.0.0:8484";

/// The end of `--help`.
pub(crate) fn after_long_help() -> String {
    format!("{REFERENCE}\n{ENVIRONMENT}\n\n{EXIT_CODES}\n\nWhat each adapter carries:\n{}", adapters())
}

// Lines stay below 80 columns, so that clap does not wrap them again.
const REFERENCE: &str = "\
Examples:
  # Listen on 127.0.0.1:8484
  sio-bridge

  # Listen on all interfaces, with a token
  SIO_BRIDGE_TOKEN=$(openssl rand -hex 32) sio-bridge --listen 0.0.0.0:8484
  curl -H \"Authorization: Bearer $SIO_BRIDGE_TOKEN\" HOST:8484/v1/emit/news -d hi

  # Send an event to every client, or to the clients in two rooms
  curl 127.0.0.1:8484/v1/emit/news -d '{\"title\": \"hello\"}'
  curl '127.0.0.1:8484/v1/emit/chat?room=a&room=b' -d hello

  # Send a whole message, as JSON or as a form
  curl 127.0.0.1:8484/v1/emit --json '{\"event\": \"pair\", \"args\": [1, 2]}'
  curl 127.0.0.1:8484/v1/emit -d event=chat -d room=a -d data=hello

  # Send an event to the servers
  curl 127.0.0.1:8484/v1/server-emit --json '{\"event\": \"reload\"}'

  # Make sockets join or leave rooms, or disconnect them
  curl 127.0.0.1:8484/v1/sockets/join --json '{\"join\": [\"vip\"], \"rooms\": [\"a\"]}'
  curl 127.0.0.1:8484/v1/sockets/leave --json '{\"leave\": [\"vip\"], \"all\": true}'
  curl 127.0.0.1:8484/v1/sockets/disconnect --json '{\"rooms\": [\"user:42\"]}'

  # Send a file with one message a line
  curl 127.0.0.1:8484/v1/batch -X POST -T messages.ndjson \\
    -H 'Content-Type: application/x-ndjson'

  # Send an event and return the acknowledgements of the clients
  curl '127.0.0.1:8484/v1/emit/ready?room=a&ack=2s' -d 3

  # List the sockets in a room, and all rooms
  curl '127.0.0.1:8484/v1/sockets?room=a'
  curl 127.0.0.1:8484/v1/rooms -H 'Accept: application/x-ndjson'

  # Show the Redis command without sending it
  curl '127.0.0.1:8484/v1/emit/news?dry_run=true' -d hello

  # Stream the matching messages on the bus
  curl -N '127.0.0.1:8484/v1/tap?event=chat*'

Request bodies:
  /v1/emit/EVENT       the event's one argument: JSON, MessagePack, text or bytes
  /v1/emit             one message: JSON, MessagePack or a form with the fields
                       event= (or action=), data=, room=, except=, namespace=,
                       volatile= and compress=
  /v1/batch            messages as a JSON array or one a line; sending stops at
                       the first invalid message
  other POST routes    one message: JSON or MessagePack

Query parameters of /v1/emit/EVENT:
  room=, except=       target rooms and excluded rooms (repeatable)
  namespace=           namespace (default: /)
  volatile=true        drop the event for clients that are not ready
  compress=false       do not compress the event

Query parameters of every POST route except /v1/batch:
  dry_run=true         return the Redis command without sending it
  require_servers=N    require at least N servers on the namespace
  timeout=DUR          time limit (maximum: --timeout)

Query parameters of /v1/emit, /v1/emit/EVENT and /v1/server-emit:
  ack=DUR              wait DUR for acknowledgements (maximum: --timeout)
  expect=N             stop waiting after N acknowledgements

Query parameters of GET /v1/servers, /v1/rooms and /v1/sockets:
  namespace=           namespace (default: /)
  timeout=DUR          time limit (maximum: --timeout)
  count=true           return only the number of answers
  limit=N              return at most N answers (default: 1000, maximum: 10000;
                       no maximum with Accept: application/x-ndjson)
  all=true             rooms: include each socket's own room, named by its id
  room=, except=       sockets: rooms and excluded rooms (repeatable)
  handshake=true       sockets: include headers (with cookies), address, query

Query parameters of GET /v1/tap:
  event=GLOB           show only events whose name matches
  room=GLOB            show only messages for a room that matches
  namespace=GLOB       show only messages on a namespace that matches
  requests=true        show requests and responses between servers too
  count=N              stop after N messages
  for=DUR              stop after this time
  The response is text/event-stream by default, or application/x-ndjson by
  Accept (sio pipe reads it). A reader that is too slow loses messages, and
  the stream says how many: {\"do\":\"dropped\",\"messages\":N}

Operation:
  GET /livez           200 while the process runs
  GET /readyz          200 if Redis answers
  GET /metrics         metrics for Prometheus (requires the token, if set)
  GET /openapi.json    OpenAPI description of all routes

Environment:
  SIO_BRIDGE_LISTEN    same as --listen
  SIO_BRIDGE_TOKEN     token that /v1 and /metrics require in the header
                       Authorization: Bearer TOKEN
  RUST_LOG             log filter; overrides -v";

const EXIT_CODES: &str = "\
Exit codes:
  0  stopped by SIGTERM or Ctrl-C
  1  failed, for example because the address is in use
  2  invalid usage";
