use std::collections::HashSet;

use super::{Body, End, Tally};

/// Who answered so far, and whether anybody is missing.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) tally: Tally,
    /// Clients answer, and their servers say how many there are.
    acks: bool,
    /// Servers can be waited for: each of them answers.
    counted: bool,
    /// Clients that answered.
    acked: u64,
    /// Clients that will not answer.
    given_up: u64,
    heard: HashSet<String>,
}

impl Progress {
    pub(super) fn new(tally: Tally, acks: bool, counted: bool) -> Self {
        let tally = Tally { answered: counted.then_some(0), clients: (acks && counted).then_some(0), ..tally };
        Self { tally, acks, counted, acked: 0, given_up: 0, heard: HashSet::new() }
    }

    /// Takes note of a reply; false if this server had answered before.
    pub(super) fn add(&mut self, server: Option<&str>, body: &Body) -> bool {
        match body {
            Body::Ack(_) => {
                self.acked += 1;
                return true;
            }
            Body::NoAck => {
                self.given_up += 1;
                return true;
            }
            Body::Clients(_) | Body::Sockets(_) | Body::Rooms(_) | Body::ServerAck(_) | Body::Alive => {}
        }
        if server.is_some_and(|server| !self.heard.insert(server.to_owned())) {
            return false;
        }
        if let Some(answered) = &mut self.tally.answered {
            *answered += 1;
        }
        if let (Body::Clients(count), Some(clients)) = (body, &mut self.tally.clients) {
            *clients = clients.saturating_add(*count);
        }
        true
    }

    /// Why there is nothing more to wait for.
    pub(super) fn end(&self, expect: Option<u64>) -> Option<End> {
        if expect.is_some_and(|expect| self.tally.count >= expect) {
            return Some(End::Enough);
        }
        self.is_complete().then_some(End::Complete)
    }

    /// Writes down how it ended, and who did not answer.
    pub(super) fn finish(&mut self, end: End, silent: impl Iterator<Item = String>) {
        let missing = self.missing();
        self.tally.end = end;
        self.tally.partial = match end {
            End::Enough => Some(false),
            End::Complete => Some(self.given_up > 0),
            End::Timeout | End::Lost => missing.then_some(true),
        };
        self.tally.silent = silent.filter(|id| !self.heard.contains(id)).collect();
    }

    fn is_complete(&self) -> bool {
        self.counted && self.tally.servers.is_some() && !self.missing()
    }

    fn missing(&self) -> bool {
        let servers = self.tally.servers.zip(self.tally.answered).is_some_and(|(servers, answered)| answered < servers);
        let clients = self.acks && self.tally.clients.is_some_and(|clients| self.acked + self.given_up < clients);
        servers || clients
    }
}
