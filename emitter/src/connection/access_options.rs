use std::fmt;

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisResult, io::tcp::TcpSettings};

use super::{host_port::HostPort, tls::TlsSettings};

/// How to log in to the servers of a URL, whatever their addresses. It holds passwords.
#[derive(Clone, Default)]
pub(super) struct AccessOptions {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: i64,
    pub(super) tls: Option<TlsSettings>,
}

impl AccessOptions {
    /// A client for the server at a host and port.
    pub(super) fn client(&self, host: &HostPort) -> RedisResult<Client> {
        let HostPort { name, port } = host.clone();
        let Some(tls) = &self.tls else {
            return Client::open(self.connection_info(ConnectionAddr::Tcp(name, port))?);
        };
        let address = ConnectionAddr::TcpTls { host: name, port, insecure: false, tls_params: None };
        tls.client(self.connection_info(address)?)
    }

    /// A client for the server at a Unix socket.
    pub(super) fn socket_client(&self, path: &str) -> RedisResult<Client> {
        Client::open(self.connection_info(ConnectionAddr::Unix(path.into()))?)
    }

    fn connection_info(&self, address: ConnectionAddr) -> RedisResult<redis::ConnectionInfo> {
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

impl fmt::Debug for AccessOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessOptions").field("db", &self.db).field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}
