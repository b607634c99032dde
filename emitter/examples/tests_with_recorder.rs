//! Run with: cargo run -p socketio-emitter --example tests_with_recorder
//! Test with: cargo test -p socketio-emitter --example tests_with_recorder

use socketio_emitter::{Emitter, Error, Receipt};

fn notify(io: &Emitter, user: u32, text: &str) -> Result<Receipt, Error> {
    io.to(format!("user:{user}")).emit("note", text).wait()
}

fn main() -> Result<(), Error> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".to_owned());
    println!("{:?}", notify(&Emitter::connect(&url).wait()?, 7, "hello")?);
    Ok(())
}

#[test]
fn notify_emits_a_note_to_the_room_of_the_user() -> Result<(), Error> {
    let (io, sent) = Emitter::recorder();
    notify(&io, 7, "hello")?;

    let expected = br#"{"event": "note", "args": ["hello"], "rooms": ["user:7"]}"#;
    io.send(socketio_emitter::Message::from_json(expected)?).wait()?;
    let commands = sent.commands();
    assert_eq!(commands[0].channel(), "socket.io#/#user:7#");
    assert_eq!(commands[0], commands[1]);
    Ok(())
}
