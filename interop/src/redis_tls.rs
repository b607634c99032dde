use std::{fs, path::PathBuf};

use tempfile::TempDir;

use crate::{authority::Authority, deployment::Deployment, redis_server::RedisServer};

/// A Redis that is spoken to over TLS, with certificates of the test's own.
#[derive(Debug)]
pub struct RedisTls {
    /// The redis-server. Its `url` is of no use here: see [`RedisTls::url`].
    pub server: RedisServer,
    files: TempDir,
    client_certificate: ClientCertificate,
}

/// Whether Redis asks its clients for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCertificate {
    /// It does not.
    Unasked,
    /// It refuses those without.
    Required,
}

impl RedisTls {
    /// Starts one on a free port.
    pub fn start(client_certificate: ClientCertificate) -> Self {
        let files = TempDir::new().expect("a temporary folder");
        let authority = Authority::new();
        let mut texts = vec![("ca.crt", authority.certificate())];
        for (certificate, key) in [("redis.crt", "redis.key"), ("client.crt", "client.key")] {
            let signed = authority.sign();
            texts.extend([(certificate, signed.certificate), (key, signed.key)]);
        }
        for (name, text) in texts {
            fs::write(files.path().join(name), text).expect("the folder is ours");
        }
        let path = |name| files.path().join(name).display().to_string();
        let clients = if client_certificate == ClientCertificate::Required { "yes" } else { "no" };
        let server = RedisServer::start_with(|port, _| {
            vec![
                "port 0".to_owned(),
                format!("tls-port {port}"),
                format!("tls-cert-file {}", path("redis.crt")),
                format!("tls-key-file {}", path("redis.key")),
                format!("tls-ca-cert-file {}", path("ca.crt")),
                format!("tls-auth-clients {clients}"),
            ]
        });
        Self { server, files, client_certificate }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("rediss://{}", self.server.address())
    }

    /// The certificate, in PEM, of who signed Redis' own.
    pub fn authority(&self) -> PathBuf {
        self.files.path().join("ca.crt")
    }

    /// A client's certificate and its key, both in PEM.
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        (self.files.path().join("client.crt"), self.files.path().join("client.key"))
    }
}

impl Deployment for RedisTls {
    fn environment(&self) -> Vec<(&'static str, String)> {
        match self.client_certificate {
            ClientCertificate::Unasked => {
                vec![("REDIS_URL", self.url()), ("NODE_EXTRA_CA_CERTS", self.authority().display().to_string())]
            }
            // The example's servers have none to show. They are on Redis' own machine.
            ClientCertificate::Required => self.server.unix_url().environment(),
        }
    }
}
