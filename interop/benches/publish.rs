//! The broker beside redis-server: how many events a second each takes and hands to its subscribers, turn by turn.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench publish -- [EVENTS [ROUNDS]]`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    sync::{Condvar, Mutex},
    thread,
    time::Instant,
};

use escargot::CargoBuild;
use socketio_emitter::{Adapter, Args, Classic, Message};
use socketio_interop::{PATIENCE, RedisServer};

const SUBSCRIBERS: [usize; 3] = [0, 1, 10];

/// How many events are written at once, as a batch of the emitter does.
const BATCH: usize = 500;

/// How many events may be under way: enough to keep a server busy, too few for it to cut a subscriber off.
const WINDOW: usize = 20 * BATCH;

/// The broker in a process of its own.
struct Serve {
    child: Child,
    address: String,
}

impl Serve {
    fn start() -> Self {
        let build = CargoBuild::new().package("broker").example("serve").release().run().expect("the broker builds");
        let mut child = build.command().stdout(Stdio::piped()).spawn().expect("the broker starts");
        let mut url = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut url).expect("the broker says where it is");
        let address = url.trim().trim_start_matches("redis://").trim_end_matches('/').to_owned();
        Self { child, address }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (events, rounds) = (numbers.next().unwrap_or(500_000).next_multiple_of(BATCH), numbers.next().unwrap_or(5));
    let (redis, broker) = (RedisServer::start(), Serve::start());
    let addresses = [format!("127.0.0.1:{}", redis.port()), broker.address.clone()];
    let size = Event::new("user:0-0").payload.len();
    println!("{events} events of {size} bytes on one connection, {rounds} rounds, loopback");

    for subscribers in SUBSCRIBERS {
        let mut rates = [const { Vec::new() }; 2];
        for round in 0..rounds {
            // Each goes first as often as the other.
            for turn in [round % 2, (round + 1) % 2] {
                // A server may not have noticed yet that the subscribers of the round before are gone.
                let event = Event::new(&format!("user:{subscribers}-{round}"));
                rates[turn].push(rate(&addresses[turn], &event, events, subscribers));
            }
        }
        let ratio = median(rates[0].iter().zip(&rates[1]).map(|(redis, broker)| broker / redis));
        let [redis, broker] = rates.map(|rates| median(rates.into_iter()));
        println!(
            "{subscribers} subscribers: redis-server {redis:.0} PUBLISH/s, broker {broker:.0}, ratio {ratio:.2} (medians)"
        );
    }
}

/// What is published over and over: an event as the emitter encodes it.
struct Event {
    channel: String,
    payload: Vec<u8>,
}

impl Event {
    fn new(room: &str) -> Self {
        let args = Args::new(&serde_json::json!({"id": 1, "text": "hello, this is a note", "read": false}));
        let mut message = Message::emit("note", args.expect("these are arguments"));
        message.target.to([room.to_owned()]);
        let adapter = Adapter::Classic(Classic::default());
        let command = adapter.encode(&message).expect("this can be said");
        Self { channel: command.channel().to_owned(), payload: command.payload().to_vec() }
    }

    fn command(&self) -> Vec<u8> {
        encoded(&[b"PUBLISH", self.channel.as_bytes(), &self.payload])
    }

    fn delivered(&self) -> Vec<u8> {
        encoded(&[b"message", self.channel.as_bytes(), &self.payload])
    }

    /// A connection that is subscribed.
    fn subscribe(&self, address: &str) -> TcpStream {
        let mut socket = connect(address);
        socket.write_all(&encoded(&[b"SUBSCRIBE", self.channel.as_bytes()])).expect("the server reads");
        let mut confirmed = encoded(&[b"subscribe", self.channel.as_bytes()]);
        confirmed[1] = b'3';
        confirmed.extend_from_slice(b":1\r\n");
        let mut answer = vec![0; confirmed.len()];
        socket.read_exact(&mut answer).expect("the server answers");
        assert_eq!(answer, confirmed, "{}", answer.escape_ascii());
        socket
    }
}

/// How many events a second were published, answered for, and received by every subscriber.
fn rate(address: &str, event: &Event, events: usize, subscribers: usize) -> f64 {
    let publisher = connect(address);
    let mut readers: Vec<_> = (0..subscribers).map(|_| (event.subscribe(address), event.delivered())).collect();
    let answers = publisher.try_clone().expect("a socket can be shared");
    readers.push((answers, format!(":{subscribers}\r\n").into_bytes()));
    let (progress, batch) = (Progress::new(readers.len()), event.command().repeat(BATCH));

    let started = Instant::now();
    thread::scope(|scope| {
        for (reader, (socket, each)) in readers.into_iter().enumerate() {
            let progress = &progress;
            scope.spawn(move || read(socket, &each, events, |done| progress.set(reader, done)));
        }
        for sent in (0..events).step_by(BATCH) {
            progress.wait_for((sent + BATCH).saturating_sub(WINDOW));
            (&publisher).write_all(&batch).expect("the server reads");
        }
    });
    events as f64 / started.elapsed().as_secs_f64()
}

/// Reads the same bytes so many times.
fn read(mut socket: TcpStream, each: &[u8], times: usize, done: impl Fn(usize)) {
    let mut buffer = vec![0; 64 * 1024];
    let (mut read, total) = (0, times * each.len());
    while read < total {
        let more = socket.read(&mut buffer).expect("the server goes on");
        assert_ne!(more, 0, "the server hung up");
        // Looking at every byte would be slower than sending it: where each ends has to fit.
        let end = more.min(each.len() - read % each.len());
        assert_eq!(buffer[..end], each[read % each.len()..][..end], "{}", buffer[..end].escape_ascii());
        read += more;
        done(read / each.len());
    }
    assert_eq!(read, total);
}

/// How far each reader is.
struct Progress {
    done: Mutex<Vec<usize>>,
    more: Condvar,
}

impl Progress {
    fn new(readers: usize) -> Self {
        Self { done: Mutex::new(vec![0; readers]), more: Condvar::new() }
    }

    fn set(&self, reader: usize, done: usize) {
        self.done.lock().expect("no reader has failed")[reader] = done;
        self.more.notify_one();
    }

    /// Waits until all readers are that far.
    fn wait_for(&self, events: usize) {
        let behind = |done: &mut Vec<usize>| done.iter().any(|&done| done < events);
        let done = self.done.lock().expect("no reader has failed");
        let waited = self.more.wait_timeout_while(done, PATIENCE, behind).expect("no reader has failed");
        assert!(!waited.1.timed_out(), "not every event arrived");
    }
}

fn connect(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).expect("the server listens");
    socket.set_nodelay(true).expect("a socket can send at once");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket can wait");
    socket
}

fn encoded(words: &[&[u8]]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
