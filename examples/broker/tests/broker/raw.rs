use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use broker::Broker;

/// A connection that sends and compares bytes as they are.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) fn connect(broker: &Broker) -> Self {
        let socket = TcpStream::connect(broker.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(socket)
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).unwrap();
    }

    /// Reads as many bytes as these are, which they must be.
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

    /// The next bytes.
    pub(crate) fn read(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Asks, and compares the answer.
    pub(crate) fn ask(&mut self, request: &str, answer: &str) {
        self.send(request);
        self.expect(answer);
    }

    /// Reads until the other side has closed the connection, and gives the number of bytes before that.
    pub(crate) fn until_closed(mut self) -> u64 {
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

    /// Fails unless nothing more comes before the connection is closed.
    pub(crate) fn expect_closed(self) {
        assert_eq!(self.until_closed(), 0);
    }
}
