//! The emitter runs on the broker.

use broker::Broker;
use redis::{Client, Connection, PubSub};
use socketio_emitter::{Binary, Emitter, Error};

/// Subscribes like a server with the classic adapter.
fn subscribe_as_server<'a>(connection: &'a mut Connection, id: &str) -> PubSub<'a> {
    let mut server = connection.as_pubsub();
    server.psubscribe("socket.io#/#*").unwrap();
    server
        .subscribe(&["socket.io-request#/#", "socket.io-response#/#", &format!("socket.io-response#/#{id}#")])
        .unwrap();
    server
}

#[test]
fn emitter_detects_counts_and_reaches_servers() {
    let broker = Broker::spawn().unwrap();
    let io = Emitter::connect(broker.url()).wait().unwrap();
    let event = |io: &Emitter| io.to("room1").emit("e", &("text", Binary([0, 13, 10, 255])));
    assert!(matches!(event(&io).wait(), Err(Error::NoServers { .. })));

    let client = Client::open(broker.url()).unwrap();
    let (mut first, mut second) = (client.get_connection().unwrap(), client.get_connection().unwrap());
    let mut servers = [subscribe_as_server(&mut first, "aaaaaa"), subscribe_as_server(&mut second, "bbbbbb")];
    let receipt = event(&io).wait().unwrap();
    assert_eq!((receipt.adapter, receipt.servers), ("classic", Some(2)));

    let (recorder, sent) = Emitter::recorder();
    event(&recorder).wait().unwrap();
    for server in &mut servers {
        let message = server.get_message().unwrap();
        assert_eq!(message.get_channel_name(), "socket.io#/#room1#");
        assert_eq!(message.get_payload_bytes(), sent.commands()[0].payload());
    }
}
