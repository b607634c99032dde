//! Run with: cargo run -p socketio-emitter --example batch_job < lines.txt
//!
//! Emits each line of stdin as an event, without async.

use std::io::{BufRead, BufReader, stdin};

use socketio_emitter::{Emitter, Error};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".to_owned());
    let io = Emitter::connect(&url).wait()?;

    let mut read_error = None;
    let lines = BufReader::new(stdin()).lines().map_while(|line| line.map_err(|error| read_error = Some(error)).ok());
    match io.send_all(lines.map(|line| io.emit("line", &line))).wait() {
        Ok(receipt) => {
            let servers = receipt.servers.map_or("an unknown number of".to_owned(), |servers| servers.to_string());
            println!("sent {} lines to {servers} servers", receipt.messages);
        }
        Err(Error::Stopped { accepted, unknown, index, source, .. }) => {
            eprintln!("sent {accepted} lines; resume at line {}", index + 1);
            if accepted + unknown > index {
                eprintln!("{} lines from there on may be sent twice", accepted + unknown - index);
            }
            return Err(source.into());
        }
        Err(error) => return Err(error.into()),
    }
    read_error.map_or(Ok(()), |error| Err(error.into()))
}
