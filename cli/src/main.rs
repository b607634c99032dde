//! sio.

fn main() {}
