use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// A node that has announced nothing for this time is considered down. Nodes announce every 4 seconds.
const NODE_TIMEOUT: Duration = Duration::from_secs(12);

/// Most nodes, and most participants per node, that are stored.
const MAX_NODES: usize = 64;
const MAX_PARTICIPANTS: usize = 1000;

/// Longest nickname, in characters.
const MAX_NICKNAME: usize = 32;

/// A client in the lobby that has a nickname.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Participant {
    /// The nickname.
    pub(crate) name: String,
    /// The socket id, which distinguishes participants with the same nickname.
    pub(crate) id: String,
    /// The node's name.
    pub(crate) node: String,
}

/// The argument of the server-side event `people`, by which nodes announce their participants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RosterAnnouncement {
    /// All participants of the node.
    pub(crate) people: Vec<Participant>,
    /// True to request an announcement from each other node.
    pub(crate) ask: bool,
}

/// The participants of the other nodes as last announced, by server id.
#[derive(Debug, Default)]
pub(crate) struct RemoteParticipants(BTreeMap<String, (Instant, Vec<Participant>)>);

impl RemoteParticipants {
    /// Replaces the participants of a node.
    pub(crate) fn update(&mut self, node: String, mut people: Vec<Participant>, now: Instant) {
        if people.is_empty() {
            self.0.remove(&node);
            return;
        }
        if self.0.len() >= MAX_NODES && !self.0.contains_key(&node) {
            return;
        }
        people.truncate(MAX_PARTICIPANTS);
        people.retain_mut(|participant| match nickname(&participant.name) {
            Some(name) => {
                participant.name = name;
                true
            }
            None => false,
        });
        self.0.insert(node, (now, people));
    }

    /// Removes nodes that are down.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.0.retain(|_, (announced, _)| now.duration_since(*announced) < NODE_TIMEOUT);
    }

    /// These participants and those of the other nodes, sorted.
    pub(crate) fn merged_with(&self, local: &[Participant]) -> Vec<Participant> {
        let remote = self.0.values().flat_map(|(_, people)| people);
        let mut all: Vec<_> = remote.chain(local).cloned().collect();
        all.sort_unstable();
        all
    }
}

/// The text as a nickname: one line, shortened, without control characters. `None` if no character remains.
pub(crate) fn nickname(text: &str) -> Option<String> {
    let mut name = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    let name: String = name.chars().take(MAX_NICKNAME).collect();
    (!name.is_empty()).then(|| name.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn participant(name: &str, id: &str) -> Participant {
        Participant { name: name.to_owned(), id: id.to_owned(), node: "node-1".to_owned() }
    }

    #[test]
    fn participants_are_listed_until_their_node_removes_them_or_times_out() {
        let mut remote = RemoteParticipants::default();
        let start = Instant::now();
        let (ada, bob) = (participant("Ada", "a"), participant("Bob", "b"));
        remote.update("n2".to_owned(), vec![bob.clone()], start);
        assert_eq!(remote.merged_with(std::slice::from_ref(&ada)), [ada.clone(), bob.clone()]);

        remote.expire(start + NODE_TIMEOUT / 2);
        assert_eq!(remote.merged_with(&[]), std::slice::from_ref(&bob));
        remote.update("n2".to_owned(), vec![bob.clone()], start + NODE_TIMEOUT / 2);
        remote.expire(start + NODE_TIMEOUT);
        assert_eq!(remote.merged_with(&[]), [bob]);
        remote.update("n2".to_owned(), vec![], start + NODE_TIMEOUT);
        assert_eq!(remote.merged_with(&[]), []);

        remote.update("n3".to_owned(), vec![ada], start);
        remote.expire(start + NODE_TIMEOUT);
        assert_eq!(remote.merged_with(&[]), []);
    }

    #[test]
    fn number_of_nodes_and_participants_is_bounded() {
        let mut remote = RemoteParticipants::default();
        for node in 0..2 * MAX_NODES {
            remote.update(node.to_string(), vec![participant("Ada", "a"); 2], Instant::now());
        }
        remote.update("0".to_owned(), vec![participant("Ada", "a"); 2 * MAX_PARTICIPANTS], Instant::now());
        assert_eq!(remote.merged_with(&[]).len(), 2 * (MAX_NODES - 1) + MAX_PARTICIPANTS);
    }

    #[test]
    fn nickname_is_one_line_of_bounded_length() {
        assert_eq!(nickname("  Ada \n\u{0} Lovelace\t").as_deref(), Some("Ada Lovelace"));
        assert_eq!(nickname(" \u{7f}\r\n"), None);
        assert_eq!(nickname(&"é".repeat(100)).unwrap().chars().count(), MAX_NICKNAME);
        assert_eq!(nickname("<script>").as_deref(), Some("<script>"));
    }
}
