//! Clients that do not read are disconnected, without effect on other clients.

use broker::{Broker, BrokerOptions};

use crate::raw_connection::RawConnection;

const MESSAGE: usize = 64 * 1024;

/// More messages than the socket buffers of any system hold.
const MAX_MESSAGES: usize = 4096;

fn publish(channel: &str, payload: &[u8]) -> Vec<u8> {
    let mut command = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{channel}\r\n${}\r\n", channel.len(), payload.len());
    command.push_str(str::from_utf8(payload).unwrap());
    command.push_str("\r\n");
    command.into_bytes()
}

/// Publishes until a subscriber is disconnected.
fn flood(broker: &Broker, receivers: usize, mut after_publish: impl FnMut()) {
    let mut publisher = RawConnection::connect(broker);
    let command = publish("news", &[b'x'; MESSAGE]);
    let (before, after) = (format!(":{receivers}\r\n"), format!(":{}\r\n", receivers - 1));
    for _ in 0..MAX_MESSAGES {
        publisher.send(&command);
        after_publish();
        let reply = publisher.read(before.len());
        if reply == after {
            return;
        }
        assert_eq!(reply, before);
    }
    panic!("no subscriber was disconnected");
}

#[test]
fn slow_subscriber_is_disconnected_and_fast_one_is_not() {
    let broker = BrokerOptions::new().max_output_buffer(1024 * 1024).spawn().unwrap();
    let confirmed = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n";
    let mut slow = RawConnection::connect(&broker);
    slow.exchange("SUBSCRIBE news\r\n", confirmed);
    let mut fast = RawConnection::connect(&broker);
    fast.exchange("SUBSCRIBE news\r\n", confirmed);

    let message = format!("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n${MESSAGE}\r\n{}\r\n", "x".repeat(MESSAGE));
    flood(&broker, 2, || fast.expect(&message));

    assert!(slow.read_until_closed() < (MAX_MESSAGES * MESSAGE) as u64);
    RawConnection::connect(&broker).exchange("PUBSUB NUMSUB news\r\n", "*2\r\n$4\r\nnews\r\n:1\r\n");
}

#[test]
fn slow_subscriber_with_incomplete_command_is_disconnected() {
    let broker = BrokerOptions::new().max_output_buffer(1024 * 1024).spawn().unwrap();
    let mut slow = RawConnection::connect(&broker);
    slow.exchange("SUBSCRIBE news\r\n", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    slow.send("*2\r\n$9\r\nSUBSCR");
    flood(&broker, 1, || {});
    slow.read_until_closed();
}

#[test]
fn replies_count_against_the_output_buffer() {
    let broker = BrokerOptions::new().max_output_buffer(1000).spawn().unwrap();
    let mut client = RawConnection::connect(&broker);
    client.exchange(&format!("ECHO {}\r\n", "x".repeat(900)), &format!("$900\r\n{}\r\n", "x".repeat(900)));
    client.send(format!("ECHO {}\r\n", "x".repeat(1000)));
    client.expect_closed();
}
