//! Every form of emit in the official emitter's documentation, through every door, to exactly the right clients.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_emitter::{Binary, Date, Emitter, Outgoing};
use socketio_interop::{Bridge, Clients, Cluster, Sio, Table, Tool};

/// The clients on each of the two servers: their names begin with the server's, `1` or `2`.
const CLIENTS: [(&str, &str, &[&str]); 6] = [
    ("none", "/", &[]),
    ("r1", "/", &["r1"]),
    ("r2", "/", &["r2"]),
    ("both", "/", &["r1", "r2"]),
    ("admin", "/admin", &[]),
    ("admin-r1", "/admin", &["r1"]),
];

/// One way to emit.
struct Form {
    /// As the official emitter's documentation writes it.
    name: &'static str,
    namespace: &'static str,
    rooms: &'static [&'static str],
    except: &'static [&'static str],
    flags: Value,
    args: Value,
    /// The same in Rust; `%` in a room stands for the id of the client `1-r1`.
    outgoing: fn(&Emitter, &str) -> Outgoing,
}

/// An emit of one argument, to everyone on `/`.
fn form(name: &'static str, outgoing: fn(&Emitter, &str) -> Outgoing) -> Form {
    Form { name, namespace: "/", rooms: &[], except: &[], flags: json!({}), args: json!([note()]), outgoing }
}

fn note() -> Value {
    json!({"n": 1.5})
}

fn forms() -> Vec<Form> {
    let picture = json!([{"img": {"$binary": "AQL/"}, "l": [{"$binary": ""}]}, {"$binary": "AA=="}]);
    vec![
        form("`io.emit(…)`", |io, _| io.emit("e", &note())),
        Form { rooms: &["r1"], ..form("`io.to(\"r1\").emit(…)`", |io, _| io.to("r1").emit("e", &note())) },
        Form { rooms: &["r2"], ..form("`io.in(\"r2\").emit(…)`", |io, _| io.r#in("r2").emit("e", &note())) },
        Form {
            rooms: &["r1", "r2"],
            ..form("`io.to([\"r1\", \"r2\"]).emit(…)`", |io, _| io.to(["r1", "r2"]).emit("e", &note()))
        },
        Form {
            rooms: &["r1", "r2"],
            ..form("`io.to(\"r1\").to(\"r2\").emit(…)`", |io, _| io.to("r1").to("r2").emit("e", &note()))
        },
        Form { except: &["r1"], ..form("`io.except(\"r1\").emit(…)`", |io, _| io.except("r1").emit("e", &note())) },
        Form {
            except: &["r1", "r2"],
            ..form("`io.except([\"r1\", \"r2\"]).emit(…)`", |io, _| io.except(["r1", "r2"]).emit("e", &note()))
        },
        Form {
            rooms: &["r1"],
            except: &["r2"],
            ..form("`io.to(\"r1\").except(\"r2\").emit(…)`", |io, _| io.to("r1").except("r2").emit("e", &note()))
        },
        Form { rooms: &["%"], ..form("`io.to(socketId).emit(…)`", |io, id| io.to(id).emit("e", &note())) },
        Form { except: &["%"], ..form("`io.except(socketId).emit(…)`", |io, id| io.except(id).emit("e", &note())) },
        Form {
            namespace: "/admin", ..form("`io.of(\"/admin\").emit(…)`", |io, _| io.of("/admin").emit("e", &note()))
        },
        Form {
            namespace: "/admin",
            rooms: &["r1"],
            ..form("`io.of(\"/admin\").to(\"r1\").emit(…)`", |io, _| io.of("/admin").to("r1").emit("e", &note()))
        },
        Form {
            flags: json!({"volatile": true}),
            ..form("`io.volatile.emit(…)`", |io, _| io.volatile().emit("e", &note()))
        },
        Form {
            flags: json!({"compress": false}),
            ..form("`io.compress(false).emit(…)`", |io, _| io.compress(false).emit("e", &note()))
        },
        Form {
            rooms: &["r1"],
            except: &["r2"],
            flags: json!({"volatile": true, "compress": false}),
            ..form("`io.to(…).except(…).volatile.compress(false).emit(…)`", |io, _| {
                io.to("r1").except("r2").volatile().compress(false).emit("e", &note())
            })
        },
        Form { args: json!([]), ..form("no argument", |io, _| io.emit("e", &())) },
        Form {
            args: json!([1, "2", true, null, [], {}]),
            ..form("several arguments", |io, _| io.emit("e", &(1, "2", true, None::<u8>, Vec::<u8>::new(), json!({}))))
        },
        Form {
            args: picture,
            ..form("binary", |io, _| {
                #[derive(serde::Serialize)]
                struct Picture {
                    img: Binary<[u8; 3]>,
                    l: Vec<Binary<[u8; 0]>>,
                }
                io.emit("e", &(Picture { img: Binary([1, 2, 255]), l: vec![Binary([])] }, Binary([0])))
            })
        },
        Form {
            args: json!(["2020-01-01T00:00:00.500Z"]),
            ..form("a date", |io, _| io.emit("e", &Date::from_unix_ms(1_577_836_800_500)))
        },
        Form {
            args: json!(["é€😀👩‍👩‍👧中文\u{2028}", {"😀": ""}]),
            ..form("any text", |io, _| io.emit("e", &("é€😀👩‍👩‍👧中文\u{2028}", json!({"😀": ""}))))
        },
    ]
}

impl Form {
    fn rooms<'a>(list: &[&'a str], id: &'a str) -> Vec<&'a str> {
        list.iter().map(|room| if *room == "%" { id } else { room }).collect()
    }

    /// The clients it is for.
    fn audience(&self) -> BTreeSet<String> {
        let is_in = |rooms: &[&str], client: &str, joined: &[&str]| {
            rooms.iter().any(|room| joined.contains(room) || (*room == "%" && client == "1-r1"))
        };
        ["1", "2"]
            .iter()
            .flat_map(|server| CLIENTS.iter().map(move |(name, ns, rooms)| (format!("{server}-{name}"), *ns, *rooms)))
            .filter(|(name, namespace, joined)| {
                *namespace == self.namespace
                    && (self.rooms.is_empty() || is_in(self.rooms, name, joined))
                    && !is_in(self.except, name, joined)
            })
            .map(|(name, ..)| name)
            .collect()
    }

    fn json(&self, event: &str, id: &str) -> Value {
        let mut message = json!({"event": event, "args": self.args, "namespace": self.namespace, "flags": self.flags});
        if !self.rooms.is_empty() {
            message["rooms"] = json!(Self::rooms(self.rooms, id));
        }
        if !self.except.is_empty() {
            message["except"] = json!(Self::rooms(self.except, id));
        }
        message
    }

    fn sio(&self, event: &str, id: &str) -> Vec<String> {
        let mut words = vec!["emit".to_owned(), event.to_owned(), "-n".to_owned(), self.namespace.to_owned()];
        for (flag, list) in [("--to", self.rooms), ("--except", self.except)] {
            for room in Self::rooms(list, id) {
                words.extend([flag.to_owned(), room.to_owned()]);
            }
        }
        if self.flags["volatile"] == true {
            words.push("--volatile".to_owned());
        }
        if self.flags["compress"] == false {
            words.push("--no-compress".to_owned());
        }
        words.push("--".to_owned());
        words.extend(self.args.as_array().unwrap().iter().map(Value::to_string));
        words
    }
}

#[test]
fn every_form_of_emit_reaches_exactly_the_right_clients_through_every_door() {
    let cluster = Cluster::start();
    let url = cluster.redis.url();
    let mut clients = Clients::new();
    let mut everyone = Vec::new();
    for (number, server) in ["1", "2"].iter().zip(&cluster.servers) {
        for (name, namespace, rooms) in CLIENTS {
            let name = format!("{number}-{name}");
            clients.connect(&name, server, namespace, rooms);
            everyone.push(name);
        }
    }
    let everyone: Vec<&str> = everyone.iter().map(String::as_str).collect();
    let id = clients.id("1-r1").to_owned();

    let io = Emitter::connect(&url).wait().unwrap();
    let bridge = Bridge::start(&url);
    let mut official = Tool::start("official.js");
    let forms = forms();
    let doors = ["crate", "`sio emit`", "`POST /v1/emit`", "official emitter"];
    let mut table = Table::new("emit", "form", forms.iter().map(|form| form.name), doors);

    for form in &forms {
        for door in doors {
            match door {
                "crate" => {
                    let receipt = (form.outgoing)(&io, &id).wait().unwrap();
                    assert_eq!((receipt.adapter, receipt.servers), ("classic", Some(2)));
                }
                "`sio emit`" => {
                    let run = Sio::run(&url, &form.sio("e", &id), b"");
                    assert_eq!(run.code, Some(0), "{}: {}", form.name, run.stderr);
                }
                "`POST /v1/emit`" => {
                    let answer = bridge.emit(&form.json("e", &id));
                    assert_eq!(answer, (200, json!({"adapter": "classic", "servers": 2})), "{}", form.name);
                }
                _ => {
                    let mut message = form.json("e", &id);
                    message["redis"] = json!(url);
                    assert_eq!(official.ask(message)["done"], true);
                }
            }
            for namespace in ["/", "/admin"] {
                let fence = official.ask(json!({"redis": url, "event": "fence", "namespace": namespace}));
                assert_eq!(fence["done"], true);
            }
            let seen = clients.until("fence", &everyone);
            let mut reached = BTreeSet::new();
            for event in &seen {
                assert_eq!((event.event.as_str(), &event.args), ("e", &form.args), "{} by {door}", form.name);
                assert!(reached.insert(event.client.clone()), "{} by {door}: twice at {}", form.name, event.client);
            }
            assert_eq!(reached, form.audience(), "{} by {door}", form.name);
            table.set(form.name, door, format!("{} of {}", reached.len(), everyone.len()));
        }
    }
    table.finish();
}
