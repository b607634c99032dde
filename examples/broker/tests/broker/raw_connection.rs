use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use broker::Broker;

/// A TCP connection that sends and compares bytes.
pub(crate) struct RawConnection(TcpStream);

impl RawConnection {
    pub(crate) fn connect(broker: &Broker) -> Self {
        let socket = TcpStream::connect(broker.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(socket)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads these bytes.
    pub(crate) fn expect(&mut self, bytes: impl AsRef<[u8]>) {
        let expected = bytes.as_ref();
        let mut got = vec![0; expected.len()];
        let mut read = 0;
        while read < got.len() && expected.starts_with(&got[..read]) {
            match self.0.read(&mut got[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&got[..read])),
            }
        }
        assert_eq!(String::from_utf8_lossy(&got[..read]), String::from_utf8_lossy(expected));
    }

    /// Reads this number of bytes.
    pub(crate) fn read(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Sends a request, and reads this reply.
    pub(crate) fn exchange(&mut self, request: &str, reply: &str) {
        self.send(request);
        self.expect(reply);
    }

    /// Reads until the broker closes the connection. Returns the number of bytes read.
    pub(crate) fn read_until_closed(mut self) -> u64 {
        let mut buffer = vec![0; 64 * 1024];
        let mut total = 0;
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return total,
                Ok(more) => total += more as u64,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return total,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Expects the broker to close the connection and to send nothing before.
    pub(crate) fn expect_closed(self) {
        assert_eq!(self.read_until_closed(), 0);
    }
}
