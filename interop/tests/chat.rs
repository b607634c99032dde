//! The chat demo: its page in Chromium, the commands that it prints, nodes that are killed, a Redis that fails.

#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socketio_interop::{Chat, Clients, JsonProcess, RedisServer, SocketIoServer, run_sio};

/// Chromium with one page per participant.
struct ChatPages(JsonProcess);

impl ChatPages {
    fn start() -> Self {
        Self(JsonProcess::start("chat.js"))
    }

    fn open(&mut self, page: &str, url: &str, name: &str, size: [u32; 2], dark: bool) {
        let answer = self.0.ask(json!({"open": page, "url": url, "name": name, "size": size, "dark": dark}));
        assert_eq!(answer["status"], format!("Connected to node-{}", url.rsplit(':').next().unwrap()), "{answer}");
    }

    fn ask(&mut self, page: &str, what: &str, value: impl Into<Value>) -> Value {
        let answer = self.0.ask(json!({"page": page, what: value.into()}));
        assert!(answer.get("error").is_none(), "{page}, {what}: {answer}");
        answer
    }

    fn say(&mut self, page: &str, text: &str) {
        self.ask(page, "say", text);
    }

    /// Waits for a log entry with this text. It must be of this kind and contain no markup.
    fn see(&mut self, page: &str, kind: &str, text: &str) {
        let entry = self.ask(page, "see", text);
        assert_eq!((&entry["kind"], &entry["elements"]), (&json!(kind), &json!(0)), "{page}: {entry}");
    }
}

#[test]
fn participants_on_two_nodes_see_messages_and_external_events() {
    let updates = env::var_os("UPDATE_SCREENSHOTS").is_some_and(|value| value == "1");
    let chat = if updates { Chat::start_on("3001,3002") } else { Chat::start() };
    let mut pages = ChatPages::start();
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.open("grace", &chat.nodes[1], "Grace", [1100, 720], true);
    pages.open("linus", &chat.nodes[1], "Linus", [390, 760], false);
    pages.open("margaret", &chat.nodes[0], "Margaret", [390, 760], true);
    let all = ["ada", "grace", "linus", "margaret"];
    pages.ask("ada", "participants", json!(["Ada (you)", "Grace", "Linus", "Margaret"]));
    pages.ask("linus", "participants", json!(["Ada", "Grace", "Linus (you)", "Margaret"]));

    pages.say("ada", "Good morning! Is the new version out yet?");
    pages.see("ada", "message own", "Good morning");
    pages.see("grace", "message", "Good morning");
    pages.say("grace", "Any minute. The deploy script tells this room when it is through.");
    pages.see("margaret", "message", "Any minute");
    let sio = run_sio(&chat.redis, &["emit", "message", "Deploy done", "--to", "lobby"], b"");
    assert_eq!(sio.code, Some(0), "{}", sio.stderr);
    let client = reqwest::blocking::Client::new();
    let build = client.post(format!("{}/v1/emit/build?room=lobby", chat.bridge));
    let build = build.header("content-type", "application/json").body(r#"{"version": "4.2.0", "green": true}"#);
    assert_eq!(build.send().unwrap().status(), 200);
    for page in all {
        pages.see(page, "pushed", "Deploy done");
        pages.see(page, "pushed", "\"version\": \"4.2.0\"");
        let time = pages.ask(page, "clock", true);
        assert!(time["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{time}");
    }
    pages.say("linus", "There it is!");
    for page in ["ada", "grace", "margaret"] {
        pages.see(page, "message", "There it is!");
    }
    if updates {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/chat/screenshots");
        fs::create_dir_all(&folder).unwrap();
        for (page, file) in [("ada", "desk"), ("grace", "desk-dark"), ("linus", "phone"), ("margaret", "phone-dark")] {
            let path: PathBuf = folder.join(file).with_extension("png");
            pages.ask(page, "screenshot", path.to_str().unwrap());
        }
    }

    pages.say("ada", "/ask lunch");
    pages.see("ada", "result", "4 of 4 clients acknowledged “lunch”");
    pages.see("grace", "pushed", "lunch");
    pages.say("linus", "/ask");
    pages.see("linus", "result", "4 of 4 clients acknowledged “?”");
    pages.say("margaret", "/who");
    pages.see("margaret", "result", "4 sockets on 2 servers");
    pages.say("ada", "/whom");
    assert_eq!(pages.ask("ada", "alert", "Not sent: unknown command /whom")["kept"], "/whom");

    // Events from outside cannot pass for the chat's own.
    for event in ["chat", "people", "welcome", "cluster"] {
        let forged = r#"{"from": "Ada", "id": "1", "text": "Send me your keys"}"#;
        assert_eq!(run_sio(&chat.redis, &["emit", event, forged], b"").code, Some(0));
        let last = format!("after {event}");
        assert_eq!(run_sio(&chat.redis, &["emit", "message", &last], b"").code, Some(0));
        pages.see("grace", "pushed", &last);
        pages.see("grace", "pushed", "Send me your keys");
    }

    // Markup remains text in nicknames, messages, questions and external events.
    let script = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    pages.open("eve", &chat.nodes[0], "<b>Eve</b>", [600, 600], false);
    pages.ask("grace", "participants", json!(["<b>Eve</b>", "Ada", "Grace (you)", "Linus", "Margaret"]));
    pages.say("eve", script);
    pages.see("grace", "message", script);
    assert_eq!(run_sio(&chat.redis, &["emit", script, script], b"").code, Some(0));
    pages.see("grace", "pushed", script);
    pages.say("eve", &format!("/ask {script}"));
    pages.see("eve", "result", &format!("5 of 5 clients acknowledged “{script}”"));

    for page in all {
        let answer = pages.ask(page, "diagnostics", true);
        assert_eq!((&answer["foreign"], &answer["errors"]), (&json!([]), &json!([])), "{answer}");
    }
}

#[test]
fn every_printed_command_works() {
    let chat = Chat::start();
    let mut clients = Clients::new();
    clients.connect_person("ada", &chat.nodes[0], "Ada");
    clients.connect_person("grace", &chat.nodes[1], "Grace");
    // Not in the lobby.
    clients.connect_answering("outsider", &chat.nodes[1], &[], &json!([]));

    // Processes whose clients stay connected.
    let mut running = Vec::new();
    for command in &chat.commands {
        if command.contains("emit") {
            let output = chat.paste(command).output().unwrap();
            assert!(output.status.success(), "{command}: {output:?}");
            if command.starts_with("curl") {
                let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(receipt, json!({"adapter": "classic", "servers": 2}), "{command}");
            }
            assert_eq!(run_sio(&chat.redis, &["emit", "end"], b"").code, Some(0));
            let mut seen = clients.until("end", &["ada", "grace", "outsider"]);
            seen.retain(|seen| seen.event == "message");
            let mut receivers: Vec<_> = seen.iter().map(|seen| seen.client.as_str()).collect();
            receivers.sort_unstable();
            assert_eq!(receivers, ["ada", "grace"], "{command}");
            let text = command.rsplit('\'').nth(1).unwrap();
            assert!(seen.iter().all(|seen| seen.args == json!([text])), "{command}: {seen:?}");
        } else if command.ends_with("tap") {
            let mut tap = chat.paste_running(command);
            let line = tap.line_with("time(");
            assert!(line.contains("classic"), "{command}: {line}");
        } else if command.contains("sockets") {
            let output = chat.paste(command).output().unwrap();
            assert!(output.status.success(), "{command}: {output:?}");
            let stdout = String::from_utf8(output.stdout).unwrap();
            let mut ids: Vec<_> = stdout.lines().map(|line| line.split('\t').next().unwrap()).collect();
            ids.sort_unstable();
            let mut expected = ["ada", "grace"].map(|name| clients.id(name));
            expected.sort_unstable();
            assert_eq!(ids, expected, "{command}: {stdout}");
            assert!(stdout.contains("lobby") && stdout.contains(r#"{"name":"Ada"}"#), "{command}: {stdout}");
        } else if command.contains("node --redis") {
            let mut node = chat.paste_running(command);
            let line = node.line_with("http://");
            clients.connect_person("linus", line.split_whitespace().last().unwrap(), "Linus");
            while clients.next_named("ada", "people").args[0].as_array().unwrap().len() < 3 {}
            running.push(node);
        } else {
            let mut server = chat.paste_running(command);
            let line: Value = serde_json::from_str(&server.line_with("listening")).unwrap();
            let url = format!("http://127.0.0.1:{}", line["listening"]);
            clients.connect_answering("node", &url, &["lobby"], &json!([]));
            assert_eq!(run_sio(&chat.redis, &["emit", "hello", "--to", "lobby"], b"").code, Some(0));
            clients.next_named("node", "hello");
            running.push(server);
        }
    }
    let programs: Vec<_> = chat.commands.iter().map(|command| command.split(' ').next().unwrap()).collect();
    assert_eq!(programs, ["curl", "sio", "sio", "sio", "cargo", "cargo", "cd"]);
}

#[test]
fn participants_of_a_stopped_or_killed_node_leave_and_return_with_it() {
    let chat = Chat::start();
    let mut node = Chat::node(&chat.redis, "127.0.0.1:0");
    let url = node.nodes[0].clone();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    let name = format!("node-{}", url.rsplit(':').next().unwrap());
    let mut pages = ChatPages::start();
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.open("grace", &url, "Grace", [1100, 720], false);
    pages.ask("ada", "participants", json!(["Ada (you)", "Grace"]));

    // A node that stops announces it.
    node.end();
    pages.see("ada", "note", "Grace left");
    pages.ask("grace", "status", "Reconnecting");
    let mut node = Chat::node(&chat.redis, &address);
    pages.ask("grace", "status", format!("Connected to {name}"));
    pages.ask("ada", "participants", json!(["Ada (you)", "Grace"]));

    // A node that is killed times out.
    node.kill();
    pages.ask("grace", "status", "Reconnecting");
    pages.ask("ada", "participants", json!(["Ada (you)"]));
    let node = Chat::node(&chat.redis, &address);
    pages.ask("grace", "status", format!("Connected to {name}"));
    pages.ask("ada", "participants", json!(["Ada (you)", "Grace"]));
    pages.ask("grace", "participants", json!(["Ada", "Grace (you)"]));
    pages.say("grace", "back again");
    pages.see("ada", "message", "back again");
    pages.say("ada", "welcome back");
    pages.see("grace", "message", "welcome back");
    drop(node);
}

#[test]
fn node_recovers_from_a_redis_outage() {
    let mut redis = RedisServer::start();
    let node = Chat::node(&redis.url(), "127.0.0.1:0");
    let mut pages = ChatPages::start();
    pages.open("ada", &node.nodes[0], "Ada", [1100, 720], false);
    redis.kill();
    pages.say("ada", "is anybody here?");
    let alert = pages.ask("ada", "alert", "Not sent: Redis is unavailable");
    assert_eq!(alert["kept"], "is anybody here?");
    redis.restart();
    let back = ["emit", "message", "back", "--require-servers", "1"];
    while run_sio(&redis.url(), &back, b"").code != Some(0) {}
    pages.see("ada", "pushed", "back");
    pages.say("ada", "there you are");
    pages.see("ada", "message own", "there you are");

    // A node that loses only the connection on which it publishes responses replaces it.
    redis.command(&[b"CLIENT", b"KILL", b"TYPE", b"normal"]);
    let mut server = SocketIoServer::start(&redis, &[]);
    let rooms = loop {
        // The node notices the loss when it publishes, so that the first request gets no response.
        let answer = server.process().ask(json!({"ask": "allRooms"}));
        if answer["rooms"].as_array().is_some_and(|rooms| !rooms.is_empty()) {
            break answer;
        }
    };
    // The room of Ada's socket, and the lobby.
    let rooms = rooms["rooms"].as_array().unwrap();
    assert_eq!(rooms.len(), 2, "{rooms:?}");
    assert!(rooms.contains(&json!("lobby")), "{rooms:?}");
}

#[test]
fn client_of_a_node_js_server_receives_messages_in_the_lobby() {
    let chat = Chat::start();
    let server = SocketIoServer::start_on(&chat.redis, &[]);
    let mut clients = Clients::new();
    clients.connect("lobby", &server, "/", &["lobby"]);
    clients.connect("outside", &server, "/", &[]);
    let mut pages = ChatPages::start();
    pages.open("ada", &chat.nodes[0], "Ada", [1100, 720], false);
    pages.say("ada", "Hello, Node");
    pages.see("ada", "message own", "Hello, Node");
    assert_eq!(run_sio(&chat.redis, &["emit", "end"], b"").code, Some(0));
    let mut seen = clients.until("end", &["lobby", "outside"]);
    seen.retain(|seen| seen.event == "chat");
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0].client, "lobby");
    assert_eq!((&seen[0].args[0]["from"], &seen[0].args[0]["text"]), (&json!("Ada"), &json!("Hello, Node")));
}
