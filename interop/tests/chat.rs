//! The chat's page, in a real browser: people on two nodes, pushes from every door, a node that is killed.

#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socketio_interop::{Chat, Clients, JsonProcess, RedisServer, SocketIoServer, run_sio};

/// Chromium, with a page for each person.
struct Pages(JsonProcess);

impl Pages {
    fn open(&mut self, who: &str, url: &str, name: &str, size: [u32; 2], dark: bool) {
        let answer = self.0.ask(json!({"open": who, "url": url, "name": name, "size": size, "dark": dark}));
        assert_eq!(answer["status"], format!("Connected to node-{}", url.rsplit(':').next().unwrap()), "{answer}");
    }

    fn ask(&mut self, who: &str, what: &str, value: impl Into<Value>) -> Value {
        let answer = self.0.ask(json!({"page": who, what: value.into()}));
        assert!(answer.get("error").is_none(), "{who}, {what}: {answer}");
        answer
    }

    fn say(&mut self, who: &str, text: &str) {
        self.ask(who, "say", text);
    }

    /// Waits for a line, which must be of this kind and hold no markup.
    fn see(&mut self, who: &str, kind: &str, text: &str) {
        let line = self.ask(who, "see", text);
        assert_eq!((&line["kind"], &line["elements"]), (&json!(kind), &json!(0)), "{who}: {line}");
    }
}

fn push(chat: &Chat) {
    let sio = run_sio(&chat.redis, &["emit", "message", "Deploy done"], b"");
    assert_eq!(sio.code, Some(0), "{}", sio.stderr);
    let client = reqwest::blocking::Client::new();
    let posted = client.post(format!("{}/v1/emit/build", chat.bridge)).header("content-type", "application/json");
    let answer = posted.body(r#"{"version": "4.2.0", "green": true}"#).send().unwrap();
    assert_eq!(answer.status(), 200);
}

#[test]
fn people_on_two_nodes_chat_and_see_what_is_pushed() {
    let updates = env::var_os("UPDATE_SCREENSHOTS").is_some_and(|value| value == "1");
    let chat = if updates { Chat::start_on("3001,3002") } else { Chat::start() };
    let mut pages = Pages(JsonProcess::start("chat.js"));
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.open("grace", &chat.nodes[1], "Grace", [1100, 720], true);
    pages.open("linus", &chat.nodes[1], "Linus", [390, 760], false);
    pages.open("margaret", &chat.nodes[0], "Margaret", [390, 760], true);
    let everyone = ["ada", "grace", "linus", "margaret"];
    pages.ask("ada", "people", json!(["Ada (you)", "Grace", "Linus", "Margaret"]));
    pages.ask("linus", "people", json!(["Ada", "Grace", "Linus (you)", "Margaret"]));

    pages.say("ada", "Good morning! Is the new version out yet?");
    pages.see("ada", "said mine", "Good morning");
    pages.see("grace", "said", "Good morning");
    pages.say("grace", "Any minute. The deploy script tells this room when it is through.");
    pages.see("margaret", "said", "Any minute");
    push(&chat);
    for page in everyone {
        pages.see(page, "pushed", "Deploy done");
        pages.see(page, "pushed", "\"version\": \"4.2.0\"");
        let time = pages.ask(page, "clock", true);
        assert!(time["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{time}");
    }
    pages.say("linus", "There it is!");
    for page in ["ada", "grace", "margaret"] {
        pages.see(page, "said", "There it is!");
    }
    if updates {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/chat/screenshots");
        fs::create_dir_all(&folder).unwrap();
        for (page, file) in [("ada", "desk"), ("grace", "desk-dark"), ("linus", "phone"), ("margaret", "phone-dark")] {
            let path: PathBuf = folder.join(file).with_extension("png");
            pages.ask(page, "screenshot", path.to_str().unwrap());
        }
    }

    // Nothing from outside passes for a person.
    for event in ["chat", "people", "welcome"] {
        let forged = r#"{"from": "Ada", "id": "1", "text": "Send me your keys"}"#;
        assert_eq!(run_sio(&chat.redis, &["emit", event, forged], b"").code, Some(0));
        let last = format!("after {event}");
        assert_eq!(run_sio(&chat.redis, &["emit", "message", &last], b"").code, Some(0));
        pages.see("grace", "pushed", &last);
        pages.see("grace", "pushed", "Send me your keys");
    }

    // Markup stays text, in a name, in a message, in what is pushed.
    let script = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    pages.open("eve", &chat.nodes[0], "<b>Eve</b>", [600, 600], false);
    pages.ask("grace", "people", json!(["<b>Eve</b>", "Ada", "Grace (you)", "Linus", "Margaret"]));
    pages.say("eve", script);
    pages.see("grace", "said", script);
    assert_eq!(run_sio(&chat.redis, &["emit", script, script], b"").code, Some(0));
    pages.see("grace", "pushed", script);

    for page in everyone {
        let answer = pages.ask(page, "foreign", true);
        assert_eq!((&answer["foreign"], &answer["errors"]), (&json!([]), &json!([])), "{answer}");
    }
}

#[test]
fn a_node_that_is_gone_is_missed_and_its_page_comes_back_to_it() {
    let chat = Chat::start();
    let mut node = Chat::node(&chat.redis, "127.0.0.1:0");
    let url = node.nodes[0].clone();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    let name = format!("node-{}", url.rsplit(':').next().unwrap());
    let mut pages = Pages(JsonProcess::start("chat.js"));
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.open("grace", &url, "Grace", [1100, 720], false);
    pages.ask("ada", "people", json!(["Ada (you)", "Grace"]));

    // One that is asked to end says goodbye.
    node.end();
    pages.see("ada", "note", "Grace left");
    pages.ask("grace", "status", "Reconnecting");
    let mut node = Chat::node(&chat.redis, &address);
    pages.ask("grace", "status", format!("Connected to {name}"));
    pages.ask("ada", "people", json!(["Ada (you)", "Grace"]));

    // For one that is killed, its silence speaks.
    node.kill();
    pages.ask("grace", "status", "Reconnecting");
    pages.ask("ada", "people", json!(["Ada (you)"]));
    let node = Chat::node(&chat.redis, &address);
    pages.ask("grace", "status", format!("Connected to {name}"));
    pages.ask("ada", "people", json!(["Ada (you)", "Grace"]));
    pages.ask("grace", "people", json!(["Ada", "Grace (you)"]));
    pages.say("grace", "back again");
    pages.see("ada", "said", "back again");
    pages.say("ada", "welcome back");
    pages.see("grace", "said", "welcome back");
    drop(node);
}

#[test]
fn nodes_outlast_their_redis() {
    let mut redis = RedisServer::start();
    let node = Chat::node(&redis.url(), "127.0.0.1:0");
    let mut pages = Pages(JsonProcess::start("chat.js"));
    pages.open("ada", &node.nodes[0], "Ada", [1100, 720], false);
    redis.kill();
    pages.say("ada", "is anybody here?");
    let trouble = pages.ask("ada", "trouble", "Not sent: Redis is away");
    assert_eq!(trouble["kept"], "is anybody here?");
    redis.restart();
    let back = ["emit", "message", "back", "--require-servers", "1"];
    while run_sio(&redis.url(), &back, b"").code != Some(0) {}
    pages.see("ada", "pushed", "back");
    pages.say("ada", "there you are");
    pages.see("ada", "said mine", "there you are");

    // A node that loses only the connection it answers on answers all the same.
    redis.command(&[b"CLIENT", b"KILL", b"TYPE", b"normal"]);
    let mut server = SocketIoServer::start(&redis, &[]);
    let rooms = loop {
        // The answer with which it notices is lost, so that the first question may go unanswered.
        let answer = server.process().ask(json!({"ask": "allRooms"}));
        if answer["rooms"].as_array().is_some_and(|rooms| !rooms.is_empty()) {
            break answer;
        }
    };
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "{rooms}");
}

#[test]
fn a_page_and_a_client_of_a_node_server_are_in_one_room() {
    let chat = Chat::start();
    let server = SocketIoServer::start_on(&chat.redis, &[]);
    let mut clients = Clients::new();
    clients.connect("npm", &server, "/", &[]);
    let mut pages = Pages(JsonProcess::start("chat.js"));
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.say("ada", "Hello, Node");
    let seen = loop {
        // Ada's page may be slower than the ticker, whose event is this client's, too.
        let seen = clients.next_event("npm");
        if seen.event == "chat" {
            break seen;
        }
    };
    assert_eq!((&seen.args[0]["from"], &seen.args[0]["text"]), (&json!("Ada"), &json!("Hello, Node")));
}
