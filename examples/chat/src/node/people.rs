use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// A node that was silent for so long is gone, and its people with it. It speaks every few seconds.
const SILENCE: Duration = Duration::from_secs(12);

/// More nodes, or people on one, than any room holds are not believed.
const MAX_NODES: usize = 64;
const MAX_PEOPLE: usize = 1000;

/// The longest nickname, in characters.
const MAX_NAME: usize = 32;

/// Someone who is here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// The id of the socket, which tells people of the same name apart.
    pub(crate) id: String,
    /// The name of the node.
    pub(crate) node: String,
}

/// What a node tells the others, as the arguments of the server-side event `people`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announcement {
    /// Everyone on it.
    pub(crate) people: Vec<Person>,
    /// Whether it wants to know who is on the others.
    pub(crate) ask: bool,
}

/// The people of the other nodes, by the nodes' ids, as they said last.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere(BTreeMap<String, (Instant, Vec<Person>)>);

impl Elsewhere {
    /// Takes down what a node says.
    pub(crate) fn hear(&mut self, node: String, mut people: Vec<Person>, now: Instant) {
        if people.is_empty() {
            self.0.remove(&node);
            return;
        }
        if self.0.len() >= MAX_NODES && !self.0.contains_key(&node) {
            return;
        }
        people.truncate(MAX_PEOPLE);
        people.retain_mut(|person| match nickname(&person.name) {
            Some(name) => {
                person.name = name;
                true
            }
            None => false,
        });
        self.0.insert(node, (now, people));
    }

    /// Forgets nodes that are silent.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.0.retain(|_, (heard, _)| now.duration_since(*heard) < SILENCE);
    }

    /// Everyone, with those who are here.
    pub(crate) fn with(&self, here: &[Person]) -> Vec<Person> {
        let elsewhere = self.0.values().flat_map(|(_, people)| people);
        let mut everyone: Vec<_> = elsewhere.chain(here).cloned().collect();
        everyone.sort_unstable();
        everyone
    }
}

/// A nickname as it may be shown: one line, not too long. `None` if nothing is left of it.
pub(crate) fn nickname(text: &str) -> Option<String> {
    let mut name = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    let name: String = name.chars().take(MAX_NAME).collect();
    (!name.is_empty()).then(|| name.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, id: &str) -> Person {
        Person { name: name.to_owned(), id: id.to_owned(), node: "node-1".to_owned() }
    }

    #[test]
    fn everyone_is_listed_until_their_node_says_otherwise_or_nothing() {
        let mut elsewhere = Elsewhere::default();
        let start = Instant::now();
        let (ada, bob) = (person("Ada", "a"), person("Bob", "b"));
        elsewhere.hear("n2".to_owned(), vec![bob.clone()], start);
        assert_eq!(elsewhere.with(std::slice::from_ref(&ada)), [ada.clone(), bob.clone()]);

        elsewhere.expire(start + SILENCE / 2);
        assert_eq!(elsewhere.with(&[]), std::slice::from_ref(&bob));
        elsewhere.hear("n2".to_owned(), vec![bob.clone()], start + SILENCE / 2);
        elsewhere.expire(start + SILENCE);
        assert_eq!(elsewhere.with(&[]), [bob]);
        elsewhere.hear("n2".to_owned(), vec![], start + SILENCE);
        assert_eq!(elsewhere.with(&[]), []);

        elsewhere.hear("n3".to_owned(), vec![ada], start);
        elsewhere.expire(start + SILENCE);
        assert_eq!(elsewhere.with(&[]), []);
    }

    #[test]
    fn what_others_say_is_bounded() {
        let mut elsewhere = Elsewhere::default();
        for node in 0..2 * MAX_NODES {
            elsewhere.hear(node.to_string(), vec![person("Ada", "a"); 2], Instant::now());
        }
        elsewhere.hear("0".to_owned(), vec![person("Ada", "a"); 2 * MAX_PEOPLE], Instant::now());
        assert_eq!(elsewhere.with(&[]).len(), 2 * (MAX_NODES - 1) + MAX_PEOPLE);
    }

    #[test]
    fn a_nickname_is_one_line_and_not_too_long() {
        assert_eq!(nickname("  Ada \n\u{0} Lovelace\t").as_deref(), Some("Ada Lovelace"));
        assert_eq!(nickname(" \u{7f}\r\n"), None);
        assert_eq!(nickname(&"é".repeat(100)).unwrap().chars().count(), MAX_NAME);
        assert_eq!(nickname("<script>").as_deref(), Some("<script>"));
    }
}
