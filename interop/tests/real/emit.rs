//! Every form of emit in the documentation of the official emitter, through every interface.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_emitter::{Binary, Date, Emitter, Outgoing};
use socketio_interop::{BridgeProcess, Clients, DocTable, JsonProcess, SocketIoCluster, run_sio};

use crate::run_exclusively;

/// The clients on each of the two servers: name, namespace and rooms. Names get the prefix `1-` or `2-`.
const CLIENTS: [(&str, &str, &[&str]); 6] = [
    ("none", "/", &[]),
    ("r1", "/", &["r1"]),
    ("r2", "/", &["r2"]),
    ("both", "/", &["r1", "r2"]),
    ("admin", "/admin", &[]),
    ("admin-r1", "/admin", &["r1"]),
];

/// One form of emit.
struct EmitForm {
    /// The call in the documentation of the official emitter.
    name: &'static str,
    namespace: &'static str,
    rooms: &'static [&'static str],
    except: &'static [&'static str],
    flags: Value,
    args: Value,
    /// The call of the crate. `%` in a list of rooms stands for the socket id of `1-r1`, the second argument.
    outgoing: fn(&Emitter, &str) -> Outgoing,
}

/// An emit of one argument to all clients on `/`.
fn form(name: &'static str, outgoing: fn(&Emitter, &str) -> Outgoing) -> EmitForm {
    EmitForm { name, namespace: "/", rooms: &[], except: &[], flags: json!({}), args: json!([note()]), outgoing }
}

fn note() -> Value {
    json!({"n": 1.5})
}

fn forms() -> Vec<EmitForm> {
    let picture = json!([{"img": {"$binary": "AQL/"}, "l": [{"$binary": ""}]}, {"$binary": "AA=="}]);
    vec![
        form("`io.emit(…)`", |io, _| io.emit("e", &note())),
        EmitForm { rooms: &["r1"], ..form("`io.to(\"r1\").emit(…)`", |io, _| io.to("r1").emit("e", &note())) },
        EmitForm { rooms: &["r2"], ..form("`io.in(\"r2\").emit(…)`", |io, _| io.r#in("r2").emit("e", &note())) },
        EmitForm {
            rooms: &["r1", "r2"],
            ..form("`io.to([\"r1\", \"r2\"]).emit(…)`", |io, _| io.to(["r1", "r2"]).emit("e", &note()))
        },
        EmitForm {
            rooms: &["r1", "r2"],
            ..form("`io.to(\"r1\").to(\"r2\").emit(…)`", |io, _| io.to("r1").to("r2").emit("e", &note()))
        },
        EmitForm {
            except: &["r1"], ..form("`io.except(\"r1\").emit(…)`", |io, _| io.except("r1").emit("e", &note()))
        },
        EmitForm {
            except: &["r1", "r2"],
            ..form("`io.except([\"r1\", \"r2\"]).emit(…)`", |io, _| io.except(["r1", "r2"]).emit("e", &note()))
        },
        EmitForm {
            rooms: &["r1"],
            except: &["r2"],
            ..form("`io.to(\"r1\").except(\"r2\").emit(…)`", |io, _| io.to("r1").except("r2").emit("e", &note()))
        },
        EmitForm { rooms: &["%"], ..form("`io.to(socketId).emit(…)`", |io, id| io.to(id).emit("e", &note())) },
        EmitForm {
            except: &["%"], ..form("`io.except(socketId).emit(…)`", |io, id| io.except(id).emit("e", &note()))
        },
        EmitForm {
            namespace: "/admin",
            ..form("`io.of(\"/admin\").emit(…)`", |io, _| io.of("/admin").emit("e", &note()))
        },
        EmitForm {
            namespace: "/admin",
            rooms: &["r1"],
            ..form("`io.of(\"/admin\").to(\"r1\").emit(…)`", |io, _| io.of("/admin").to("r1").emit("e", &note()))
        },
        EmitForm {
            flags: json!({"volatile": true}),
            ..form("`io.volatile.emit(…)`", |io, _| io.volatile().emit("e", &note()))
        },
        EmitForm {
            flags: json!({"compress": false}),
            ..form("`io.compress(false).emit(…)`", |io, _| io.compress(false).emit("e", &note()))
        },
        EmitForm {
            rooms: &["r1"],
            except: &["r2"],
            flags: json!({"volatile": true, "compress": false}),
            ..form("`io.to(…).except(…).volatile.compress(false).emit(…)`", |io, _| {
                io.to("r1").except("r2").volatile().compress(false).emit("e", &note())
            })
        },
        EmitForm { args: json!([]), ..form("no argument", |io, _| io.emit("e", &())) },
        EmitForm {
            args: json!([1, "2", true, null, [], {}]),
            ..form("several arguments", |io, _| io.emit("e", &(1, "2", true, None::<u8>, Vec::<u8>::new(), json!({}))))
        },
        EmitForm {
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
        EmitForm {
            args: json!(["2020-01-01T00:00:00.500Z"]),
            ..form("a date", |io, _| io.emit("e", &Date::from_unix_ms(1_577_836_800_500)))
        },
        EmitForm {
            args: json!(["é€😀👩‍👩‍👧中文\u{2028}", {"😀": ""}]),
            ..form("any text", |io, _| io.emit("e", &("é€😀👩‍👩‍👧中文\u{2028}", json!({"😀": ""}))))
        },
    ]
}

impl EmitForm {
    fn rooms<'a>(list: &[&'a str], id: &'a str) -> Vec<&'a str> {
        list.iter().map(|room| if *room == "%" { id } else { room }).collect()
    }

    /// The clients that must receive the event.
    fn recipients(&self) -> BTreeSet<String> {
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

    fn sio_arguments(&self, event: &str, id: &str) -> Vec<String> {
        let mut args = vec!["emit".to_owned(), event.to_owned(), "-n".to_owned(), self.namespace.to_owned()];
        for (flag, list) in [("--to", self.rooms), ("--except", self.except)] {
            for room in Self::rooms(list, id) {
                args.extend([flag.to_owned(), room.to_owned()]);
            }
        }
        if self.flags["volatile"] == true {
            args.push("--volatile".to_owned());
        }
        if self.flags["compress"] == false {
            args.push("--no-compress".to_owned());
        }
        args.push("--".to_owned());
        args.extend(self.args.as_array().unwrap().iter().map(Value::to_string));
        args
    }
}

#[test]
fn every_form_of_emit_through_every_interface_reaches_exactly_its_recipients() {
    let _guard = run_exclusively();
    let cluster = SocketIoCluster::start();
    let url = cluster.redis.url();
    let mut clients = Clients::new();
    let mut all_clients = Vec::new();
    for (number, server) in ["1", "2"].iter().zip(&cluster.servers) {
        for (name, namespace, rooms) in CLIENTS {
            let name = format!("{number}-{name}");
            clients.connect(&name, server, namespace, rooms);
            all_clients.push(name);
        }
    }
    let all_clients: Vec<&str> = all_clients.iter().map(String::as_str).collect();
    let id = clients.id("1-r1").to_owned();

    let io = Emitter::connect(&url).wait().unwrap();
    let bridge = BridgeProcess::start(&url);
    let mut official = JsonProcess::start("official-emitter.js");
    let forms = forms();
    let interfaces = ["crate", "`sio emit`", "`POST /v1/emit`", "official emitter"];
    let mut table = DocTable::new("emit", "form", forms.iter().map(|form| form.name), interfaces);

    for form in &forms {
        for interface in interfaces {
            match interface {
                "crate" => {
                    let receipt = (form.outgoing)(&io, &id).wait().unwrap();
                    assert_eq!((receipt.adapter, receipt.servers), ("classic", Some(2)));
                }
                "`sio emit`" => {
                    let run = run_sio(&url, &form.sio_arguments("e", &id), b"");
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
            let mut reached = BTreeSet::new();
            for event in clients.until("fence", &all_clients) {
                assert_eq!((event.event.as_str(), &event.args), ("e", &form.args), "{} by {interface}", form.name);
                assert!(
                    reached.insert(event.client.clone()),
                    "{} by {interface}: {} received it twice",
                    form.name,
                    event.client
                );
            }
            assert_eq!(reached, form.recipients(), "{} by {interface}", form.name);
            table.set(form.name, interface, format!("{} of {}", reached.len(), all_clients.len()));
        }
    }
    table.check();
}
