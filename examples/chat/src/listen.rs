use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
};

use tokio::net::TcpListener;

/// Listens on this port, or on a free one if the port is in use or not permitted.
pub(crate) async fn bind_or_free_port(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    match bind(SocketAddr::new(host, port)).await {
        Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
            bind(SocketAddr::new(host, 0)).await
        }
        result => result,
    }
}

/// Listens on this address. The error names the address.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn bind_to_used_port_selects_a_free_port() {
        let first = bind_or_free_port(Ipv4Addr::LOCALHOST.into(), 0).await.unwrap().local_addr();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let second = bind_or_free_port(Ipv4Addr::LOCALHOST.into(), port).await.unwrap();
        assert!(first.is_ok());
        assert_ne!(second.local_addr().unwrap().port(), port);
        let refused = bind((Ipv4Addr::LOCALHOST, port).into()).await.unwrap_err();
        assert!(refused.to_string().contains(&format!("127.0.0.1:{port}")), "{refused}");
    }
}
