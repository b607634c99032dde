//! The broker of `examples/broker` compared with redis-server: events per second that each delivers, in turn.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench broker -- [EVENTS [ROUNDS]]`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Stdio},
    sync::{Condvar, Mutex},
    thread,
    time::Instant,
};

use escargot::CargoBuild;
use socketio_emitter::{Adapter, Args, Message, adapter::Classic};
use socketio_interop::{RedisServer, TEST_TIMEOUT};

const SUBSCRIBERS: [usize; 3] = [0, 1, 10];

/// The number of events per write, as in a batch of the emitter.
const BATCH: usize = 500;

/// The number of undelivered events: enough to keep a server busy, too few for it to disconnect a subscriber.
const WINDOW: usize = 20 * BATCH;

/// The broker in its own process.
struct BrokerProcess {
    child: Child,
    address: String,
}

impl BrokerProcess {
    fn start() -> Self {
        let build = CargoBuild::new().package("broker").example("serve").release().run().expect("the broker builds");
        let mut child = build.command().stdout(Stdio::piped()).spawn().expect("the broker starts");
        let mut url = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut url).expect("the broker prints its URL");
        let address = url.trim().trim_start_matches("redis://").trim_end_matches('/').to_owned();
        Self { child, address }
    }
}

impl Drop for BrokerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (events, rounds) = (numbers.next().unwrap_or(500_000).next_multiple_of(BATCH), numbers.next().unwrap_or(5));
    let (redis, broker) = (RedisServer::start(), BrokerProcess::start());
    let addresses = [format!("127.0.0.1:{}", redis.port()), broker.address.clone()];
    let size = PublishedEvent::new("user:0-0").payload.len();
    println!("{events} events of {size} bytes on one connection, {rounds} rounds, loopback");

    for subscribers in SUBSCRIBERS {
        let mut rates = [const { Vec::new() }; 2];
        for round in 0..rounds {
            // Both servers are measured first equally often.
            for turn in [round % 2, (round + 1) % 2] {
                // A new channel, because the server may still have the subscribers of the last round.
                let event = PublishedEvent::new(&format!("user:{subscribers}-{round}"));
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

/// The message that is published repeatedly, as the emitter encodes it.
struct PublishedEvent {
    channel: String,
    payload: Vec<u8>,
}

impl PublishedEvent {
    fn new(room: &str) -> Self {
        let args = Args::new(&serde_json::json!({"id": 1, "text": "hello, this is a note", "read": false}));
        let mut message = Message::emit("note", args.expect("valid arguments"));
        message.target.to([room.to_owned()]);
        let adapter = Adapter::Classic(Classic::default());
        let command = adapter.encode(&message).expect("the adapter supports it");
        Self { channel: command.channel().to_owned(), payload: command.payload().to_vec() }
    }

    fn command(&self) -> Vec<u8> {
        encoded(&[b"PUBLISH", self.channel.as_bytes(), &self.payload])
    }

    fn delivered(&self) -> Vec<u8> {
        encoded(&[b"message", self.channel.as_bytes(), &self.payload])
    }

    /// Opens a subscribed connection.
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

/// The number of events per second that were published, acknowledged, and received by every subscriber.
fn rate(address: &str, event: &PublishedEvent, events: usize, subscribers: usize) -> f64 {
    let publisher = connect(address);
    let mut readers: Vec<_> = (0..subscribers).map(|_| (event.subscribe(address), event.delivered())).collect();
    let answers = publisher.try_clone().expect("a socket can be shared");
    readers.push((answers, format!(":{subscribers}\r\n").into_bytes()));
    let (progress, batch) = (ReaderProgress::new(readers.len()), event.command().repeat(BATCH));

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

/// Reads `times` repetitions of the same bytes.
fn read(mut socket: TcpStream, each: &[u8], times: usize, done: impl Fn(usize)) {
    let mut buffer = vec![0; 64 * 1024];
    let (mut read, total) = (0, times * each.len());
    while read < total {
        let more = socket.read(&mut buffer).expect("the server sends");
        assert_ne!(more, 0, "the server closed the connection");
        // Comparing every byte would take longer than sending it. Only the first repetition of each read is compared.
        let end = more.min(each.len() - read % each.len());
        assert_eq!(buffer[..end], each[read % each.len()..][..end], "{}", buffer[..end].escape_ascii());
        read += more;
        done(read / each.len());
    }
    assert_eq!(read, total);
}

/// The number of messages that each reader has received.
struct ReaderProgress {
    done: Mutex<Vec<usize>>,
    more: Condvar,
}

impl ReaderProgress {
    fn new(readers: usize) -> Self {
        Self { done: Mutex::new(vec![0; readers]), more: Condvar::new() }
    }

    fn set(&self, reader: usize, done: usize) {
        self.done.lock().expect("no reader has panicked")[reader] = done;
        self.more.notify_one();
    }

    /// Waits until all readers have received this number of messages.
    fn wait_for(&self, events: usize) {
        let behind = |done: &mut Vec<usize>| done.iter().any(|&done| done < events);
        let done = self.done.lock().expect("no reader has panicked");
        let waited = self.more.wait_timeout_while(done, TEST_TIMEOUT, behind).expect("no reader has panicked");
        assert!(!waited.1.timed_out(), "not every event arrived");
    }
}

fn connect(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).expect("the server listens");
    socket.set_nodelay(true).expect("TCP_NODELAY is supported");
    socket.set_read_timeout(Some(TEST_TIMEOUT)).expect("a read timeout is supported");
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
