//! What Redis says with INFO.

use super::RedisSeen;

/// What is of interest in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) redis: RedisSeen,
    /// The databases that hold keys.
    pub(super) databases: Vec<u64>,
    /// How many channels have subscribers.
    pub(super) channels: Option<u64>,
    /// Host and port of a replica's primary.
    pub(super) primary: Option<String>,
    /// What a sentinel watches.
    pub(super) services: Vec<String>,
}

impl Info {
    pub(super) fn read(text: &str) -> Self {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                .map(|value| value.trim().to_owned())
        };
        let database = |line: &str| line.strip_prefix("db")?.split_once(":keys=")?.0.parse().ok();
        let service = |line: &str| {
            let name = line.strip_prefix("master")?.split_once(":name=")?.1.split(',').next()?;
            Some(name.to_owned())
        };
        let primary = field("master_host").zip(field("master_port"));
        Self {
            redis: RedisSeen {
                version: field("redis_version"),
                mode: field("redis_mode"),
                role: field("role"),
                user: None,
            },
            databases: text.lines().filter_map(database).collect(),
            channels: field("pubsub_channels").and_then(|count| count.parse().ok()),
            primary: primary.map(|(host, port)| format!("{host}:{port}")),
            services: text.lines().filter_map(service).collect(),
        }
    }
}

impl RedisSeen {
    /// The first number of its version.
    pub(super) fn major(&self) -> Option<u32> {
        self.version.as_ref()?.split('.').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_interest_is_found() {
        let info = Info::read(
            "# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\nrole:slave\r\npubsub_channels:7\r\n\
             # Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb3:keys=9,expires=0,avg_ttl=0\r\n",
        );
        assert_eq!(info.redis.major(), Some(6));
        assert_eq!(info.redis.role.as_deref(), Some("slave"));
        assert_eq!((info.databases, info.channels), (vec![0, 3], Some(7)));
        let info = Info::read("role:slave\r\nmaster_host:10.0.0.7\r\nmaster_port:6380\r\nmaster_link_status:up\r\n");
        assert_eq!(info.primary.as_deref(), Some("10.0.0.7:6380"));
        let info = Info::read("sentinel_masters:1\r\nmaster0:name=main,status=ok,address=10.0.0.7:6379,slaves=2\r\n");
        assert_eq!(info.services, ["main"]);
        assert_eq!(Info::read("nonsense"), Info::default());
    }
}
