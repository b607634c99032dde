//! Run with: cargo run --release --example hello

fn main() -> Result<(), socketio_emitter::Error> {
    let io = socketio_emitter::Emitter::connect("redis://127.0.0.1/").wait()?;

    let receipt = io.to("lobby").emit("hello", &("from Rust", 1)).wait()?;

    match receipt.servers {
        Some(servers) => println!("sent to {servers} servers"),
        None => println!("sent; the number of servers is unknown"),
    }
    Ok(())
}
