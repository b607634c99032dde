use super::RedisSeen;

/// The fields of an INFO reply that a diagnosis uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RedisInfo {
    pub(super) redis: RedisSeen,
    /// The databases that hold keys.
    pub(super) databases: Vec<u64>,
    /// The number of channels with subscribers.
    pub(super) channel_count: Option<u64>,
    /// Host and port of a replica's primary.
    pub(super) primary: Option<String>,
    /// The names of the services that a sentinel monitors.
    pub(super) services: Vec<String>,
}

impl RedisInfo {
    pub(super) fn parse(text: &str) -> Self {
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
            channel_count: field("pubsub_channels").and_then(|count| count.parse().ok()),
            primary: primary.map(|(host, port)| format!("{host}:{port}")),
            services: text.lines().filter_map(service).collect(),
        }
    }
}

impl RedisSeen {
    pub(super) fn major_version(&self) -> Option<u32> {
        self.version.as_ref()?.split('.').next()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_reply_is_parsed() {
        let info = RedisInfo::parse(
            "# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\nrole:slave\r\npubsub_channels:7\r\n\
             # Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb3:keys=9,expires=0,avg_ttl=0\r\n",
        );
        assert_eq!(info.redis.major_version(), Some(6));
        assert_eq!(info.redis.role.as_deref(), Some("slave"));
        assert_eq!((info.databases, info.channel_count), (vec![0, 3], Some(7)));
        let info =
            RedisInfo::parse("role:slave\r\nmaster_host:10.0.0.7\r\nmaster_port:6380\r\nmaster_link_status:up\r\n");
        assert_eq!(info.primary.as_deref(), Some("10.0.0.7:6380"));
        let info =
            RedisInfo::parse("sentinel_masters:1\r\nmaster0:name=main,status=ok,address=10.0.0.7:6379,slaves=2\r\n");
        assert_eq!(info.services, ["main"]);
        assert_eq!(RedisInfo::parse("nonsense"), RedisInfo::default());
    }
}
