use std::fmt;

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError, io::tcp::TcpSettings};

use super::tls::Tls;
use crate::base::Error;

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct HostPort {
    pub(super) name: String,
    pub(super) port: u16,
}

/// What a server wants from those who connect, wherever it is. It holds passwords.
#[derive(Clone, Default)]
pub(super) struct AccessOptions {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: i64,
    pub(super) tls: Option<Tls>,
}

impl AccessOptions {
    pub(super) fn client(&self, host: &HostPort) -> Result<Client, RedisError> {
        let HostPort { name, port } = host.clone();
        let Some(tls) = &self.tls else {
            return Client::open(self.info(ConnectionAddr::Tcp(name, port))?);
        };
        tls.client(self.info(ConnectionAddr::TcpTls { host: name, port, insecure: false, tls_params: None })?)
    }

    pub(super) fn socket(&self, path: &str) -> Result<Client, RedisError> {
        Client::open(self.info(ConnectionAddr::Unix(path.into()))?)
    }

    fn info(&self, address: ConnectionAddr) -> Result<redis::ConnectionInfo, RedisError> {
        let mut settings = RedisConnectionInfo::default().set_db(self.db);
        if let Some(username) = &self.username {
            settings = settings.set_username(username);
        }
        if let Some(password) = &self.password {
            settings = settings.set_password(password);
        }
        let info = address.into_connection_info()?.set_redis_settings(settings);
        Ok(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))
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

impl fmt::Debug for AccessOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessOptions").field("db", &self.db).field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

/// What the program was built without.
#[allow(dead_code, reason = "with every feature there is nothing that is missing")]
pub(super) fn missing(what: &str, feature: &str) -> Error {
    Error::Config(format!(
        "{what} needs the feature `{feature}` of socketio-emitter, and this program was built without it"
    ))
}
