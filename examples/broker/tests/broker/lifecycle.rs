//! Where it listens, and what is left when it ends.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use broker::{Broker, Options};

use crate::raw::Raw;

fn is_free(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_err() && TcpListener::bind(address).is_ok()
}

#[test]
fn it_listens_on_loopback_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let error = Options::new().address(address).spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let broker = Broker::spawn().unwrap();
    assert!(broker.address().ip().is_loopback());
    let taken = Options::new().address(broker.address()).spawn().unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}

#[test]
fn it_starts_on_a_runtime_or_says_that_there_is_none() {
    assert!(Broker::start().is_err());
}

#[test]
fn a_dropped_one_has_ended() {
    let broker = Broker::spawn().unwrap();
    let mut client = Raw::connect(&broker);
    client.ask("PING\r\n", "+PONG\r\n");
    let address = broker.address();
    drop(broker);
    client.expect_closed();
    assert!(is_free(address));

    let again = Options::new().address(address).spawn().unwrap();
    Raw::connect(&again).ask("PING\r\n", "+PONG\r\n");
}

#[tokio::test]
async fn shutdown_closes_all_connections_and_frees_the_port() {
    for broker in [Broker::start().unwrap(), Broker::spawn().unwrap()] {
        let client = redis::Client::open(broker.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("PING").exec_async(&mut connection).await.unwrap();
        let address = broker.address();
        broker.shutdown().await;
        assert!(is_free(address));
        redis::cmd("PING").exec_async(&mut connection).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_spawned_one_may_be_dropped_in_async_code() {
    drop(Broker::spawn().unwrap());
}

#[test]
fn who_disconnects_is_no_subscriber_any_more() {
    let broker = Broker::spawn().unwrap();
    let mut subscriber = Raw::connect(&broker);
    subscriber.ask("SUBSCRIBE a\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
    subscriber.ask("PSUBSCRIBE a*\r\n", "*3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:2\r\n");
    let mut other = Raw::connect(&broker);
    other.ask("PUBLISH a x\r\n", ":2\r\n");
    drop(subscriber);

    let started = Instant::now();
    loop {
        other.send("PUBLISH a x\r\n");
        match other.read(4).as_str() {
            ":0\r\n" => break,
            answer => assert_eq!(answer, ":2\r\n"),
        }
        assert!(started.elapsed() < Duration::from_secs(30));
    }
    other.ask("PUBSUB CHANNELS\r\n", "*0\r\n");
    other.ask("PUBSUB NUMPAT\r\n", ":0\r\n");
}
