//! Sends the messages in a file, one JSON object a line, without async in sight. Run with
//! `cargo run --release -p socketio-emitter --example batch -- messages.ndjson`.

use std::{
    error::Error,
    fs::File,
    io::{BufRead, BufReader},
};

use socketio_emitter::{Emitter, Message};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let path = std::env::args().nth(1).ok_or("usage: batch FILE")?;
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".to_owned());
    let io = Emitter::connect(&url).wait()?;

    // What cannot be read ends the input; what it was is told when the rest is sent.
    let mut stopped = None;
    let messages = BufReader::new(File::open(path)?).split(b'\n').map_while(|line| {
        let message = line.map_err(Into::into).and_then(|line| Ok(Message::from_json(&line)?));
        message.map_err(|error: Box<dyn Error + Send + Sync>| stopped = Some(error)).ok()
    });
    let receipt = io.send_all(messages.map(|message| io.send(message))).wait()?;

    println!("{} messages to {} servers", receipt.messages, receipt.servers.unwrap_or(0));
    stopped.map_or(Ok(()), Err)
}
