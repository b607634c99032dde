use std::{net::SocketAddr, ops::ControlFlow, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::AsyncReadExt,
    net::{TcpStream, tcp::ReadHalf},
    select,
    task::yield_now,
    time::sleep,
};

use crate::{client_session::ClientSession, pubsub_hub::PubSubHub, resp_parser::RespParser};

/// Size of the read buffer in bytes, as in Redis.
const READ_SIZE: usize = 16 * 1024;

/// Time limit to write the last replies before the connection is closed.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves one client until it disconnects or exceeds its output buffer, or until the future is dropped.
pub(crate) async fn serve(mut socket: TcpStream, address: SocketAddr, hub: Arc<PubSubHub>, max_request: usize) {
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let session = ClientSession::new(hub, address);
    let output = Arc::clone(&session.output);
    let (mut incoming, mut outgoing) = socket.split();
    let reading = async {
        run_commands(&mut incoming, session, RespParser::new(max_request)).await;
        output.finish();
        sleep(FLUSH_TIMEOUT).await;
    };
    // One task for both directions, so that the end of one closes the other.
    select! {
        () = reading => {}
        () = output.drain(&mut outgoing) => {}
        () = output.overflowed() => {}
    }
}

/// Runs the client's commands until it stops sending, quits, or sends malformed data.
async fn run_commands(socket: &mut ReadHalf<'_>, mut session: ClientSession, mut parser: RespParser) {
    let mut input = BytesMut::with_capacity(READ_SIZE);
    loop {
        // Parsed arguments share this buffer. A new one is allocated only when little of it is left.
        if input.capacity() - input.len() < READ_SIZE / 4 {
            input.reserve(READ_SIZE);
        }
        if !matches!(socket.read_buf(&mut input).await, Ok(1..)) {
            return;
        }
        loop {
            match parser.parse(&mut input) {
                Ok(Some(argv)) => match session.run(&argv) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(()) => return,
                },
                Ok(None) => break,
                Err(error) => return session.reply_error(&format!("ERR {error}")),
            }
        }
        // Lets the output buffer drain before the next read.
        yield_now().await;
    }
}
