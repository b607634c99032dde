//! The help texts of `sio emit`.

pub(super) const SHORT: &str = "\
Examples:
  sio emit chat 'We are back' --to lobby
  sio emit time -T '{{ now }}' --every 5s";

pub(super) const LONG: &str = "\
Templates (-T):
  {{ now }}        Time as a JavaScript Date: 2026-01-01T12:00:00.000Z
  {{ unix_ms }}    Milliseconds since 1970
  {{ count }}      Number of the message: 1, 2, 3, …
  {{ uuid }}       New UUID for each message
  {{ hostname }}   Host name of this machine

  Templates use Jinja syntax, such as {{ count % 10 }}. The rendered text is parsed as ARG.

Repeated messages (--every):
  The first message is sent at once, the others at fixed times without drift. While Redis is unreachable, a message is \
retried until the next one is due; then it counts as missed and is not sent later. A message counts as late if it was sent \
more than 100 ms after its time, and as unknown if the connection broke before Redis answered. Unknown messages are not \
sent again. The exit code is that of the last message.

Acknowledgements (--ack):
  Clients acknowledge with socket.on(EVENT, (…, callback) => callback(…)). Each acknowledgement is printed as it arrives, \
as one line of JSON; with -o json as an object, followed by a summary. The servers report how many clients received the \
event. The command ends when all of them, or --expect N, have answered, or after --timeout; it exits with 4 if \
acknowledgements are missing. An empty room causes a warning, not an error. With --volatile, clients that are not ready do \
not answer.

Examples:
  The time, every five seconds
    sio emit time -T '{{ now }}' --every 5s
  One event to a room
    sio emit chat 'We are back' --to lobby
  Two JSON arguments, to all of /admin except one room
    sio emit order '{\"id\": 7}' 2 --namespace /admin --except quiet
  The output of a program, and a picture
    date | jq -R . | sio emit report @- --binary chart.png
  A number that stays a string
    sio emit address --string 10115 --to user:42
  Wait up to ten seconds for acknowledgements
    sio emit ready '{\"round\": 3}' --to lobby --ack --timeout 10s
  Stop at the first acknowledgement
    sio emit locate --to user:42 --ack --expect 1
  Print the Redis command; needs no Redis
    sio emit tick --dry-run --adapter classic
  A thousand messages in one batch
    sio emit load -T '{{ count }}' --count 1000
  Every morning from cron, which mails only errors
    0 8 * * *  SIO_URL=redis://redis:6379 sio emit wake-up --quiet --require-servers 1";
