use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::Value;
use socketio_emitter::{
    Adapter, Args, Emitter, Error, Message, Options,
    adapter::{Classic, DecodedMessage, SocketIo},
};

/// The channels of the commands that the recorder received.
fn channels(emit: impl FnOnce(&Emitter)) -> Vec<String> {
    let (emitter, sent) = Emitter::recorder();
    emit(&emitter);
    sent.take().iter().map(|command| command.channel().to_owned()).collect()
}

#[test]
fn event_for_one_room_is_published_on_the_channel_of_the_room() {
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
fn operator_can_be_used_several_times() {
    let seen = channels(|io| {
        let room = io.to("a");
        room.to("b").emit("e", &()).wait().unwrap();
        room.emit("e", &()).wait().unwrap();
    });
    assert_eq!(seen, ["socket.io#/#", "socket.io#/#a#"]);
}

#[test]
fn refused_messages_are_not_sent() {
    let (io, sent) = Emitter::recorder();
    let no_rooms: [&str; 0] = [];
    for (outgoing, code) in [
        (io.emit("connect", &()), "reserved-event"),
        (io.to(no_rooms).emit("e", &()), "empty-rooms"),
        (io.to("a").to(no_rooms).to("").emit("e", &()), "empty-room"),
        (io.except("").emit("e", &()), "empty-room"),
        (io.emit("e", &u64::MAX), "unsafe-integer"),
        (io.of("/a[b]").emit("e", &()), "unreachable-name"),
    ] {
        assert_eq!(outgoing.wait().unwrap_err().code(), code);
    }
    let (brackets, sent_with_brackets) = Options::new().prefix("a[b]").recorder();
    assert_eq!(brackets.emit("e", &()).wait().unwrap_err().code(), "unreachable-name");
    assert_eq!((sent.commands(), sent_with_brackets.commands()), (vec![], vec![]));
}

#[test]
fn empty_except_list_is_allowed() {
    let except: Vec<String> = Vec::new();
    assert_eq!(channels(|io| assert!(io.except(&except).emit("e", &()).wait().is_ok())), ["socket.io#/#"]);
}

#[test]
fn prefix_option_overrides_the_prefix_of_the_adapter() {
    let adapter = Adapter::Classic(Classic::default().prefix("ignored"));
    let (io, sent) = Options::new().adapter(adapter).prefix("chat").recorder();
    io.to("a").emit("e", &()).wait().unwrap();
    assert_eq!(sent.commands()[0].channel(), "chat#/#a#");
}

#[test]
fn sender_option_of_classic_is_the_sender_of_every_message() {
    let classic = Adapter::Classic(Classic::default().sender("4a6f68"));
    let (io, sent) = Options::new().adapter(classic.clone()).recorder();
    io.emit("chat", "hi").wait().unwrap();
    io.server_side_emit("people", "none").wait().unwrap();
    let commands = sent.commands();
    assert_eq!(commands.len(), 2);
    for command in commands {
        match classic.decode(&command.frame()).unwrap() {
            DecodedMessage::Message { sender, .. } => assert_eq!(sender.as_deref(), Some("4a6f68")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn message_from_json_is_sent_like_the_same_emit() {
    let (io, sent) = Emitter::recorder();
    let message = Message::from_json(br#"{"event": "e", "data": 1, "rooms": ["a"]}"#).unwrap();
    io.send(message).wait().unwrap();
    io.to("a").emit("e", &1).wait().unwrap();
    let commands = sent.commands();
    assert_eq!(commands[0], commands[1]);
}

#[test]
fn command_has_a_redis_cli_form_and_a_json_form() {
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
fn batch_keeps_the_order_of_messages() {
    let (io, sent) = Emitter::recorder();
    let receipt = io.send_all((0..5000).map(|n| io.to(format!("r{n}")).emit("e", &n))).wait().unwrap();
    assert_eq!((receipt.messages, receipt.servers), (5000, None));
    let channels: Vec<_> = sent.take().iter().map(|command| command.channel().to_owned()).collect();
    assert_eq!(channels, (0..5000).map(|n| format!("socket.io#/#r{n}#")).collect::<Vec<_>>());
    assert_eq!(io.send_all([]).wait().unwrap().messages, 0);
}

#[test]
fn batch_sends_the_messages_of_a_stream_while_it_waits_for_more() {
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
fn batch_stops_at_the_first_invalid_message() {
    let (io, sent) = Emitter::recorder();
    let names = (0..2000).map(|n| if n == 1500 { "connect".to_owned() } else { format!("e{n}") });
    match io.send_all(names.map(|name| io.emit(name, &()))).wait() {
        Err(Error::Stopped { accepted: 1500, unknown: 0, index: 1500, source, .. }) => {
            assert_eq!(source.code(), "reserved-event");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(sent.commands().len(), 1500);
}

#[test]
fn batch_with_skip_invalid_reports_each_message_once_and_in_order() {
    let io = Options::new().adapter("classic".parse().unwrap()).socket_io(SocketIo::V2);
    let (io, sent) = io.recorder();
    let messages = (0..2000).map(|n| match n {
        0 => io.emit("connect", &n),
        // Socket.IO 2 has no join for the sockets of a room.
        1500 => io.to("a").join("b"),
        1999 => io.of("/[").emit("e", &n),
        n => io.emit("e", &n),
    });
    let mut outcomes = Vec::new();
    let batch = io.send_all(messages).skip_invalid();
    let receipt = batch
        .each(|index, outcome| outcomes.push((index, outcome.err().map(|error| error.code().as_str()))))
        .wait()
        .unwrap();
    assert_eq!((receipt.messages, receipt.skipped), (1997, 3));
    assert_eq!(sent.commands().len(), 1997);
    assert!(outcomes.iter().map(|(index, _)| *index).eq(0..2000), "each index once, in order");
    outcomes.retain(|(_, error)| error.is_some());
    assert_eq!(outcomes, [(0, Some("reserved-event")), (1500, Some("unsupported")), (1999, Some("unreachable-name"))]);
}

#[tokio::test]
async fn failed_batch_does_not_wait_for_its_input() {
    let (io, _) = Emitter::recorder();
    let pending = stream::iter(["a", "connect"]).chain(stream::pending());
    let batch = io.send_all(pending.map(|name| io.emit(name, &()))).into_future();
    let result = tokio::time::timeout(Duration::from_secs(60), batch).await.expect("the batch ends");
    assert!(matches!(result, Err(Error::Stopped { accepted: 1, index: 1, .. })), "{result:?}");
}

#[test]
fn batch_with_skip_invalid_reports_every_message_if_all_are_invalid() {
    let (io, sent) = Emitter::recorder();
    let mut failures = 0;
    let batch = io.send_all((0..1000).map(|n| io.emit("connect", &n))).skip_invalid();
    let receipt = batch.each(|_, outcome| failures += usize::from(outcome.is_err())).wait().unwrap();
    assert_eq!((receipt.messages, receipt.skipped, failures), (0, 1000, 1000));
    assert!(sent.commands().is_empty());
}

#[test]
fn batch_reports_the_message_that_stops_it_last() {
    let (io, _) = Emitter::recorder();
    let mut outcomes = Vec::new();
    let names = ["a", "b", "connect", "c"];
    let batch = io.send_all(names.map(|name| io.emit(name, &())));
    assert!(batch.each(|index, outcome| outcomes.push((index, outcome.is_ok()))).wait().is_err());
    assert_eq!(outcomes, [(0, true), (1, true), (2, false)]);
}

#[test]
fn wait_works_inside_async_code() {
    let (io, sent) = Emitter::recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { io.emit("e", &()).wait().unwrap() });
    assert_eq!(sent.commands().len(), 1);
}

#[test]
fn error_about_an_invalid_url_does_not_contain_the_password() {
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
fn error_about_an_unreachable_redis_contains_the_address_and_not_the_password() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Emitter::connect(format!("redis://:hunter2@{free}/")).wait().unwrap_err();
    assert_eq!(error.code(), "redis-unreachable");
    assert!(error.to_string().contains(&free.to_string()), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    assert!(!error.may_have_been_taken());
}

#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<Emitter>();
    check::<Error>();
    check::<Args>();
}
