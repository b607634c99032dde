use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// A certificate authority that signs the certificates of one test.
#[derive(Debug)]
pub(crate) struct TestCertificateAuthority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its private key, both in PEM.
#[derive(Debug)]
pub(crate) struct SignedCertificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl TestCertificateAuthority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "interop test authority");
        let issuer = CertifiedIssuer::self_signed(params, key());
        Self(issuer.expect("the parameters are valid"))
    }

    /// The authority's own certificate, in PEM.
    pub(crate) fn certificate(&self) -> String {
        self.0.pem()
    }

    /// Signs a new certificate for `localhost` and `127.0.0.1`.
    pub(crate) fn sign(&self) -> SignedCertificate {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).expect("the names are valid");
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("the parameters are valid");
        SignedCertificate { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system provides random numbers")
}
