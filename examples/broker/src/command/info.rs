//! INFO and COMMAND: what clients ask about the server.

use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::{COMMANDS, Outcome};
use crate::{hub::Hub, member::Kind, session::Session};

/// The Redis whose answers these are.
pub(crate) const VERSION: &str = "7.0.15";

const SECTIONS: [&str; 7] = ["Server", "Clients", "Persistence", "Stats", "Replication", "Commandstats", "Cluster"];

/// The one section that is there only if asked for.
const EXTRA: &str = "Commandstats";

pub(super) fn info(session: &mut Session, args: &[Bytes]) -> Outcome {
    let asked = |name: &str| args.iter().any(|arg| arg.eq_ignore_ascii_case(name.as_bytes()));
    let everything = asked("all") || asked("everything");
    let usual = args.is_empty() || asked("default");
    let sections = SECTIONS
        .iter()
        .filter(|name| everything || (usual && **name != EXTRA) || asked(name))
        .map(|name| format!("# {name}\r\n{}", section(name, &session.hub)));
    let text = sections.collect::<Vec<_>>().join("\r\n");
    session.answer(|reply| reply.text(&text))
}

/// Clients that ask for the commands' descriptions are content with none.
pub(super) fn command(session: &mut Session, args: &[Bytes]) -> Outcome {
    let counts = args.first().is_some_and(|part| part.eq_ignore_ascii_case(b"count"));
    session.answer(|reply| if counts { reply.integer(COMMANDS.len()) } else { reply.array(0) })
}

fn section(name: &str, hub: &Hub) -> String {
    let (received, connected) = hub.connections();
    match name {
        "Server" => {
            let (process, port, uptime) = (std::process::id(), hub.address.port(), hub.started.elapsed().as_secs());
            format!(
                "redis_version:{VERSION}\r\nredis_mode:standalone\r\nprocess_id:{process}\r\ntcp_port:{port}\r\n\
                 uptime_in_seconds:{uptime}\r\n"
            )
        }
        "Clients" => format!("connected_clients:{connected}\r\n"),
        "Persistence" => "loading:0\r\nasync_loading:0\r\n".to_owned(),
        "Stats" => {
            let commands: u64 = hub.calls.iter().map(|calls| calls.load(Ordering::Relaxed)).sum();
            let [channels, patterns, shards] = Kind::ALL.map(|kind| hub.names(kind, None).len());
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

/// How often each command was run; time is not measured.
fn commandstats(hub: &Hub) -> String {
    let calls = hub.calls.iter().map(|calls| calls.load(Ordering::Relaxed));
    let run = COMMANDS.iter().zip(calls).filter(|(_, calls)| *calls > 0);
    run.map(|(command, calls)| format!("cmdstat_{}:calls={calls},usec=0,usec_per_call=0.00\r\n", command.name))
        .collect()
}
