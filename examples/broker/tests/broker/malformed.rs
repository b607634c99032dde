//! Malformed requests get Redis' error, and their connection is closed.

use broker::{Broker, BrokerOptions};

use crate::raw_connection::RawConnection;

const EXPECTED_DOLLAR: &str = "expected '$', got";

#[test]
fn malformed_request_gets_redis_error_and_closes_the_connection() {
    let long = |start: &str| format!("{start}{}", "1".repeat(66_000));
    let table = [
        ("*x\r\n", "invalid multibulk length"),
        ("*+1\r\n", "invalid multibulk length"),
        ("* 1\r\n", "invalid multibulk length"),
        ("*01\r\n", "invalid multibulk length"),
        ("*1\n$4\r\nPING\r\n", "invalid multibulk length"),
        ("*2147483648\r\n", "invalid multibulk length"),
        ("*1048577\r\n", "invalid multibulk length"),
        ("*99999999999999999999\r\n", "invalid multibulk length"),
        ("*1\r\n$x\r\n", "invalid bulk length"),
        ("*1\r\n$\r\n", "invalid bulk length"),
        ("*1\r\n$-1\r\n", "invalid bulk length"),
        ("*1\r\n$+4\r\n", "invalid bulk length"),
        ("*1\r\n$04\r\n", "invalid bulk length"),
        ("*1\r\n$536870913\r\n", "invalid bulk length"),
        ("*1\r\n$9223372036854775807\r\n", "invalid bulk length"),
        ("*1\r\n$18446744073709551615\r\n", "invalid bulk length"),
        ("*1\r\nPING\r\n", &format!("{EXPECTED_DOLLAR} 'P'")),
        ("*1\r\n\r\n", &format!("{EXPECTED_DOLLAR} ' '")),
        ("*2\r\n$4\r\nECHO\r\n:1\r\n", &format!("{EXPECTED_DOLLAR} ':'")),
        ("PING \"a\r\n", "unbalanced quotes in request"),
        ("PING 'a\r\n", "unbalanced quotes in request"),
        ("PING \"a\"b\r\n", "unbalanced quotes in request"),
        ("PING 'a'b\r\n", "unbalanced quotes in request"),
        (&long(""), "too big inline request"),
        (&long("*"), "too big mbulk count string"),
        (&long("*1\r\n$"), "too big bulk count string"),
    ];
    let broker = Broker::spawn().unwrap();
    for (input, reason) in table {
        let mut client = RawConnection::connect(&broker);
        // The command before it is executed.
        client.exchange(&format!("PING\r\n{input}"), &format!("+PONG\r\n-ERR Protocol error: {reason}\r\n"));
        client.expect_closed();
    }
    RawConnection::connect(&broker).exchange("PING\r\n", "+PONG\r\n");
}

#[test]
fn max_request_limits_all_arguments_together() {
    let broker = BrokerOptions::new().max_request(10).spawn().unwrap();
    let mut client = RawConnection::connect(&broker);
    client.exchange("*2\r\n$4\r\nECHO\r\n$6\r\nabcdef\r\n", "$6\r\nabcdef\r\n");
    client.exchange("*2\r\n$4\r\nECHO\r\n$7\r\n", "-ERR Protocol error: invalid bulk length\r\n");
    client.expect_closed();
}
