//! The redis crate as client.

use std::collections::HashMap;

use broker::Broker;
use futures_util::StreamExt;
use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, InfoDict, PushInfo, PushKind, Value, aio::MultiplexedConnection,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const BINARY: &[u8] = b"\x00\r\n$5\r\n\xff";

fn client(broker: &Broker) -> Client {
    Client::open(broker.url()).unwrap()
}

/// Without timeouts, because the machine that runs the tests may be busy.
fn without_timeouts() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None)
}

async fn connect_resp2(broker: &Broker) -> MultiplexedConnection {
    client(broker).get_multiplexed_async_connection_with_config(&without_timeouts()).await.unwrap()
}

/// A RESP3 connection, and its push messages.
async fn connect_resp3(broker: &Broker) -> (MultiplexedConnection, UnboundedReceiver<PushInfo>) {
    let (sender, receiver) = unbounded_channel();
    let client = Client::open(format!("{}?protocol=resp3", broker.url())).unwrap();
    let config = without_timeouts().set_push_sender(sender);
    (client.get_multiplexed_async_connection_with_config(&config).await.unwrap(), receiver)
}

#[tokio::test]
async fn publish_reaches_subscribers_and_returns_their_number() {
    let broker = Broker::start().unwrap();
    let mut subscriber = client(&broker).get_async_pubsub().await.unwrap();
    subscriber.subscribe(&["a", "b"]).await.unwrap();
    subscriber.psubscribe("a*").await.unwrap();
    let mut publisher = connect_resp2(&broker).await;

    let sent = [("a", 2), ("b", 1), ("abc", 1), ("c", 0)];
    for (channel, receivers) in sent {
        assert_eq!(publisher.publish::<_, _, u64>(channel, BINARY).await.unwrap(), receivers);
    }
    let mut messages = subscriber.on_message();
    for (channel, pattern) in [("a", None), ("a", Some("a*")), ("b", None), ("abc", Some("a*"))] {
        let message = messages.next().await.unwrap();
        assert_eq!(message.get_channel_name(), channel);
        assert_eq!(message.get_pattern::<Option<String>>().unwrap().as_deref(), pattern);
        assert_eq!(message.get_payload_bytes(), BINARY);
    }
}

#[tokio::test]
async fn resp3_connection_receives_all_kinds_of_push_messages() {
    let broker = Broker::start().unwrap();
    let (mut connection, mut pushes) = connect_resp3(&broker).await;
    connection.subscribe("a").await.unwrap();
    connection.psubscribe("a*").await.unwrap();
    redis::cmd("SSUBSCRIBE").arg("a").set_no_response(true).exec_async(&mut connection).await.unwrap();
    for kind in [PushKind::Subscribe, PushKind::PSubscribe, PushKind::SSubscribe] {
        assert_eq!(pushes.recv().await.unwrap().kind, kind);
    }

    assert_eq!(connection.publish::<_, _, u64>("a", BINARY).await.unwrap(), 2);
    assert_eq!(connection.spublish::<_, _, u64>("a", BINARY).await.unwrap(), 1);
    for kind in [PushKind::Message, PushKind::PMessage, PushKind::SMessage] {
        let push = pushes.recv().await.unwrap();
        assert_eq!(push.kind, kind);
        assert_eq!(push.data.last(), Some(&Value::BulkString(BINARY.to_vec())));
    }

    connection.unsubscribe("a").await.unwrap();
    assert_eq!(pushes.recv().await.unwrap().kind, PushKind::Unsubscribe);
    assert_eq!(connection.publish::<_, _, u64>("a", "x").await.unwrap(), 1);
}

#[tokio::test]
async fn resp2_and_resp3_subscribers_receive_the_same_message() {
    let broker = Broker::start().unwrap();
    let mut old = client(&broker).get_async_pubsub().await.unwrap();
    old.subscribe("a").await.unwrap();
    let (mut connection, mut pushes) = connect_resp3(&broker).await;
    connection.subscribe("a").await.unwrap();
    pushes.recv().await.unwrap();

    let large = vec![7; 1024 * 1024];
    assert_eq!(connection.publish::<_, _, u64>("a", &large).await.unwrap(), 2);
    assert_eq!(old.on_message().next().await.unwrap().get_payload_bytes(), large);
    assert_eq!(pushes.recv().await.unwrap().data.last(), Some(&Value::BulkString(large)));
}

#[tokio::test]
async fn pubsub_counts_subscriptions() {
    let broker = Broker::start().unwrap();
    let mut first = client(&broker).get_async_pubsub().await.unwrap();
    first.subscribe(&["a", "b"]).await.unwrap();
    let mut second = client(&broker).get_async_pubsub().await.unwrap();
    second.subscribe("a").await.unwrap();
    second.psubscribe("x*").await.unwrap();

    let mut connection = connect_resp2(&broker).await;
    let mut numsub = redis::cmd("PUBSUB");
    numsub.arg("NUMSUB").arg(&["a", "b", "c"]);
    let counts: HashMap<String, u64> = numsub.query_async(&mut connection).await.unwrap();
    assert_eq!(counts, [("a", 2), ("b", 1), ("c", 0)].map(|(name, count)| (name.to_owned(), count)).into());
    let mut channels: Vec<String> =
        redis::cmd("PUBSUB").arg("CHANNELS").arg("[ab]").query_async(&mut connection).await.unwrap();
    channels.sort();
    assert_eq!(channels, ["a", "b"]);
    let patterns: u64 = redis::cmd("PUBSUB").arg("NUMPAT").query_async(&mut connection).await.unwrap();
    assert_eq!(patterns, 1);
}

#[tokio::test]
async fn long_pipeline_keeps_order() {
    const LENGTH: usize = 10_000;
    let broker = Broker::start().unwrap();
    let mut subscriber = client(&broker).get_async_pubsub().await.unwrap();
    subscriber.subscribe("a").await.unwrap();
    let mut publisher = connect_resp2(&broker).await;

    let mut pipeline = redis::Pipeline::with_capacity(2 * LENGTH);
    for number in 0..LENGTH {
        pipeline.publish("a", number).cmd("ECHO").arg(number);
    }
    let replies: Vec<usize> = pipeline.query_async(&mut publisher).await.unwrap();
    assert_eq!(replies, (0..LENGTH).flat_map(|number| [1, number]).collect::<Vec<_>>());
    let mut messages = subscriber.on_message();
    for number in 0..LENGTH {
        assert_eq!(messages.next().await.unwrap().get_payload::<usize>().unwrap(), number);
    }
}

#[test]
fn info_counts_commands() {
    let broker = Broker::spawn().unwrap();
    let mut connection = client(&broker).get_connection().unwrap();
    for _ in 0..3 {
        redis::cmd("PUBLISH").arg("a").arg("x").exec(&mut connection).unwrap();
    }
    redis::cmd("PUBSUB").arg("NUMSUB").exec(&mut connection).unwrap();
    let info: InfoDict = redis::cmd("INFO").arg("everything").query(&mut connection).unwrap();
    let calls = |name: &str| info.get::<String>(&format!("cmdstat_{name}"));
    assert!(calls("publish").unwrap().starts_with("calls=3,"));
    assert!(calls("pubsub|numsub").unwrap().starts_with("calls=1,"));
    assert_eq!(calls("spublish"), None);
    assert_eq!(info.get::<String>("loading").as_deref(), Some("0"));
}
