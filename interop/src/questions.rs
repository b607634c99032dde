use std::{panic::resume_unwind, thread, time::Duration};

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Error, Options};

use crate::{
    PATIENCE,
    described::Described,
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
    adapter: Option<&'static str>,
    io: Emitter,
    bridge: Bridge,
    described: Described,
    http: Client,
}

impl Doors {
    /// Opens them. The adapter is found, unless it is named.
    pub fn open(redis: &str, adapter: Option<&'static str>) -> Self {
        let options = Options::new();
        let options = match adapter {
            Some(name) => options.adapter(name.parse::<Adapter>().expect("there is such an adapter")),
            None => options,
        };
        let io = options.connect(redis).wait().expect("Redis is there");
        let named: Vec<_> = adapter.map(|name| ("SIO_ADAPTER", name)).into_iter().collect();
        let bridge = Bridge::start_with(redis, &["--timeout", "20s"], &named);
        let described = Described::of(&bridge);
        let http = Client::builder().timeout(PATIENCE).build().expect("an HTTP client");
        Self { redis: redis.to_owned(), adapter, io, bridge, described, http }
    }

    /// That of the crate.
    pub fn io(&self) -> &Emitter {
        &self.io
    }

    /// The bridge.
    pub fn bridge(&self) -> &Bridge {
        &self.bridge
    }

    /// Asks at every door at once, and gives each door's name and its answer, all in the form of the crate's
    /// `Answers`.
    ///
    /// # Errors
    /// The code that all of them refuse it with.
    ///
    /// # Panics
    /// If one answers and another refuses.
    pub fn ask(&self, question: &Question, timeout: Duration) -> Result<[(&'static str, Value); 4], String> {
        let asked = thread::scope(|scope| {
            [
                ("crate", scope.spawn(|| (question.io)(&self.io, timeout).map_err(|error| error.code().to_owned()))),
                ("sio", scope.spawn(|| self.sio(question, timeout))),
                ("bridge", scope.spawn(|| self.document(question, timeout))),
                ("bridge, lines", scope.spawn(|| self.lines(question, timeout))),
            ]
            .map(|(door, asked)| (door, asked.join().unwrap_or_else(|panic| resume_unwind(panic))))
        });
        if let (_, Err(code)) = &asked[0] {
            assert!(asked.iter().all(|(_, said)| said.as_ref().err() == Some(code)), "{}: {asked:?}", question.sio);
            return Err(code.clone());
        }
        Ok(asked.map(|(door, said)| {
            (door, said.unwrap_or_else(|code| panic!("{} by {door} is refused: {code}", question.sio)))
        }))
    }

    /// What `sio` prints as text, having asked until it ended with this code.
    pub fn text(&self, words: &str, timeout: Duration, code: i32) -> Sio {
        let run = self.run(words, timeout, "text");
        assert_eq!(run.code, Some(code), "{words:?}: {run:?}");
        run
    }

    fn run(&self, words: &str, timeout: Duration, output: &str) -> Sio {
        let time = format!("{}ms", timeout.as_millis());
        let named = self.adapter.map(|name| ["--adapter", name]);
        let words = words.split(' ').chain(["--timeout", &time, "-o", output]).chain(named.into_iter().flatten());
        Sio::run(&self.redis, &words.collect::<Vec<_>>(), b"")
    }

    fn sio(&self, question: &Question, timeout: Duration) -> Result<Value, String> {
        let run = self.run(question.sio, timeout, "json");
        match run.code {
            Some(2) if run.stderr.contains("cannot carry") => return Err("unsupported".to_owned()),
            Some(3) if run.stderr.contains("nothing was sent") => return Err("too-few-servers".to_owned()),
            _ => {}
        }
        assert!(!run.stdout.is_empty(), "{}: {run:?}", question.sio);
        let answers = together(&run.stdout);
        let code = if answers["partial"] == true { 4 } else { 0 };
        assert_eq!(run.code, Some(code), "{}: {run:?}", question.sio);
        Ok(answers)
    }

    fn document(&self, question: &Question, timeout: Duration) -> Result<Value, String> {
        let text = self.answered(question, self.request(question, timeout), "application/json")?;
        Ok(serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
    }

    fn lines(&self, question: &Question, timeout: Duration) -> Result<Value, String> {
        let request = self.request(question, timeout).header("accept", LINES);
        self.answered(question, request, LINES).map(|lines| together(&lines))
    }

    /// The body of an answer, which is as the bridge describes it, or the code of a refusal.
    fn answered(&self, question: &Question, request: RequestBuilder, kind: &str) -> Result<String, String> {
        let text = answered(request, kind)?;
        let method = if question.body.is_some() { "post" } else { "get" };
        self.described.check(question.path, method, kind, &text);
        Ok(text)
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
}

/// The body of an answer of this type, or the code of a refusal.
fn answered(request: RequestBuilder, kind: &str) -> Result<String, String> {
    let response = request.send().expect("the bridge answers");
    let (status, told) = (response.status().as_u16(), response.headers()["content-type"].clone());
    let text = response.text().expect("the answer has a body");
    if let (422 | 503, Ok(problem)) = (status, serde_json::from_str::<Value>(&text)) {
        let code = problem["code"].as_str().unwrap_or_else(|| panic!("no code: {text}"));
        assert_eq!(status == 503, code == "too-few-servers", "{text}");
        return Err(code.to_owned());
    }
    assert_eq!((status, told.as_bytes()), (200, kind.as_bytes()), "{text}");
    Ok(text)
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
