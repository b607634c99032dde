//! What `sio emit --help` teaches.

pub(super) const SHORT: &str = "\
More, with examples and the rules for ARG and templates: sio emit --help";

pub(super) const LONG: &str = "\
Templates (-T):
  {{ now }}        the time, as a JavaScript Date: 2026-01-01T12:00:00.000Z
  {{ unix_ms }}    the time in milliseconds since 1970
  {{ count }}      the number of the message, or of the beat: 1, 2, 3, …
  {{ uuid }}       a new UUID for each message
  {{ hostname }}   the name of this machine
  Rendered first, read as ARG afterwards. The language is Jinja's: {{ count % 10 }}

Beats (--every):
  The first at once, the others without drift. While Redis is away, a beat is tried again until
  it is the next one's turn, then it is missed; there is no burst afterwards. It is late if it
  was sent more than 100 ms after its time, and unknown if Redis may have taken it or not.
  What is unknown is not sent again. The state at the end decides the exit code.

Acknowledgements (--ack):
  For clients that answer: socket.on(EVENT, (…, answer) => answer(…)). Each answer is a line, as
  JSON, as it comes; with -o json an object, and the last line is the tally. The cluster says how
  many clients it asked, so it ends with the last answer, with --expect N of them, or with the time:
  who did not answer by then is missing, and it exits with 4. If no client is in the room, that is
  said, and is no failure. With --volatile, clients that are not ready do not answer.

Examples:
  The time, every five seconds
    sio emit time -T '{{ now }}' --every 5s
  A word to a room
    sio emit chat 'We are back' --to lobby
  Two arguments as JSON, to admins, but not to one of their rooms
    sio emit order '{\"id\": 7}' 2 --namespace /admin --except quiet
  What a program prints, and a picture
    date | jq -R . | sio emit report @- --binary chart.png
  A postal code stays text
    sio emit address --string 10115 --to user:42
  Who is ready? Wait for an answer up to ten seconds
    sio emit ready '{\"round\": 3}' --to lobby --ack --timeout 10s
  The first answer will do
    sio emit locate --to user:42 --ack --expect 1
  See the Redis command, without any Redis
    sio emit tick --dry-run --adapter classic
  A thousand messages, fast
    sio emit load -T '{{ count }}' --count 1000
  Every morning, from cron, which mails only what went wrong
    0 8 * * *  SIO_URL=redis://redis:6379 sio emit wake-up --quiet --require-servers 1

With --every, the exit code is that of its last state.";
