//! Run with: cargo run -p socketio-emitter --example web_service
//!
//! Request handlers share one emitter. In axum, it is the `State` of the router.

use std::time::Duration;

use socketio_emitter::{Emitter, Error};

/// Handles `POST /orders/{id}`: notifies the customer and asks the kitchens for acknowledgements.
async fn post_order(io: Emitter, id: u32) -> Result<String, Error> {
    io.to(format!("order:{id}")).emit("accepted", &id).await?;

    let kitchens = io.to("kitchens").timeout(Duration::from_secs(2));
    let acks = kitchens.emit_with_ack("cook", &id).await?;
    let clients = acks.summary.clients.map_or("an unknown number of".to_owned(), |clients| clients.to_string());
    Ok(format!("order {id}: {} of {clients} kitchens acknowledged", acks.len()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".to_owned());
    let io = Emitter::connect(&url).await?;

    // Clones share the connection. Concurrent messages are sent in one pipeline.
    let (first, second) = tokio::join!(post_order(io.clone(), 1), post_order(io, 2));
    println!("{}\n{}", first?, second?);
    Ok(())
}
