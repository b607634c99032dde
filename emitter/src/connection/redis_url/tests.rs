#![allow(clippy::unwrap_used)]

use super::{RedisUrl, parse_hosts};

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
fn every_kind_of_url_is_parsed() {
    let urls = [
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
    for (url, expected) in urls {
        assert_eq!(parse(url), expected, "{url}");
    }
}

#[test]
fn login_is_decoded_and_preferred_to_the_options() {
    let RedisUrl::Server { access, .. } = RedisUrl::parse("redis://a%3Ab:p%2Fw%3F@h", Some("x"), Some("y")).unwrap()
    else {
        panic!("not a single server");
    };
    assert_eq!((access.username.as_deref(), access.password.as_deref()), (Some("a:b"), Some("p/w?")));
    let RedisUrl::Sentinel { access, sentinel_access, .. } =
        RedisUrl::parse("redis-sentinel://h/s?sentinel_user=su&sentinel_password=sp", Some("x"), Some("y")).unwrap()
    else {
        panic!("no sentinels");
    };
    assert_eq!((access.username.as_deref(), access.password.as_deref()), (Some("x"), Some("y")));
    assert_eq!((sentinel_access.username.as_deref(), sentinel_access.password.as_deref()), (Some("su"), Some("sp")));
}

#[test]
fn error_explains_an_invalid_url_without_repeating_it() {
    let urls = [
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
        ("unix://h/path", "absolute path"),
        ("unix://", "absolute path"),
    ];
    for (url, expected) in urls {
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
fn error_names_the_parameter_of_an_unreadable_file() {
    assert_eq!(parse("rediss://h"), "h:6379/0 true");
    assert!(parse("rediss://h?ca=/nowhere/ca.crt").contains("`ca`"));
    assert!(parse("rediss://h?cert=/nowhere").contains("go together"));
    assert!(parse("rediss://h?insecure").contains("always checked"));
}

#[cfg(not(feature = "tls"))]
#[test]
fn error_names_the_missing_feature_tls() {
    assert!(parse("rediss://h").contains("feature `tls`"));
}

#[test]
fn hosts_may_be_separated_by_comma_and_space() {
    assert_eq!(parse_hosts("a, b", 1).unwrap().len(), 2);
}
