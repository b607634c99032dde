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
    /// Redis cannot count them: where none is known, it may be that none was quick enough to say that it is there.
    rolled: bool,
    /// Clients that answered.
    acked: u64,
    /// Clients that will not answer.
    given_up: u64,
    heard: HashSet<String>,
    /// The same where answers do not name their server, by what they say.
    marks: HashSet<u64>,
}

impl Progress {
    pub(super) fn new(tally: Tally, acks: bool, counted: bool, rolled: bool) -> Self {
        let servers = tally.servers.filter(|servers| *servers > 0 || !rolled);
        let (answered, clients) = (counted.then_some(0), (acks && counted).then_some(0));
        let tally = Tally { servers, answered, clients, ..tally };
        let (heard, marks) = (HashSet::new(), HashSet::new());
        Self { tally, acks, counted, rolled, acked: 0, given_up: 0, heard, marks }
    }

    /// Takes note of a reply; false if its server had answered before.
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
        if !self.is_news(server, body) {
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
    pub(super) fn finish(&mut self, end: End, mut present: Vec<String>) {
        let (missing, servers) = (self.missing(), self.misses_servers());
        self.tally.end = end;
        self.tally.partial = match end {
            End::Enough => Some(false),
            End::Complete => Some(self.given_up > 0),
            End::Timeout | End::Lost => missing.then_some(true),
        };
        if self.rolled && self.tally.answered == Some(0) {
            self.tally.servers.get_or_insert(0);
        }
        present.retain(|id| servers && !self.heard.contains(id));
        self.tally.silent = present;
    }

    /// True while not all servers have answered.
    pub(super) fn misses_servers(&self) -> bool {
        self.tally.servers.zip(self.tally.answered).is_some_and(|(servers, answered)| answered < servers)
    }

    /// True if this server has not answered before.
    fn is_news(&mut self, server: Option<&str>, body: &Body) -> bool {
        match server {
            Some(server) => self.heard.insert(server.to_owned()),
            // More than there are: one of them repeats itself.
            None if self.counted && self.tally.servers.is_some() && !self.misses_servers() => false,
            None => body.mark().is_none_or(|mark| self.marks.insert(mark)),
        }
    }

    fn is_complete(&self) -> bool {
        self.counted && self.tally.servers.is_some() && !self.missing()
    }

    fn missing(&self) -> bool {
        let clients = self.acks && self.tally.clients.is_some_and(|clients| self.acked + self.given_up < clients);
        self.misses_servers() || clients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Socket;

    fn progress(servers: u64, acks: bool, rolled: bool) -> Progress {
        Progress::new(Tally::new("classic", Some(servers)), acks, true, rolled)
    }

    fn sockets(ids: &[&str]) -> Body {
        Body::Sockets(ids.iter().map(|id| Socket::new((*id).to_owned())).collect())
    }

    #[test]
    fn a_server_that_repeats_itself_is_counted_once() {
        let mut named = progress(2, false, false);
        assert!(named.add(Some("a"), &sockets(&[])) && !named.add(Some("a"), &sockets(&["s"])));
        assert_eq!((named.tally.answered, named.end(None)), (Some(1), None));

        let mut nameless = progress(3, false, false);
        assert!(nameless.add(None, &sockets(&["s", "t"])) && !nameless.add(None, &sockets(&["s", "t"])));
        // Those who have nothing to tell all say the same.
        assert!(nameless.add(None, &sockets(&[])) && nameless.add(None, &sockets(&[])));
        assert_eq!((nameless.tally.answered, nameless.end(None)), (Some(3), Some(End::Complete)));

        let mut rooms = progress(2, false, false);
        let told = |names: &[&str]| Body::Rooms(names.iter().map(|name| (*name).to_owned()).collect());
        assert!(rooms.add(None, &told(&["r", "s"])) && !rooms.add(None, &told(&["r", "s"])));
        assert!(rooms.add(None, &told(&["r", "t"])));
    }

    #[test]
    fn no_more_servers_answer_than_there_are() {
        let mut progress = progress(2, true, false);
        let counts = [5, 5, u64::MAX].map(|clients| progress.add(None, &Body::Clients(clients)));
        assert_eq!(counts, [true, true, false]);
        assert_eq!((progress.tally.answered, progress.tally.clients), (Some(2), Some(10)));
    }

    #[test]
    fn of_servers_that_nobody_can_count_none_is_not_believed() {
        let mut late = progress(0, false, true);
        assert_eq!(late.end(None), None);
        late.add(Some("a"), &Body::Alive);
        late.finish(End::Timeout, Vec::new());
        assert_eq!((late.tally.servers, late.tally.answered, late.tally.partial), (None, Some(1), None));

        let mut nobody = progress(0, false, true);
        nobody.finish(End::Timeout, Vec::new());
        assert_eq!(nobody.tally.servers, Some(0));
        assert_eq!(progress(0, false, false).end(None), Some(End::Complete));
    }

    #[test]
    fn only_those_who_were_missed_are_named() {
        let mut progress = progress(2, false, false);
        progress.add(Some("a"), &Body::Alive);
        progress.finish(End::Timeout, vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!((progress.tally.silent.as_slice(), progress.tally.partial), (&["b".to_owned()][..], Some(true)));
    }
}
