//! The connections that subscribe to something, and how far behind they may be.

use std::time::Duration;

/// A connection that Redis pushes messages to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subscriber {
    /// Host and port.
    pub(super) address: String,
    /// What it calls itself; mostly nothing.
    pub(super) name: String,
    /// The database it has chosen.
    pub(super) database: Option<u64>,
    /// How many bytes wait for it.
    pub(super) waiting: u64,
}

/// How many bytes may wait for a subscriber before Redis cuts it off; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    /// At once.
    pub(super) hard: u64,
    /// For so long.
    pub(super) soft: u64,
    pub(super) time: Duration,
}

impl Subscriber {
    /// The answer to CLIENT LIST.
    pub(super) fn read_all(text: &str) -> Vec<Self> {
        let subscriber = |line: &str| {
            let field = |name: &str| line.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            Some(Self {
                address: field("addr")?.to_owned(),
                name: field("name").unwrap_or_default().to_owned(),
                database: field("db").and_then(|number| number.parse().ok()),
                waiting: field("omem")?.parse().ok()?,
            })
        };
        text.lines().filter_map(subscriber).collect()
    }
}

impl Limit {
    /// The answer to CONFIG GET client-output-buffer-limit.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().skip_while(|word| *word != "pubsub").skip(1);
        let mut number = || words.next()?.parse().ok();
        Some(Self { hard: number()?, soft: number()?, time: Duration::from_secs(number()?) })
    }

    /// The lower of the two.
    pub(super) fn least(&self) -> Option<u64> {
        [self.hard, self.soft].into_iter().filter(|limit| *limit > 0).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_says_is_read() {
        let list = "id=4 addr=127.0.0.1:53948 laddr=127.0.0.1:58521 fd=8 name=web age=2 idle=2 flags=P db=3 sub=6 \
                    psub=2 omem=40960 tot-mem=22528 events=r\n";
        let (address, name) = ("127.0.0.1:53948".into(), "web".into());
        let web = Subscriber { address, name, database: Some(3), waiting: 40960 };
        assert_eq!(Subscriber::read_all(&format!("{list}\nid=5\n")), [web]);
        let limit = Limit::read("client-output-buffer-limit normal 0 0 0 slave 1 2 60 pubsub 33554432 8388608 60");
        assert_eq!(limit, Some(Limit { hard: 32 << 20, soft: 8 << 20, time: Duration::from_secs(60) }));
        assert_eq!(limit.and_then(|limit| limit.least()), Some(8 << 20));
        assert_eq!(Limit::read(""), None);
    }
}
