use std::{net::SocketAddr, ops::ControlFlow, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{
    io::AsyncReadExt,
    net::{TcpStream, tcp::ReadHalf},
    select,
    task::yield_now,
    time::sleep,
};

use crate::{hub::Hub, parser::Parser, session::Session};

/// How much is read at once, as in Redis.
const READ: usize = 16 * 1024;

/// How long the last answers may take to go out.
const LINGER: Duration = Duration::from_secs(1);

/// Serves one client until it leaves, is cut off, or the future is dropped.
pub(crate) async fn serve(mut socket: TcpStream, address: SocketAddr, hub: Arc<Hub>, max_request: usize) {
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let session = Session::new(hub, address);
    let outbox = Arc::clone(&session.outbox);
    let (mut incoming, mut outgoing) = socket.split();
    let talk = async {
        read(&mut incoming, session, Parser::new(max_request)).await;
        outbox.finish();
        sleep(LINGER).await;
    };
    // One task for both directions: what ends one of them ends the other.
    select! {
        () = talk => {}
        () = outbox.drain(&mut outgoing) => {}
        () = outbox.cut_off() => {}
    }
}

/// Runs what the client sends until it has nothing more to say, or says what is no command.
async fn read(socket: &mut ReadHalf<'_>, mut session: Session, mut parser: Parser) {
    let mut input = BytesMut::with_capacity(READ);
    loop {
        // The words of a command that is not complete keep the buffers that they came in: each is used up first.
        if input.capacity() - input.len() < READ / 4 {
            input.reserve(READ);
        }
        if !matches!(socket.read_buf(&mut input).await, Ok(1..)) {
            return;
        }
        loop {
            match parser.parse(&mut input) {
                Ok(Some(words)) => match session.run(&words) {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(()) => return,
                },
                Ok(None) => break,
                Err(error) => return session.refuse(&format!("ERR {error}")),
            }
        }
        // Answers go out before more is taken in.
        yield_now().await;
    }
}
