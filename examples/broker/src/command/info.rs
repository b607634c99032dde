//! INFO and COMMAND.

use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::{COMMANDS, CommandResult};
use crate::{client_session::ClientSession, connected_client::SubscriptionKind, pubsub_hub::PubSubHub};

/// The version of Redis whose replies the broker reproduces.
pub(crate) const REDIS_VERSION: &str = "7.0.15";

const SECTIONS: [&str; 7] = ["Server", "Clients", "Persistence", "Stats", "Replication", "Commandstats", "Cluster"];

/// The section that INFO without arguments omits.
const OMITTED_SECTION: &str = "Commandstats";

pub(super) fn info(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    let requested = |name: &str| args.iter().any(|arg| arg.eq_ignore_ascii_case(name.as_bytes()));
    let everything = requested("all") || requested("everything");
    let default = args.is_empty() || requested("default");
    let sections = SECTIONS
        .iter()
        .filter(|name| everything || (default && **name != OMITTED_SECTION) || requested(name))
        .map(|name| format!("# {name}\r\n{}", section(name, &session.hub)));
    let text = sections.collect::<Vec<_>>().join("\r\n");
    session.reply(|out| out.text(&text))
}

/// Clients that request descriptions of the commands work without them.
pub(super) fn command(session: &mut ClientSession, args: &[Bytes]) -> CommandResult {
    let count = args.first().is_some_and(|part| part.eq_ignore_ascii_case(b"count"));
    session.reply(|out| if count { out.integer(COMMANDS.len()) } else { out.array(0) })
}

fn section(name: &str, hub: &PubSubHub) -> String {
    let (received, connected) = hub.connection_counts();
    match name {
        "Server" => {
            let (process, port, uptime) = (std::process::id(), hub.address.port(), hub.started.elapsed().as_secs());
            format!(
                "redis_version:{REDIS_VERSION}\r\nredis_mode:standalone\r\nprocess_id:{process}\r\ntcp_port:{port}\r\n\
                 uptime_in_seconds:{uptime}\r\n"
            )
        }
        "Clients" => format!("connected_clients:{connected}\r\n"),
        "Persistence" => "loading:0\r\nasync_loading:0\r\n".to_owned(),
        "Stats" => {
            let commands: u64 = hub.calls.iter().map(|calls| calls.load(Ordering::Relaxed)).sum();
            let [channels, patterns, shards] = SubscriptionKind::ALL.map(|kind| hub.names(kind, None).len());
            format!(
                "total_connections_received:{received}\r\ntotal_commands_processed:{commands}\r\n\
                 pubsub_channels:{channels}\r\npubsub_patterns:{patterns}\r\npubsubshard_channels:{shards}\r\n"
            )
        }
        "Replication" => "role:master\r\nconnected_slaves:0\r\n".to_owned(),
        "Cluster" => "cluster_enabled:0\r\n".to_owned(),
        _ => commandstats(hub),
    }
}

/// The number of calls of each command. The times are 0.
fn commandstats(hub: &PubSubHub) -> String {
    let calls = hub.calls.iter().map(|calls| calls.load(Ordering::Relaxed));
    let run = COMMANDS.iter().zip(calls).filter(|(_, calls)| *calls > 0);
    run.map(|(command, calls)| format!("cmdstat_{}:calls={calls},usec=0,usec_per_call=0.00\r\n", command.name))
        .collect()
}
