use std::{panic::resume_unwind, thread, time::Duration};

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use socketio_emitter::{Emitter, Error};

use crate::{
    PATIENCE,
    doors::{Bridge, Sio},
};

const LINES: &str = "application/x-ndjson";

/// One question, as each door is asked it.
#[derive(Debug, Clone)]
pub struct Question {
    /// By the crate.
    pub io: fn(&Emitter, Duration) -> Result<Value, Error>,
    /// By `sio`, without how long and in which format.
    pub sio: &'static str,
    /// By the bridge: the route and its query.
    pub path: &'static str,
    /// What is posted there; nothing for what is only looked at.
    pub body: Option<Value>,
}

/// All doors to one cluster.
#[derive(Debug)]
pub struct Doors {
    redis: String,
    io: Emitter,
    bridge: Bridge,
    http: Client,
}

impl Doors {
    /// Opens them.
    pub fn open(redis: &str) -> Self {
        let io = Emitter::connect(redis).wait().expect("Redis is there");
        let bridge = Bridge::start_with(redis, &["--timeout", "20s"], &[]);
        let http = Client::builder().timeout(PATIENCE).build().expect("an HTTP client");
        Self { redis: redis.to_owned(), io, bridge, http }
    }

    /// Asks at every door at once, and gives each door's name and its answer, all in the form of the crate's
    /// `Answers`.
    pub fn ask(&self, question: &Question, timeout: Duration) -> [(&'static str, Value); 4] {
        thread::scope(|scope| {
            [
                ("crate", scope.spawn(|| (question.io)(&self.io, timeout).expect("the cluster can be asked"))),
                ("sio", scope.spawn(|| self.sio(question, timeout))),
                ("bridge", scope.spawn(|| self.document(question, timeout))),
                ("bridge, lines", scope.spawn(|| self.lines(question, timeout))),
            ]
            .map(|(door, asked)| (door, asked.join().unwrap_or_else(|panic| resume_unwind(panic))))
        })
    }

    /// What `sio` prints as text, having asked until it ended with this code.
    pub fn text(&self, words: &str, timeout: Duration, code: i32) -> Sio {
        let time = format!("{}ms", timeout.as_millis());
        let words: Vec<&str> = words.split(' ').chain(["--timeout", &time]).collect();
        let run = Sio::run(&self.redis, &words, b"");
        assert_eq!(run.code, Some(code), "{words:?}: {run:?}");
        run
    }

    fn sio(&self, question: &Question, timeout: Duration) -> Value {
        let time = format!("{}ms", timeout.as_millis());
        let words: Vec<&str> = question.sio.split(' ').chain(["--timeout", &time, "-o", "json"]).collect();
        let run = Sio::run(&self.redis, &words, b"");
        let answers = together(&run.stdout);
        let code = if answers["partial"] == true { 4 } else { 0 };
        assert_eq!(run.code, Some(code), "{words:?}: {run:?}");
        answers
    }

    fn document(&self, question: &Question, timeout: Duration) -> Value {
        let text = self.answered(self.request(question, timeout), "application/json");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    fn lines(&self, question: &Question, timeout: Duration) -> Value {
        together(&self.answered(self.request(question, timeout).header("accept", LINES), LINES))
    }

    fn request(&self, Question { path, body, .. }: &Question, timeout: Duration) -> RequestBuilder {
        let (name, joint) =
            (if body.is_some() { "ack" } else { "timeout" }, if path.contains('?') { '&' } else { '?' });
        let url = self.bridge.url(&format!("{path}{joint}{name}={}ms", timeout.as_millis()));
        match body {
            Some(body) => self.http.post(url).header("content-type", "application/json").body(body.to_string()),
            None => self.http.get(url),
        }
    }

    fn answered(&self, request: RequestBuilder, kind: &str) -> String {
        let response = request.send().expect("the bridge answers");
        let (status, told) = (response.status(), response.headers()["content-type"].clone());
        let text = response.text().expect("the answer has a body");
        assert_eq!((status.as_u16(), told.as_bytes()), (200, kind.as_bytes()), "{text}");
        text
    }
}

/// Lines of answers, the last of which is the tally, in one value. `sio` has every room in an object of its own.
fn together(lines: &str) -> Value {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    let mut lines: Vec<Value> = lines.lines().map(read).collect();
    let mut answers = lines.pop().unwrap_or_else(|| panic!("there is no tally"));
    let plain = |mut line: Value| if line.get("room").is_some() { line["room"].take() } else { line };
    answers["answers"] = json!(lines.into_iter().map(plain).collect::<Vec<_>>());
    answers
}
