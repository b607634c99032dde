//! Subscribed connections, and how much unread data Redis keeps for one before it disconnects it.

use std::time::Duration;

/// A connection with subscriptions, as CLIENT LIST shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subscriber {
    /// Host and port.
    pub(super) address: String,
    /// The client name; mostly empty.
    pub(super) name: String,
    /// The selected database.
    pub(super) database: Option<u64>,
    /// The size of its output buffer in bytes: what it has not read.
    pub(super) unread_bytes: u64,
}

/// `client-output-buffer-limit pubsub`: Redis disconnects a subscriber with more unread bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutputBufferLimit {
    /// In bytes; 0 is no limit.
    pub(super) hard: u64,
    /// In bytes, for [`soft_time`](Self::soft_time); 0 is no limit.
    pub(super) soft: u64,
    pub(super) soft_time: Duration,
}

impl Subscriber {
    /// Parses the reply to CLIENT LIST.
    pub(super) fn parse_list(text: &str) -> Vec<Self> {
        let subscriber = |line: &str| {
            let field = |name: &str| line.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            Some(Self {
                address: field("addr")?.to_owned(),
                name: field("name").unwrap_or_default().to_owned(),
                database: field("db").and_then(|number| number.parse().ok()),
                unread_bytes: field("omem")?.parse().ok()?,
            })
        };
        text.lines().filter_map(subscriber).collect()
    }
}

impl OutputBufferLimit {
    /// Parses the reply to CONFIG GET client-output-buffer-limit.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().skip_while(|word| *word != "pubsub").skip(1);
        let mut number = || words.next()?.parse().ok();
        Some(Self { hard: number()?, soft: number()?, soft_time: Duration::from_secs(number()?) })
    }

    /// The lower limit in bytes; `None` if there is none.
    pub(super) fn lowest(&self) -> Option<u64> {
        [self.hard, self.soft].into_iter().filter(|limit| *limit > 0).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_replies_are_parsed() {
        let list = "id=4 addr=127.0.0.1:53948 laddr=127.0.0.1:58521 fd=8 name=web age=2 idle=2 flags=P db=3 sub=6 \
                    psub=2 omem=40960 tot-mem=22528 events=r\n";
        let (address, name) = ("127.0.0.1:53948".into(), "web".into());
        let web = Subscriber { address, name, database: Some(3), unread_bytes: 40960 };
        assert_eq!(Subscriber::parse_list(&format!("{list}\nid=5\n")), [web]);
        let limit =
            OutputBufferLimit::parse("client-output-buffer-limit normal 0 0 0 slave 1 2 60 pubsub 33554432 8388608 60");
        let soft_time = Duration::from_secs(60);
        assert_eq!(limit, Some(OutputBufferLimit { hard: 32 << 20, soft: 8 << 20, soft_time }));
        assert_eq!(limit.and_then(|limit| limit.lowest()), Some(8 << 20));
        assert_eq!(OutputBufferLimit::parse(""), None);
    }
}
