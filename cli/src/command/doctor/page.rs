//! A diagnosis for people.

use std::{
    env,
    io::{IsTerminal, stdout},
};

use socketio_emitter::{ClusterSeen, Diagnosis, Finding, NamespaceSeen, Severity};

use crate::output::safe;

/// Longer lines are broken.
const WIDTH: usize = 96;

/// Where namespaces beyond this many are only counted.
const NAMESPACES: usize = 20;

/// How a diagnosis is written.
pub(super) struct Page {
    colours: bool,
}

#[derive(Clone, Copy)]
enum Colour {
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

impl Page {
    /// With colours, if a person looks at it and did not say otherwise.
    pub(super) fn new() -> Self {
        let wanted = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours: wanted && stdout().is_terminal() }
    }

    /// What is there, then what is wrong, then what to do.
    pub(super) fn of(&self, diagnosis: &Diagnosis) -> String {
        let mut lines = vec![redis(diagnosis)];
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
            lines.push(self.paint("✓ nothing wrong was found between here and the servers", Colour::Green));
            lines.extend(further(diagnosis));
        }
        lines.join("\n") + "\n"
    }

    fn cluster(&self, cluster: &ClusterSeen, lines: &mut Vec<String>) {
        let versions = match cluster.versions.as_slice() {
            [] => String::new(),
            [one] => format!("  {one}"),
            [oldest, .., newest] => format!("  {oldest} to {newest}"),
        };
        let meant = if cluster.meant { "" } else { "  not reached by this emitter" };
        let name = self.paint(&format!("{} {}", safe(&cluster.adapter), quoted(&cluster.prefix)), Colour::Bold);
        lines.push(format!("{name}{}{}", safe(&versions), self.paint(meant, Colour::Dim)));
        let shown = cluster.namespaces.iter().take(NAMESPACES);
        let width = shown.clone().map(|namespace| safe(&namespace.name).chars().count()).max().unwrap_or(0);
        lines.extend(shown.map(|namespace| self.namespace(namespace, width)));
        if let Some(more) = cluster.namespaces.len().checked_sub(NAMESPACES).filter(|more| *more > 0) {
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
                self.paint(&format!("  {answered} answered"), Colour::Red)
            }
            (Some(answered), _) => format!("  {answered} answered"),
            (None, _) => self.paint("  not asked", Colour::Dim),
        };
        let heard = heard.map(|heard| format!("  {heard} heard the event")).unwrap_or_default();
        format!("  {:<width$}  {servers_there:>10}{answers}{heard}", safe(name))
    }

    fn finding(&self, finding: &Finding, lines: &mut Vec<String>) {
        let (sign, colour) = match finding.severity {
            Severity::Trouble => ("✗", Colour::Red),
            _ => ("·", Colour::Yellow),
        };
        let mut what = broken(&format!("{sign} {}", safe(&finding.what)), "  ").into_iter();
        lines.extend(what.next().map(|line| self.paint(&line, colour)));
        lines.extend(what.map(|line| self.paint(&line, colour)));
        for (label, text) in [("seen", &finding.why), ("do", &finding.todo)] {
            if text.is_empty() {
                continue;
            }
            let text = broken(&format!("  {label:<6}{}", safe(text)), "        ");
            lines.extend(text);
        }
    }

    fn paint(&self, text: &str, colour: Colour) -> String {
        match self.colours && !text.is_empty() {
            true => format!("\x1b[{}m{text}\x1b[0m", colour as u8),
            false => text.to_owned(),
        }
    }
}

/// Where to look on: clients, their rooms and their handlers are beyond what servers tell unasked.
fn further(diagnosis: &Diagnosis) -> Vec<String> {
    let mut steps = Vec::new();
    let ours = diagnosis.clusters.iter().filter(|cluster| cluster.meant);
    let answers = ours.flat_map(|cluster| &cluster.namespaces).any(|namespace| namespace.answered.is_some());
    let looked_for_room =
        diagnosis.room.is_some() || diagnosis.findings.iter().any(|found| found.code == "unknown-room");
    if answers && !looked_for_room {
        steps.push(("sio doctor --to ROOM", "is anybody in the room?"));
        steps.push(("sio sockets", "who is connected to the namespace?"));
    }
    if diagnosis.clusters.iter().any(|cluster| !cluster.meant) {
        steps.push(("sio doctor --prefix PREFIX", "or are the servers of another prefix meant?"));
    }
    steps.push(("socket.onAny(console.log)", "in a client: by what names do events reach it?"));
    let steps = steps.iter().enumerate();
    let step = |(index, (what, answers)): (usize, &(&str, &str))| {
        let label = if index == 0 { "next" } else { "" };
        format!("  {label:<6}{what:<27}{answers}")
    };
    steps.map(step).collect()
}

/// One line about Redis itself.
fn redis(diagnosis: &Diagnosis) -> String {
    let redis = &diagnosis.redis;
    let version = redis.version.as_deref().unwrap_or("of unknown version");
    let role = redis.role.as_deref().map(|role| if role == "master" { "primary" } else { "replica" });
    let user = redis.user.as_deref().filter(|user| *user != "default").map(|user| format!("user {user}"));
    let more = [redis.mode.clone(), role.map(str::to_owned), user];
    let more: Vec<String> = more.into_iter().flatten().collect();
    format!("Redis {}{}", safe(version), more.iter().map(|word| format!(", {}", safe(word))).collect::<String>())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", safe(text))
}

/// Breaks a line between words; the lines after the first begin with this indent.
fn broken(text: &str, indent: &str) -> Vec<String> {
    let start = text.len() - text.trim_start().len();
    let (mut lines, mut line) = (Vec::new(), text[..start].to_owned());
    let mut is_empty = true;
    for word in text[start..].split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words() {
        let text = format!("  do    {}", "word ".repeat(30).trim_end());
        let lines = broken(&text, "        ");
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(lines[1].starts_with("        word"));
        assert_eq!(broken("short", "  "), ["short"]);
    }
}
