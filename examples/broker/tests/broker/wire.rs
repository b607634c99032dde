//! Requests and replies, byte for byte as with redis-server 7.0.15.

use broker::Broker;

use crate::raw_connection::RawConnection;

/// Sends each request and expects its reply, on one new connection.
fn assert_replies(exchanges: &[(&str, &str)]) {
    let broker = Broker::spawn().unwrap();
    let mut client = RawConnection::connect(&broker);
    for (request, reply) in exchanges {
        client.exchange(&format!("{request}\r\n"), reply);
    }
    // No bytes are left.
    client.exchange("QUIT\r\n", "+OK\r\n");
    client.expect_closed();
}

#[test]
fn connection_commands() {
    assert_replies(&[
        ("PING", "+PONG\r\n"),
        ("ping hi", "$2\r\nhi\r\n"),
        ("ECHO 'a b'", "$3\r\na b\r\n"),
        ("AUTH default any", "+OK\r\n"),
        ("AUTH joe any", "-WRONGPASS invalid username-password pair or user is disabled.\r\n"),
        (
            "AUTH any",
            "-ERR AUTH <password> called without any password configured for the default user. Are you sure your \
             configuration is correct?\r\n",
        ),
        ("AUTH a b c", "-ERR syntax error\r\n"),
        ("SELECT 3", "+OK\r\n"),
        ("SELECT 16", "-ERR DB index is out of range\r\n"),
        ("SELECT x", "-ERR value is not an integer or out of range\r\n"),
        ("READONLY", "-ERR This instance has cluster support disabled\r\n"),
        ("TYPE key", "+none\r\n"),
        ("EXISTS one two", ":0\r\n"),
        ("COMMAND DOCS", "*0\r\n"),
        ("RESET", "+RESET\r\n"),
    ]);
}

#[test]
fn client_commands() {
    assert_replies(&[
        ("CLIENT ID", ":1\r\n"),
        ("CLIENT GETNAME", "$-1\r\n"),
        ("CLIENT SETNAME joe", "+OK\r\n"),
        ("CLIENT GETNAME", "$3\r\njoe\r\n"),
        ("CLIENT SETNAME 'a b'", "-ERR Client names cannot contain spaces, newlines or special characters.\r\n"),
        ("CLIENT SETINFO LIB-NAME test", "+OK\r\n"),
        ("CLIENT SETINFO lib-ver 1", "+OK\r\n"),
        ("CLIENT SETINFO else 1", "-ERR Unrecognized option 'else'\r\n"),
        ("CLIENT NO-EVICT ON", "+OK\r\n"),
        ("CLIENT NO-EVICT maybe", "-ERR syntax error\r\n"),
        ("CLIENT MAINT_NOTIFICATIONS ON", "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n"),
        ("CLIENT", "-ERR wrong number of arguments for 'client' command\r\n"),
        ("CLIENT ID x", "-ERR wrong number of arguments for 'client|id' command\r\n"),
        ("client|id", "-ERR unknown command 'client|id', with args beginning with: \r\n"),
    ]);
}

#[test]
fn unknown_commands_and_wrong_arguments() {
    let long = "x".repeat(200);
    assert_replies(&[
        ("GET", "-ERR unknown command 'GET', with args beginning with: \r\n"),
        ("set a 'b c'", "-ERR unknown command 'set', with args beginning with: 'a' 'b c' \r\n"),
        (
            &format!("{long} {long} y"),
            &format!("-ERR unknown command '{0}', with args beginning with: '{0}' \r\n", &long[..128]),
        ),
        ("set \"a\\r\\nb\"", "-ERR unknown command 'set', with args beginning with: 'a  b' \r\n"),
        ("PUBLISH a", "-ERR wrong number of arguments for 'publish' command\r\n"),
        ("PUBSUB FOO", "-ERR unknown subcommand 'FOO'. Try PUBSUB HELP.\r\n"),
        ("HELLO 4", "-NOPROTO unsupported protocol version\r\n"),
        ("HELLO x", "-ERR Protocol version is not an integer or out of range\r\n"),
        ("HELLO 3 FOO", "-ERR Syntax error in HELLO option 'FOO'\r\n"),
        ("HELLO 3 SETNAME", "-ERR Syntax error in HELLO option 'SETNAME'\r\n"),
        // The failed HELLOs did not switch to RESP3.
        ("CLIENT GETNAME", "$-1\r\n"),
    ]);
}

#[test]
fn resp2_connection_with_subscriptions_refuses_other_commands() {
    let refused = |name| {
        format!(
            "-ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in \
             this context\r\n"
        )
    };
    assert_replies(&[
        ("SUBSCRIBE a b", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"),
        ("SUBSCRIBE a", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:2\r\n"),
        // Shard channels are counted separately, patterns are not.
        ("SSUBSCRIBE c", "*3\r\n$10\r\nssubscribe\r\n$1\r\nc\r\n:1\r\n"),
        ("PSUBSCRIBE p*", "*3\r\n$10\r\npsubscribe\r\n$2\r\np*\r\n:3\r\n"),
        ("PING", "*2\r\n$4\r\npong\r\n$0\r\n\r\n"),
        ("PING x", "*2\r\n$4\r\npong\r\n$1\r\nx\r\n"),
        ("PUBLISH a b", &refused("publish")),
        ("CLIENT ID", &refused("client|id")),
        ("HELLO 3", &refused("hello")),
        ("UNSUBSCRIBE", "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n"),
        ("SUNSUBSCRIBE", "*3\r\n$12\r\nsunsubscribe\r\n$1\r\nc\r\n:0\r\n"),
        ("PUNSUBSCRIBE p*", "*3\r\n$12\r\npunsubscribe\r\n$2\r\np*\r\n:0\r\n"),
        ("PUNSUBSCRIBE", "*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n"),
        ("UNSUBSCRIBE other", "*3\r\n$11\r\nunsubscribe\r\n$5\r\nother\r\n:0\r\n"),
        ("PING", "+PONG\r\n"),
        ("SUBSCRIBE a", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"),
        ("RESET", "+RESET\r\n"),
        ("PUBLISH a b", ":0\r\n"),
    ]);
}

#[test]
fn resp3_connection_with_subscriptions_accepts_all_commands() {
    let hello = |version: u8, map| {
        format!(
            "{map}\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:{version}\r\n\
             $2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n"
        )
    };
    assert_replies(&[
        ("HELLO", &hello(2, "*14")),
        ("HELLO 3 AUTH default any SETNAME joe", &hello(3, "%7")),
        ("CLIENT GETNAME", "$3\r\njoe\r\n"),
        ("CLIENT SETNAME ''", "+OK\r\n"),
        ("CLIENT GETNAME", "_\r\n"),
        ("SUBSCRIBE a", ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"),
        ("PSUBSCRIBE a*", ">3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:2\r\n"),
        (
            "PUBLISH a hi",
            ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n>4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$1\r\na\r\n$2\r\nhi\r\n:2\r\n",
        ),
        ("PING", "+PONG\r\n"),
        ("PUBSUB NUMSUB a b", "*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:0\r\n"),
        ("PUBSUB CHANNELS a?", "*0\r\n"),
        ("PUBSUB NUMPAT", ":1\r\n"),
        ("SSUBSCRIBE s", ">3\r\n$10\r\nssubscribe\r\n$1\r\ns\r\n:1\r\n"),
        ("PUBSUB SHARDCHANNELS", "*1\r\n$1\r\ns\r\n"),
        ("PUBSUB SHARDNUMSUB s", "*2\r\n$1\r\ns\r\n:1\r\n"),
        ("SPUBLISH s x", ">3\r\n$8\r\nsmessage\r\n$1\r\ns\r\n$1\r\nx\r\n:1\r\n"),
        ("PUBLISH s x", ":0\r\n"),
        ("UNSUBSCRIBE", ">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n"),
        ("UNSUBSCRIBE", ">3\r\n$11\r\nunsubscribe\r\n_\r\n:1\r\n"),
        ("INFO cluster", "=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n"),
    ]);
}

#[test]
fn inline_commands() {
    assert_replies(&[
        ("", ""),
        ("   ", ""),
        ("*0", ""),
        ("*-1", ""),
        ("PING \"\\x41\\n\\t\\\\\\\"\\q\\xzz\"", "$9\r\nA\n\t\\\"qxzz\r\n"),
        ("PING 'it\\'s'", "$4\r\nit's\r\n"),
        ("PING 'a\\n'", "$3\r\na\\n\r\n"),
        ("PING a\"b c\"", "$4\r\nab c\r\n"),
        (" PING \t\x0b\x0c a\x0bb ", "$3\r\na\x0bb\r\n"),
        ("PING\n", "+PONG\r\n"),
    ]);
}

#[test]
fn http_request_closes_the_connection() {
    let broker = Broker::spawn().unwrap();
    for request in ["POST / HTTP/1.1\r\nPUBLISH a b\r\n", "hOST: 127.0.0.1\r\nPUBLISH a b\r\n"] {
        let mut client = RawConnection::connect(&broker);
        client.send(request);
        client.expect_closed();
    }
}
