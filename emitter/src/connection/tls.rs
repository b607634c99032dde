#[cfg(not(feature = "tls"))]
use std::convert::Infallible as Certificates;

#[cfg(feature = "tls")]
use redis::TlsCertificates as Certificates;
use redis::{Client, ConnectionInfo, RedisResult};

use super::config_error;
use crate::base::Error;

/// The certificates of TLS connections. Without the feature `tls` it has no value.
#[derive(Clone)]
pub(super) struct TlsSettings(Certificates);

/// The PEM files that a URL names.
#[derive(Debug, Default)]
pub(super) struct TlsFiles {
    /// The certificate authorities to trust instead of the system's.
    pub(super) ca: Option<String>,
    /// The client's certificate.
    pub(super) cert: Option<String>,
    /// The key of the client's certificate.
    pub(super) key: Option<String>,
}

#[cfg(feature = "tls")]
impl TlsSettings {
    /// Reads and checks the files.
    pub(super) fn load(files: &TlsFiles) -> Result<Self, Error> {
        let client_tls = match (&files.cert, &files.key) {
            (Some(cert), Some(key)) => {
                Some(redis::ClientTlsConfig { client_cert: read("cert", cert)?, client_key: read("key", key)? })
            }
            (None, None) => None,
            _ => return Err(config_error::invalid_url("`cert` and `key` go together; name both files or neither")),
        };
        let root_cert = files.ca.as_deref().map(|path| read("ca", path)).transpose()?;
        // redis-rs panics if the program has no rustls provider. A provider that the program has installed stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tls = Self(Certificates { client_tls, root_cert });
        // The certificates are parsed when a client is built, whatever its address.
        let address =
            redis::ConnectionAddr::TcpTls { host: "localhost".to_owned(), port: 1, insecure: false, tls_params: None };
        redis::IntoConnectionInfo::into_connection_info(address).and_then(|info| tls.client(info)).map_err(
            |error| {
                config_error::invalid_url(&format!(
                    "a certificate or key is not usable ({error}); check the PEM files that `ca`, `cert` and `key` name"
                ))
            },
        )?;
        Ok(tls)
    }

    pub(super) fn client(&self, info: ConnectionInfo) -> RedisResult<Client> {
        Client::build_with_tls(info, self.0.clone())
    }
}

#[cfg(not(feature = "tls"))]
impl TlsSettings {
    pub(super) fn load(_: &TlsFiles) -> Result<Self, Error> {
        Err(config_error::missing_feature("TLS", "tls"))
    }

    pub(super) fn client(&self, _: ConnectionInfo) -> RedisResult<Client> {
        match self.0 {}
    }
}

#[cfg(feature = "tls")]
fn read(parameter: &str, path: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| {
        config_error::invalid_url(&format!(
            "cannot read the file that `{parameter}` names ({error}); check its path and permissions"
        ))
    })
}
