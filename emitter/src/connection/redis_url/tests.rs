#![allow(clippy::unwrap_used)]

use super::{RedisUrl, all_hosts};

fn parse(url: &str) -> String {
    match RedisUrl::parse(url, None, None) {
        Ok(RedisUrl::Server { host, access }) => format!("{host}/{} {}", access.db, access.tls.is_some()),
        Ok(RedisUrl::Socket { path, access }) => format!("{path} {}", access.db),
        Ok(RedisUrl::Cluster { seeds, .. }) => seeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Ok(RedisUrl::Sentinel { sentinels, service, access, .. }) => {
            format!(
                "{} {service}/{}",
                sentinels.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                access.db
            )
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_form_is_understood() {
    let forms = [
        ("redis://h", "h:6379/0 false"),
        ("redis://h/", "h:6379/0 false"),
        ("valkey://h:1/2", "h:1/2 false"),
        ("redis://[::1]:7/3", "[::1]:7/3 false"),
        ("redis://user:p%40ss@h:1", "h:1/0 false"),
        ("redis://:p@ss@h:1", "h:1/0 false"),
        ("unix:///run/my%20redis.sock?db=2&pass=x", "/run/my redis.sock 2"),
        ("redis+unix:///run/redis.sock", "/run/redis.sock 0"),
        ("redis-cluster://a,b:7001,[::2]:3", "a:6379 b:7001 [::2]:3"),
        ("redis-sentinel://u:p@a,b:1/main", "a:26379 b:1 main/0"),
        ("redis-sentinel://a/main/4?sentinel_password=x", "a:26379 main/4"),
    ];
    for (url, expected) in forms {
        assert_eq!(parse(url), expected, "{url}");
    }
}

#[test]
fn names_and_passwords_are_decoded_and_the_url_comes_before_the_options() {
    let RedisUrl::Server { access, .. } = RedisUrl::parse("redis://a%3Ab:p%2Fw%3F@h", Some("x"), Some("y")).unwrap()
    else {
        panic!("a server");
    };
    assert_eq!((access.username.as_deref(), access.password.as_deref()), (Some("a:b"), Some("p/w?")));
    let RedisUrl::Sentinel { access, asking, .. } =
        RedisUrl::parse("redis-sentinel://h/s?sentinel_user=su&sentinel_password=sp", Some("x"), Some("y")).unwrap()
    else {
        panic!("sentinels");
    };
    assert_eq!((access.username.as_deref(), access.password.as_deref()), (Some("x"), Some("y")));
    assert_eq!((asking.username.as_deref(), asking.password.as_deref()), (Some("su"), Some("sp")));
}

#[test]
fn what_cannot_be_used_is_explained_and_never_repeated() {
    let forms = [
        ("hunter2", "must begin with"),
        ("http://hunter2@h", "must begin with"),
        ("redis://:hunter2", "port must be a number"),
        ("redis://:hun2/ter2@h", "must be a number"),
        ("redis://:a@hunter2/ter2@h", "database must be a number"),
        ("redis://:a@h?hunter2@h", "after `?`"),
        ("redis://:hun#ter2@h", "`#`"),
        ("redis://h:0", "port must be a number"),
        ("redis://h:99999", "port must be a number"),
        ("redis://h/-1", "database must be a number"),
        ("redis://h/1/2", "too many parts"),
        ("redis://", "no name"),
        ("redis://a,b", "redis-cluster://"),
        ("redis://[::1", "bracket"),
        ("redis://:%ff@h", "UTF-8"),
        ("redis://h?ca=hunter2", "rediss://"),
        ("redis-cluster://h/1", "only database 0"),
        ("redis-sentinel://h", "names no service"),
        ("redis-sentinel://h/s?hunter2=1", "after `?`"),
        ("unix://h/path", "whole path"),
        ("unix://", "whole path"),
    ];
    for (url, expected) in forms {
        let error = parse(url);
        assert!(error.contains(expected), "{url}: {error}");
        assert!(!error.contains("hunter2") && !error.contains("ter2"), "{url}: {error}");
    }
}

#[test]
fn debug_shows_no_password() {
    for url in [
        "redis://u:hunter2@h",
        "redis-cluster://u:hunter2@h",
        "redis-sentinel://u:hunter2@h/s?sentinel_password=hunter2",
    ] {
        let parsed = RedisUrl::parse(url, None, Some("hunter2")).unwrap();
        assert!(!format!("{parsed:?}").contains("hunter2"), "{parsed:?}");
    }
}

#[cfg(feature = "tls")]
#[test]
fn files_that_cannot_be_read_are_named_by_their_parameter() {
    assert_eq!(parse("rediss://h"), "h:6379/0 true");
    assert!(parse("rediss://h?ca=/nowhere/ca.crt").contains("`ca`"));
    assert!(parse("rediss://h?cert=/nowhere").contains("go together"));
    assert!(parse("rediss://h?insecure").contains("always checked"));
}

#[cfg(not(feature = "tls"))]
#[test]
fn without_tls_its_feature_is_named() {
    assert!(parse("rediss://h").contains("feature `tls`"));
}

#[test]
fn hosts_may_have_spaces_between_them() {
    assert_eq!(all_hosts("a, b", 1).unwrap().len(), 2);
}
