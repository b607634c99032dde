//! sio-bridge.

fn main() {}
