use redis::{Client, ConnectionInfo, RedisError};

use crate::base::Error;

/// How TLS is spoken: whom to trust, and what to show.
#[cfg(feature = "tls")]
#[derive(Clone)]
pub(super) struct Tls(redis::TlsCertificates);

/// The files that a URL names, each in PEM.
#[derive(Debug, Default)]
pub(super) struct TlsFiles {
    /// The authorities to trust instead of the system's.
    pub(super) ca: Option<String>,
    /// The client's certificate.
    pub(super) cert: Option<String>,
    /// Its key.
    pub(super) key: Option<String>,
}

#[cfg(feature = "tls")]
impl Tls {
    pub(super) fn load(files: &TlsFiles) -> Result<Self, Error> {
        let client_tls = match (&files.cert, &files.key) {
            (Some(cert), Some(key)) => {
                Some(redis::ClientTlsConfig { client_cert: read("cert", cert)?, client_key: read("key", key)? })
            }
            (None, None) => None,
            _ => return Err(config("cert and key go together: name both files, or none")),
        };
        let root_cert = files.ca.as_deref().map(|path| read("ca", path)).transpose()?;
        // redis-rs takes the program's provider, and panics if there is none. One that the program chose stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = Self(redis::TlsCertificates { client_tls, root_cert });
        let anywhere =
            redis::ConnectionAddr::TcpTls { host: "localhost".to_owned(), port: 1, insecure: false, tls_params: None };
        let info = redis::IntoConnectionInfo::into_connection_info(anywhere);
        info.and_then(|info| tls.client(info)).map_err(|error| config(&error.to_string()))?;
        Ok(tls)
    }

    pub(super) fn client(&self, info: ConnectionInfo) -> Result<Client, RedisError> {
        Client::build_with_tls(info, self.0.clone())
    }
}

#[cfg(feature = "tls")]
fn read(parameter: &str, path: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| config(&format!("cannot read the file that `{parameter}` names: {error}")))
}

#[cfg(feature = "tls")]
fn config(reason: &str) -> Error {
    Error::Config(format!("the Redis URL cannot be used: {reason}"))
}

/// Without the feature there is none.
#[cfg(not(feature = "tls"))]
#[derive(Clone)]
pub(super) enum Tls {}

#[cfg(not(feature = "tls"))]
impl Tls {
    pub(super) fn load(_: &TlsFiles) -> Result<Self, Error> {
        Err(super::access::missing("TLS", "tls"))
    }

    pub(super) fn client(&self, _: ConnectionInfo) -> Result<Client, RedisError> {
        match *self {}
    }
}
