//! The text form of a diagnosis.

use std::{
    env,
    io::{IsTerminal, stdout},
};

use socketio_emitter::doctor::{ClusterSeen, Diagnosis, Finding, NamespaceSeen, Severity};

use crate::{output::escape_control, wrap::wrap};

/// Findings are wrapped at this width.
const WIDTH: usize = 96;

/// The number of namespaces listed per cluster; the rest are only counted.
const MAX_NAMESPACES: usize = 20;

/// Formats a diagnosis as text.
pub(super) struct DiagnosisFormat {
    colors: bool,
}

#[derive(Clone, Copy)]
enum ReportColor {
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

impl DiagnosisFormat {
    /// Uses colors on a terminal, unless `NO_COLOR` is set.
    pub(super) fn new() -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colors: wanted && stdout().is_terminal() }
    }

    /// Redis and its clusters first, then the findings, then suggestions.
    pub(super) fn text(&self, diagnosis: &Diagnosis) -> String {
        let mut lines = vec![redis_line(diagnosis)];
        for cluster in &diagnosis.clusters {
            lines.push(String::new());
            self.cluster(cluster, &mut lines);
        }
        if let Some(room) = &diagnosis.room {
            lines.push(String::new());
            let sockets = if room.sockets == 1 { "socket" } else { "sockets" };
            lines.push(format!(
                "room {} on {}  {} {sockets}",
                quoted(&room.name),
                quoted(&room.namespace),
                room.sockets
            ));
        }
        for finding in &diagnosis.findings {
            lines.push(String::new());
            self.finding(finding, &mut lines);
        }
        if diagnosis.is_healthy() {
            lines.push(String::new());
            lines.push(self.paint("✓ no problems found between this machine and the servers", ReportColor::Green));
            lines.extend(next_steps(diagnosis));
        }
        lines.join("\n") + "\n"
    }

    fn cluster(&self, cluster: &ClusterSeen, lines: &mut Vec<String>) {
        let versions = match cluster.versions.as_slice() {
            [] => String::new(),
            [one] => format!("  {one}"),
            [oldest, .., newest] => format!("  {oldest} to {newest}"),
        };
        let unreached = if cluster.meant { "" } else { "  not reached by this emitter" };
        let name =
            self.paint(&format!("{} {}", escape_control(&cluster.adapter), quoted(&cluster.prefix)), ReportColor::Bold);
        lines.push(format!("{name}{}{}", escape_control(&versions), self.paint(unreached, ReportColor::Dim)));
        let shown = cluster.namespaces.iter().take(MAX_NAMESPACES);
        let width = shown.clone().map(|namespace| escape_control(&namespace.name).chars().count()).max().unwrap_or(0);
        lines.extend(shown.map(|namespace| self.namespace(namespace, width)));
        if let Some(more) = cluster.namespaces.len().checked_sub(MAX_NAMESPACES).filter(|more| *more > 0) {
            lines.push(format!("  and {more} more namespaces"));
        }
    }

    fn namespace(&self, namespace: &NamespaceSeen, width: usize) -> String {
        let NamespaceSeen { name, servers, answered, heard, .. } = namespace;
        let servers_there = match servers {
            Some(1) => "1 server".to_owned(),
            Some(count) => format!("{count} servers"),
            None => "? servers".to_owned(),
        };
        let answers = match (answered, servers) {
            (Some(answered), Some(servers)) if answered < servers => {
                self.paint(&format!("  {answered} answered"), ReportColor::Red)
            }
            (Some(answered), _) => format!("  {answered} answered"),
            (None, _) => self.paint("  not pinged", ReportColor::Dim),
        };
        let heard = heard.map(|heard| format!("  {heard} received the event")).unwrap_or_default();
        format!("  {:<width$}  {servers_there:>10}{answers}{heard}", escape_control(name))
    }

    fn finding(&self, finding: &Finding, lines: &mut Vec<String>) {
        let (sign, color) = match finding.severity {
            Severity::Trouble => ("✗", ReportColor::Red),
            _ => ("·", ReportColor::Yellow),
        };
        let mut what = wrap(&format!("{sign} {}", escape_control(&finding.what)), WIDTH, "  ").into_iter();
        lines.extend(what.next().map(|line| self.paint(&line, color)));
        lines.extend(what.map(|line| self.paint(&line, color)));
        for (label, text) in [("why", &finding.why), ("fix", &finding.todo)] {
            if text.is_empty() {
                continue;
            }
            lines.extend(wrap(&format!("  {label:<6}{}", escape_control(text)), WIDTH, "        "));
        }
    }

    fn paint(&self, text: &str, color: ReportColor) -> String {
        match self.colors && !text.is_empty() {
            true => format!("\x1b[{}m{text}\x1b[0m", color as u8),
            false => text.to_owned(),
        }
    }
}

/// Suggestions if no problems were found: rooms and event handlers of clients are not checked by default.
fn next_steps(diagnosis: &Diagnosis) -> Vec<String> {
    let mut steps = Vec::new();
    let reached = diagnosis.clusters.iter().filter(|cluster| cluster.meant);
    let answers = reached.flat_map(|cluster| &cluster.namespaces).any(|namespace| namespace.answered.is_some());
    let checked_room = diagnosis.room.is_some() || diagnosis.findings.iter().any(|found| found.code == "unknown-room");
    if answers && !checked_room {
        steps.push(("sio doctor --to ROOM", "Are there sockets in the room?"));
        steps.push(("sio sockets", "Which sockets are on the namespace?"));
    }
    if diagnosis.clusters.iter().any(|cluster| !cluster.meant) {
        steps.push(("sio doctor --prefix PREFIX", "Did you mean servers with another prefix?"));
    }
    steps.push(("socket.onAny(console.log)", "In a client: which events arrive?"));
    let steps = steps.iter().enumerate();
    let step = |(index, (command, question)): (usize, &(&str, &str))| {
        let label = if index == 0 { "next" } else { "" };
        format!("  {label:<6}{command:<27}{question}")
    };
    steps.map(step).collect()
}

/// One line about Redis: version, mode, role and user.
fn redis_line(diagnosis: &Diagnosis) -> String {
    let redis = &diagnosis.redis;
    let version = redis.version.as_deref().unwrap_or("(unknown version)");
    let role = redis.role.as_deref().map(|role| if role == "master" { "primary" } else { "replica" });
    let user = redis.user.as_deref().filter(|user| *user != "default").map(|user| format!("user {user}"));
    let details = [redis.mode.clone(), role.map(str::to_owned), user];
    let details: Vec<String> = details.into_iter().flatten().collect();
    format!(
        "Redis {}{}",
        escape_control(version),
        details.iter().map(|detail| format!(", {}", escape_control(detail))).collect::<String>()
    )
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape_control(text))
}
