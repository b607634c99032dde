use std::collections::HashSet;

use super::{RequestEnd, Summary};
use crate::adapter::ReplyBody;

/// Which servers and clients have responded, and whether any are missing.
#[derive(Debug)]
pub(super) struct RequestProgress {
    pub(super) summary: Summary,
    /// The request is for clients' acknowledgements: servers say how many clients they asked.
    acks: bool,
    /// Every server answers, so the request can wait for all of them.
    every_server_answers: bool,
    /// The servers were counted by their answers to a ping, since Redis cannot count them. Zero may then mean that none
    /// answered in time.
    counted_by_ping: bool,
    /// Clients that acknowledged.
    acked: u64,
    /// Clients that did not acknowledge within the server's own timeout.
    given_up: u64,
    /// Ids of the servers that have answered.
    answered: HashSet<String>,
    /// Fingerprints of the answers that do not name their server.
    fingerprints: HashSet<u64>,
}

impl RequestProgress {
    pub(super) fn new(summary: Summary, acks: bool, every_server_answers: bool, counted_by_ping: bool) -> Self {
        let servers = summary.servers.filter(|servers| *servers > 0 || !counted_by_ping);
        let answered = every_server_answers.then_some(0);
        let clients = (acks && every_server_answers).then_some(0);
        Self {
            summary: Summary { servers, answered, clients, ..summary },
            acks,
            every_server_answers,
            counted_by_ping,
            acked: 0,
            given_up: 0,
            answered: HashSet::new(),
            fingerprints: HashSet::new(),
        }
    }

    /// Counts a reply. Returns false if its server had answered before.
    pub(super) fn add(&mut self, server: Option<&str>, body: &ReplyBody) -> bool {
        match body {
            ReplyBody::Ack(_) => {
                self.acked += 1;
                return true;
            }
            ReplyBody::NoAck => {
                self.given_up += 1;
                return true;
            }
            ReplyBody::Clients(_)
            | ReplyBody::Sockets(_)
            | ReplyBody::Rooms(_)
            | ReplyBody::ServerAck(_)
            | ReplyBody::Alive => {}
        }
        if !self.is_first_answer(server, body) {
            return false;
        }
        if let Some(answered) = &mut self.summary.answered {
            *answered += 1;
        }
        if let (ReplyBody::Clients(count), Some(clients)) = (body, &mut self.summary.clients) {
            *clients = clients.saturating_add(*count);
        }
        true
    }

    /// Why there is nothing more to wait for; `None` while there is.
    pub(super) fn end(&self, expect: Option<u64>) -> Option<RequestEnd> {
        if expect.is_some_and(|expect| self.summary.count >= expect) {
            return Some(RequestEnd::Enough);
        }
        self.is_complete().then_some(RequestEnd::Complete)
    }

    /// Completes the summary. `connected` are the ids of the servers that were connected shortly after the request.
    pub(super) fn finish(&mut self, end: RequestEnd, mut connected: Vec<String>) {
        let (lacks_responses, lacks_servers) = (self.lacks_responses(), self.lacks_servers());
        self.summary.end = end;
        self.summary.partial = match end {
            RequestEnd::Enough => Some(false),
            RequestEnd::Complete => Some(self.given_up > 0),
            RequestEnd::Timeout | RequestEnd::Lost => lacks_responses.then_some(true),
        };
        if self.counted_by_ping && self.summary.answered == Some(0) {
            self.summary.servers.get_or_insert(0);
        }
        connected.retain(|id| lacks_servers && !self.answered.contains(id));
        self.summary.silent = connected;
    }

    /// Whether a counted server has not answered yet.
    pub(super) fn lacks_servers(&self) -> bool {
        self.summary.servers.zip(self.summary.answered).is_some_and(|(servers, answered)| answered < servers)
    }

    fn is_first_answer(&mut self, server: Option<&str>, body: &ReplyBody) -> bool {
        match server {
            Some(server) => self.answered.insert(server.to_owned()),
            // All counted servers have answered, so one of them answers again.
            None if self.every_server_answers && self.summary.servers.is_some() && !self.lacks_servers() => false,
            None => body.fingerprint().is_none_or(|fingerprint| self.fingerprints.insert(fingerprint)),
        }
    }

    fn is_complete(&self) -> bool {
        self.every_server_answers && self.summary.servers.is_some() && !self.lacks_responses()
    }

    fn lacks_responses(&self) -> bool {
        let lacks_clients =
            self.acks && self.summary.clients.is_some_and(|clients| self.acked + self.given_up < clients);
        self.lacks_servers() || lacks_clients
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::RemoteSocket;

    fn progress(servers: u64, acks: bool, rolled: bool) -> RequestProgress {
        RequestProgress::new(Summary::new("classic", Some(servers)), acks, true, rolled)
    }

    fn sockets(ids: &[&str]) -> ReplyBody {
        ReplyBody::Sockets(ids.iter().map(|id| RemoteSocket::new((*id).to_owned())).collect())
    }

    #[test]
    fn repeated_answer_of_a_server_counts_once() {
        let mut named = progress(2, false, false);
        assert!(named.add(Some("a"), &sockets(&[])) && !named.add(Some("a"), &sockets(&["s"])));
        assert_eq!((named.summary.answered, named.end(None)), (Some(1), None));

        let mut nameless = progress(3, false, false);
        assert!(nameless.add(None, &sockets(&["s", "t"])) && !nameless.add(None, &sockets(&["s", "t"])));
        // Empty answers are all alike.
        assert!(nameless.add(None, &sockets(&[])) && nameless.add(None, &sockets(&[])));
        assert_eq!((nameless.summary.answered, nameless.end(None)), (Some(3), Some(RequestEnd::Complete)));

        let mut rooms = progress(2, false, false);
        let told = |names: &[&str]| ReplyBody::Rooms(names.iter().map(|name| (*name).to_owned()).collect());
        assert!(rooms.add(None, &told(&["r", "s"])) && !rooms.add(None, &told(&["r", "s"])));
        assert!(rooms.add(None, &told(&["r", "t"])));
    }

    #[test]
    fn answers_beyond_the_counted_servers_are_ignored() {
        let mut progress = progress(2, true, false);
        let counts = [5, 5, u64::MAX].map(|clients| progress.add(None, &ReplyBody::Clients(clients)));
        assert_eq!(counts, [true, true, false]);
        assert_eq!((progress.summary.answered, progress.summary.clients), (Some(2), Some(10)));
    }

    #[test]
    fn zero_servers_counted_by_ping_is_unknown_until_the_end() {
        let mut late = progress(0, false, true);
        assert_eq!(late.end(None), None);
        late.add(Some("a"), &ReplyBody::Alive);
        late.finish(RequestEnd::Timeout, Vec::new());
        assert_eq!((late.summary.servers, late.summary.answered, late.summary.partial), (None, Some(1), None));

        let mut unanswered = progress(0, false, true);
        unanswered.finish(RequestEnd::Timeout, Vec::new());
        assert_eq!(unanswered.summary.servers, Some(0));
        assert_eq!(progress(0, false, false).end(None), Some(RequestEnd::Complete));
    }

    #[test]
    fn silent_names_only_the_servers_that_did_not_answer() {
        let mut progress = progress(2, false, false);
        progress.add(Some("a"), &ReplyBody::Alive);
        progress.finish(RequestEnd::Timeout, vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!((progress.summary.silent.as_slice(), progress.summary.partial), (&["b".to_owned()][..], Some(true)));
    }
}
