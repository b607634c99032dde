//! Run with `cargo run -p broker --example serve -- 6400`. Without a port, selects a free one.

use std::net::Ipv4Addr;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;

    let broker = broker::BrokerOptions::new().address((Ipv4Addr::LOCALHOST, port)).start()?;
    println!("{}", broker.url());

    tokio::signal::ctrl_c().await?;
    broker.shutdown().await;
    Ok(())
}
