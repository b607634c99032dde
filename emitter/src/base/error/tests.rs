use super::*;

fn refused(reply: &str) -> Error {
    match redis::parse_redis_value(format!("-{reply}\r\n").as_bytes()) {
        Ok(redis::Value::ServerError(error)) => Error::Refused(error.into()),
        other => panic!("{other:?}"),
    }
}

fn lost() -> Error {
    Error::Lost(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into())
}

#[test]
fn errors_answer_what_went_wrong_whether_redis_may_have_taken_it_and_whether_to_retry() {
    let invalid = || Error::from(InvalidMessage::new(Code::EmptyEvent, "/event", "no name"));
    let unreachable = Error::Unreachable { address: "h:1".to_owned(), source: std::io::Error::other("refused").into() };
    for (error, kind, taken, retry) in [
        (invalid(), ErrorKind::InvalidMessage, false, false),
        (Error::Config("no host".to_owned()), ErrorKind::Config, false, false),
        (Error::CannotListen, ErrorKind::Config, false, false),
        (Error::Unrecognised { silent: 1, servers: 2 }, ErrorKind::Servers, false, true),
        (Error::TooFewServers { required: 2, found: 1, namespace: "/".to_owned() }, ErrorKind::NoServers, false, true),
        (unreachable, ErrorKind::Redis, false, true),
        (refused("LOADING Redis is loading the dataset in memory"), ErrorKind::Redis, false, true),
        (refused("BUSY Redis is busy running a script"), ErrorKind::Redis, false, true),
        (refused("NOPERM this user has no permissions"), ErrorKind::Redis, false, false),
        (lost(), ErrorKind::Redis, true, true),
        (Error::Timeout(Duration::from_secs(5)), ErrorKind::Redis, true, true),
        (
            Error::Stopped { accepted: 3, unknown: 0, index: 3, source: Box::new(invalid()) },
            ErrorKind::InvalidMessage,
            false,
            false,
        ),
        (Error::Stopped { accepted: 3, unknown: 2, index: 3, source: Box::new(lost()) }, ErrorKind::Redis, true, true),
    ] {
        let actual = (error.kind(), error.may_have_been_taken(), error.should_retry());
        assert_eq!(actual, (kind, taken, retry), "{error}");
    }
}
