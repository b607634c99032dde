use std::{fs, path::PathBuf};

use tempfile::TempDir;

use crate::{
    certificate_authority::TestCertificateAuthority, redis_deployment::RedisDeployment, redis_server::RedisServer,
};

/// A Redis that accepts only TLS connections, with certificates made for the test.
#[derive(Debug)]
pub struct RedisTls {
    /// The redis-server. Use [`RedisTls::url`] instead of its own `url`, which has no TLS.
    pub server: RedisServer,
    files: TempDir,
    client_certificate: ClientCertificate,
}

/// Whether Redis requires a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCertificate {
    /// Clients need no certificate.
    NotRequested,
    /// Clients without a certificate are refused.
    Required,
}

impl RedisTls {
    /// Starts a server on a free port.
    pub fn start(client_certificate: ClientCertificate) -> Self {
        let files = TempDir::new().expect("a temporary folder");
        let authority = TestCertificateAuthority::new();
        let mut texts = vec![("ca.crt", authority.certificate())];
        for (certificate, key) in [("redis.crt", "redis.key"), ("client.crt", "client.key")] {
            let signed = authority.sign();
            texts.extend([(certificate, signed.certificate), (key, signed.key)]);
        }
        for (name, text) in texts {
            fs::write(files.path().join(name), text).expect("the temporary folder is writable");
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

    /// The URL of the server.
    pub fn url(&self) -> String {
        format!("rediss://{}", self.server.address())
    }

    /// The file with the certificate of the authority, in PEM.
    pub fn authority(&self) -> PathBuf {
        self.files.path().join("ca.crt")
    }

    /// The files with a client certificate and its key, both in PEM.
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        (self.files.path().join("client.crt"), self.files.path().join("client.key"))
    }
}

impl RedisDeployment for RedisTls {
    fn environment(&self) -> Vec<(&'static str, String)> {
        match self.client_certificate {
            ClientCertificate::NotRequested => {
                vec![("REDIS_URL", self.url()), ("NODE_EXTRA_CA_CERTS", self.authority().display().to_string())]
            }
            // The example's servers cannot send a client certificate, so they use the Unix socket.
            ClientCertificate::Required => self.server.unix_url().environment(),
        }
    }
}
