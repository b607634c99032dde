use std::fmt;

/// The address of a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct HostPort {
    /// A host name or IP address, without brackets.
    pub(super) name: String,
    pub(super) port: u16,
}

#[cfg(feature = "cluster")]
impl HostPort {
    /// The address of a node as `reporter`, the address of a node of the same cluster, reports it. A node may leave out
    /// its own host.
    pub(super) fn reported(name: &str, port: u16, reporter: &str) -> Self {
        let reporter = reporter.rsplit_once(':').map_or(reporter, |(name, _)| name);
        let name = if name.is_empty() || name == "?" { reporter } else { name };
        Self { name: name.trim_matches(['[', ']']).to_owned(), port }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.contains(':') {
            true => write!(f, "[{}]:{}", self.name, self.port),
            false => write!(f, "{}:{}", self.name, self.port),
        }
    }
}
