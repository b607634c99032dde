//! The rooms that say which sockets are meant.

use clap::Args;

/// Which sockets, by their rooms.
#[derive(Args)]
pub(crate) struct Rooms {
    /// The sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", alias = "room", allow_hyphen_values = true)]
    pub(crate) to: Vec<String>,

    /// But not the sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", allow_hyphen_values = true)]
    pub(crate) except: Vec<String>,
}
