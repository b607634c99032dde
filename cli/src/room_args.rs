//! The options that select sockets by their rooms.

use clap::Args;

#[derive(Args)]
pub(crate) struct RoomArgs {
    /// Select the sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", alias = "room", allow_hyphen_values = true)]
    pub(crate) to: Vec<String>,

    /// Exclude the sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", allow_hyphen_values = true)]
    pub(crate) except: Vec<String>,
}
