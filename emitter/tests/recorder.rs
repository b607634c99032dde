//! The handle, the builder and their finishers, without Redis.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use socketio_emitter::{Adapter, Args, Classic, Emitter, Error, Heard, Message, Options, SocketIo};

fn channels(io: impl FnOnce(&Emitter)) -> Vec<String> {
    let (emitter, sent) = Emitter::recorder();
    io(&emitter);
    sent.take().iter().map(|command| command.channel().to_owned()).collect()
}

#[test]
fn one_room_has_its_own_channel_and_more_share_one() {
    let seen = channels(|io| {
        io.emit("e", &()).wait().unwrap();
        io.to("a").emit("e", &()).wait().unwrap();
        io.to("a").to("a").emit("e", &()).wait().unwrap();
        io.r#in(["a", "b"]).emit("e", &()).wait().unwrap();
        io.except("a").emit("e", &()).wait().unwrap();
        io.of("admin").to(String::from("a")).emit("e", &()).wait().unwrap();
        io.of("/admin").to(vec!["a".to_owned(), "b".to_owned()]).emit("e", &()).wait().unwrap();
    });
    let all = "socket.io#/#";
    let admin = ["socket.io#/admin#a#", "socket.io#/admin#"];
    assert_eq!(seen, [all, "socket.io#/#a#", "socket.io#/#a#", all, all, admin[0], admin[1]]);
}

#[test]
fn an_operator_can_be_kept_and_used_again() {
    let seen = channels(|io| {
        let room = io.to("a");
        room.to("b").emit("e", &()).wait().unwrap();
        room.emit("e", &()).wait().unwrap();
    });
    assert_eq!(seen, ["socket.io#/#", "socket.io#/#a#"]);
}

#[test]
fn what_is_refused_is_not_sent() {
    let (io, sent) = Emitter::recorder();
    let nobody: [&str; 0] = [];
    for (outgoing, code) in [
        (io.emit("connect", &()), "reserved-event"),
        (io.to(nobody).emit("e", &()), "empty-rooms"),
        (io.to("a").to(nobody).to("").emit("e", &()), "empty-room"),
        (io.except("").emit("e", &()), "empty-room"),
        (io.emit("e", &u64::MAX), "unsafe-integer"),
        (io.of("/a[b]").emit("e", &()), "unreachable-name"),
    ] {
        assert_eq!(outgoing.wait().unwrap_err().code(), code);
    }
    let (brackets, sent_there) = Options::new().prefix("a[b]").recorder();
    assert_eq!(brackets.emit("e", &()).wait().unwrap_err().code(), "unreachable-name");
    assert_eq!((sent.commands(), sent_there.commands()), (vec![], vec![]));
}

#[test]
fn no_exclusion_is_no_mistake() {
    let muted: Vec<String> = Vec::new();
    assert_eq!(channels(|io| assert!(io.except(&muted).emit("e", &()).wait().is_ok())), ["socket.io#/#"]);
}

#[test]
fn the_prefix_holds_for_every_adapter() {
    let adapter = Adapter::Classic(Classic::default().prefix("ignored"));
    let (io, sent) = Options::new().adapter(adapter).prefix("chat").recorder();
    io.to("a").emit("e", &()).wait().unwrap();
    assert_eq!(sent.commands()[0].channel(), "chat#/#a#");
}

#[test]
fn a_server_signs_with_its_own_id() {
    let classic = Adapter::Classic(Classic::default().sender("4a6f68"));
    let (io, sent) = Options::new().adapter(classic.clone()).recorder();
    io.emit("chat", "hi").wait().unwrap();
    io.server_side_emit("people", "none").wait().unwrap();
    for command in sent.commands() {
        match classic.decode(&command.frame()).unwrap() {
            Heard::Message { sender, .. } => assert_eq!(sender.as_deref(), Some("4a6f68")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_message_from_json_is_sent_as_it_is() {
    let (io, sent) = Emitter::recorder();
    let message = Message::from_json(br#"{"event": "e", "data": 1, "rooms": ["a"]}"#).unwrap();
    io.send(message).wait().unwrap();
    io.to("a").emit("e", &1).wait().unwrap();
    let commands = sent.commands();
    assert_eq!(commands[0], commands[1]);
}

#[test]
fn a_command_shows_itself_as_typed_and_as_json() {
    let (io, _) = Emitter::recorder();
    let message = Message::from_json(br#"{"do": "join", "join": ["b"], "rooms": ["a"]}"#).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let command = runtime.block_on(io.send(message).command()).unwrap();
    let payload = r#"{"type":2,"opts":{"rooms":["a"],"except":[]},"rooms":["b"]}"#;
    let expected = serde_json::json!(["PUBLISH", "socket.io-request#/#", payload]);
    assert_eq!(serde_json::to_value(&command).unwrap(), expected);
    assert_eq!(command.to_string(), format!("PUBLISH \"socket.io-request#/#\" {payload:?}"));
    let emit = runtime.block_on(io.emit("é", &()).command()).unwrap();
    assert!(emit.to_string().contains(r"\xc3\xa9"), "{emit}");
    assert!(matches!(serde_json::to_value(&emit).unwrap()[2], Value::Object(_)));
}

#[test]
fn a_batch_keeps_its_order_through_many_flushes() {
    let (io, sent) = Emitter::recorder();
    let receipt = io.send_all((0..5000).map(|n| io.to(format!("r{n}")).emit("e", &n))).wait().unwrap();
    assert_eq!((receipt.messages, receipt.servers), (5000, None));
    let channels: Vec<_> = sent.take().iter().map(|command| command.channel().to_owned()).collect();
    assert_eq!(channels, (0..5000).map(|n| format!("socket.io#/#r{n}#")).collect::<Vec<_>>());
    assert_eq!(io.send_all([]).wait().unwrap().messages, 0);
}

#[test]
fn a_batch_takes_a_stream_and_sends_what_is_there_while_it_waits() {
    let (io, sent) = Emitter::recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (seen, emitter) = (sent.clone(), io.clone());
        let messages = stream::unfold(0, move |n| {
            let (seen, emitter) = (seen.clone(), emitter.clone());
            async move {
                while seen.commands().len() < n {
                    tokio::task::yield_now().await;
                }
                (n < 3).then(|| (emitter.emit("e", &n), n + 1))
            }
        });
        assert_eq!(io.send_all(messages).await.unwrap().messages, 3);
    });
    assert_eq!(sent.commands().len(), 3);
}

#[test]
fn a_batch_stops_at_the_first_message_that_cannot_be_sent() {
    let (io, sent) = Emitter::recorder();
    let names = (0..2000).map(|n| if n == 1500 { "connect".to_owned() } else { format!("e{n}") });
    match io.send_all(names.map(|name| io.emit(name, &()))).wait() {
        Err(Error::Stopped { accepted: 1500, unknown: 0, index: 1500, source }) => {
            assert_eq!(source.code(), "reserved-event");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(sent.commands().len(), 1500);
}

#[test]
fn a_batch_passes_over_what_cannot_be_sent_and_tells_of_each() {
    let io = Options::new().adapter("classic".parse().unwrap()).socket_io(SocketIo::V2);
    let (io, sent) = io.recorder();
    let messages = (0..2000).map(|n| match n {
        0 => io.emit("connect", &n),
        1500 => io.to("a").join("b"), // Socket.IO 2 cannot
        1999 => io.of("/[").emit("e", &n),
        n => io.emit("e", &n),
    });
    let mut fates = Vec::new();
    let batch = io.send_all(messages).skip_invalid();
    let receipt = batch.each(|index, fate| fates.push((index, fate.err().map(Error::code)))).wait().unwrap();
    assert_eq!((receipt.messages, receipt.skipped), (1997, 3));
    assert_eq!(sent.commands().len(), 1997);
    assert!(fates.iter().map(|(index, _)| *index).eq(0..2000), "each once, in order");
    fates.retain(|(_, fate)| fate.is_some());
    assert_eq!(fates, [(0, Some("reserved-event")), (1500, Some("unsupported")), (1999, Some("unreachable-name"))]);
}

#[tokio::test]
async fn a_batch_that_failed_does_not_wait_for_more() {
    let (io, _) = Emitter::recorder();
    let endless = stream::iter(["a", "connect"]).chain(stream::pending());
    let batch = io.send_all(endless.map(|name| io.emit(name, &()))).into_future();
    let ended = tokio::time::timeout(Duration::from_secs(60), batch).await.expect("it has ended");
    assert!(matches!(ended, Err(Error::Stopped { accepted: 1, index: 1, .. })), "{ended:?}");
}

#[test]
fn a_batch_of_nothing_but_what_cannot_be_sent_is_told_too() {
    let (io, sent) = Emitter::recorder();
    let mut told = 0;
    let batch = io.send_all((0..1000).map(|n| io.emit("connect", &n))).skip_invalid();
    let receipt = batch.each(|_, fate| told += usize::from(fate.is_err())).wait().unwrap();
    assert_eq!((receipt.messages, receipt.skipped, told), (0, 1000, 1000));
    assert!(sent.commands().is_empty());
}

#[test]
fn without_passing_over_the_one_that_ends_a_batch_is_told_last() {
    let (io, _) = Emitter::recorder();
    let mut fates = Vec::new();
    let names = ["a", "b", "connect", "c"];
    let batch = io.send_all(names.map(|name| io.emit(name, &())));
    assert!(batch.each(|index, fate| fates.push((index, fate.is_ok()))).wait().is_err());
    assert_eq!(fates, [(0, true), (1, true), (2, false)]);
}

#[test]
fn waiting_works_inside_async_code_too() {
    let (io, sent) = Emitter::recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { io.emit("e", &()).wait().unwrap() });
    assert_eq!(sent.commands().len(), 1);
}

#[test]
fn an_url_that_cannot_be_used_is_not_repeated() {
    for url in ["redis://user:hunter2@host:notaport/", "hunter2", "http://:hunter2@x/", "redis://:hunter2@localhost/x"]
    {
        let error = Options::new().lazy(url).unwrap_err();
        assert_eq!(error.code(), "config");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    let (io, _) = Options::new().password("hunter2").recorder();
    assert!(!format!("{io:?} {:?}", Options::new().password("hunter2")).contains("hunter2"));
}

#[test]
fn nobody_at_the_address_is_said_with_the_address_and_without_the_password() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Emitter::connect(&format!("redis://:hunter2@{free}/")).wait().unwrap_err();
    assert_eq!(error.code(), "redis-unreachable");
    assert!(error.to_string().contains(&free.to_string()), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    assert!(!error.is_unknown());
}

#[test]
fn values_can_go_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Emitter>();
    check::<Error>();
    check::<Args>();
}
