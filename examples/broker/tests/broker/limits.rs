//! Who does not read is cut off, and nobody else notices.

use broker::{Broker, Options};

use crate::raw::Raw;

const MESSAGE: usize = 64 * 1024;

/// More than any system keeps in a socket's buffers.
const ENOUGH: usize = 4096;

fn publish(channel: &str, payload: &[u8]) -> Vec<u8> {
    let mut command = format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{channel}\r\n${}\r\n", channel.len(), payload.len());
    command.push_str(str::from_utf8(payload).unwrap());
    command.push_str("\r\n");
    command.into_bytes()
}

/// Publishes until there is one receiver less.
fn flood(broker: &Broker, receivers: usize, mut heard: impl FnMut()) {
    let mut publisher = Raw::connect(broker);
    let command = publish("news", &[b'x'; MESSAGE]);
    let (before, after) = (format!(":{receivers}\r\n"), format!(":{}\r\n", receivers - 1));
    for _ in 0..ENOUGH {
        publisher.send(&command);
        heard();
        let answer = publisher.read(before.len());
        if answer == after {
            return;
        }
        assert_eq!(answer, before);
    }
    panic!("nobody was cut off");
}

#[test]
fn a_slow_subscriber_is_cut_off_and_a_quick_one_is_not() {
    let broker = Options::new().max_outbox(1024 * 1024).spawn().unwrap();
    let confirmed = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n";
    let mut slow = Raw::connect(&broker);
    slow.ask("SUBSCRIBE news\r\n", confirmed);
    let mut quick = Raw::connect(&broker);
    quick.ask("SUBSCRIBE news\r\n", confirmed);

    let message = format!("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n${MESSAGE}\r\n{}\r\n", "x".repeat(MESSAGE));
    flood(&broker, 2, || quick.expect(&message));

    assert!(slow.until_closed() < (ENOUGH * MESSAGE) as u64);
    Raw::connect(&broker).ask("PUBSUB NUMSUB news\r\n", "*2\r\n$4\r\nnews\r\n:1\r\n");
}

#[test]
fn a_subscriber_in_the_middle_of_a_command_is_cut_off_too() {
    let broker = Options::new().max_outbox(1024 * 1024).spawn().unwrap();
    let mut slow = Raw::connect(&broker);
    slow.ask("SUBSCRIBE news\r\n", "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    slow.send("*2\r\n$9\r\nSUBSCR");
    flood(&broker, 1, || {});
    slow.until_closed();
}

#[test]
fn answers_count_as_well() {
    let broker = Options::new().max_outbox(1000).spawn().unwrap();
    let mut client = Raw::connect(&broker);
    client.ask(&format!("ECHO {}\r\n", "x".repeat(900)), &format!("$900\r\n{}\r\n", "x".repeat(900)));
    client.send(format!("ECHO {}\r\n", "x".repeat(1000)));
    client.expect_closed();
}
