//! Start and stop.

use std::{
    io::ErrorKind,
    net::{SocketAddr, TcpListener, TcpStream},
    time::{Duration, Instant},
};

use broker::{Broker, BrokerOptions};

use crate::raw_connection::RawConnection;

fn is_free(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_err() && TcpListener::bind(address).is_ok()
}

#[test]
fn addresses_beyond_loopback_are_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:127.0.0.1]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let error = BrokerOptions::new().address(address).spawn().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let broker = Broker::spawn().unwrap();
    assert!(broker.address().ip().is_loopback());
    let taken = BrokerOptions::new().address(broker.address()).spawn().unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}

#[test]
fn start_outside_of_a_runtime_fails() {
    assert!(Broker::start().is_err());
}

#[test]
fn dropping_a_spawned_broker_frees_its_port() {
    let broker = Broker::spawn().unwrap();
    let mut client = RawConnection::connect(&broker);
    client.exchange("PING\r\n", "+PONG\r\n");
    let address = broker.address();
    drop(broker);
    client.expect_closed();
    assert!(is_free(address));

    let restarted = BrokerOptions::new().address(address).spawn().unwrap();
    RawConnection::connect(&restarted).exchange("PING\r\n", "+PONG\r\n");
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
async fn spawned_broker_can_be_dropped_in_async_code() {
    drop(Broker::spawn().unwrap());
}

#[test]
fn disconnected_client_is_no_subscriber() {
    let broker = Broker::spawn().unwrap();
    let mut subscriber = RawConnection::connect(&broker);
    subscriber.exchange("SUBSCRIBE a\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
    subscriber.exchange("PSUBSCRIBE a*\r\n", "*3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:2\r\n");
    let mut other = RawConnection::connect(&broker);
    other.exchange("PUBLISH a x\r\n", ":2\r\n");
    drop(subscriber);

    let started = Instant::now();
    loop {
        other.send("PUBLISH a x\r\n");
        match other.read(4).as_str() {
            ":0\r\n" => break,
            reply => assert_eq!(reply, ":2\r\n"),
        }
        assert!(started.elapsed() < Duration::from_secs(30));
    }
    other.exchange("PUBSUB CHANNELS\r\n", "*0\r\n");
    other.exchange("PUBSUB NUMPAT\r\n", ":0\r\n");
}
