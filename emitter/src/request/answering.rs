use std::{collections::VecDeque, fmt, slice, time::Duration};

use super::{
    Answer, End, Ids, Tally,
    asking::{Question, Wanted},
    known::Known,
    progress::Progress,
    turns::Turn,
};
use crate::{
    adapter::Adapter,
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer as Seen, Listener},
};

/// Servers answer at once. Who has not after so long may be missing, and is looked up while those who were asked are
/// still the ones that are there.
const SOON: Duration = Duration::from_millis(200);

/// Answers as they come.
pub struct Answering<A> {
    emitter: Emitter,
    adapter: Adapter,
    namespace: String,
    ids: Ids,
    wanted: Wanted,
    listener: Listener,
    /// Until the servers have answered, or time enough to do so.
    turn: Option<Turn>,
    /// Until when answers are waited for, which leaves time to find out who is missing.
    collecting: Deadline,
    deadline: Deadline,
    /// When it is looked who is there, until that is done.
    look: Option<Deadline>,
    /// Who was there then.
    present: Vec<String>,
    progress: Progress,
    ready: VecDeque<A>,
    known: Known,
    done: bool,
}

impl<A: Answer> Answering<A> {
    pub(super) async fn open(
        emitter: &Emitter,
        question: &Question,
        deadline: Deadline,
        required: u64,
        wanted: Wanted,
    ) -> Result<Self, Error> {
        let ids = Ids::random();
        let (adapter, inquiry) = question.inquiry(emitter, &ids, deadline).await?;
        let namespace = question.namespace().to_owned();
        let counted = match adapter.census(&namespace) {
            Some(_) if required == 0 => None,
            _ => emitter.count(&adapter, &namespace, deadline).await?,
        };
        if let Some(found) = counted.filter(|found| *found < required) {
            return Err(Error::TooFewServers { required, found, namespace });
        }
        let turn = emitter.turns().take(&adapter, question.asked(), deadline).await;
        let listener = emitter.link().listen(&inquiry.listen, deadline).await?;
        let census = adapter.census(&namespace);
        let replies = emitter.link().send(slice::from_ref(&inquiry.command), census.as_ref(), deadline).await?;
        replies.taken.into_iter().collect::<Result<Vec<_>, _>>()?;
        emitter.learn(replies.servers);
        let tally = Tally::new(adapter.name(), replies.servers.or(counted));
        let acks = matches!(question, Question::Acks(_));
        let progress = Progress::new(tally, acks, adapter.every_server_answers(), census.is_none());
        Ok(Self {
            emitter: emitter.clone(),
            known: wanted.known(&adapter),
            adapter,
            namespace,
            ids,
            wanted,
            listener,
            turn,
            collecting: deadline.most(),
            deadline,
            look: Some(deadline.most().at_most(SOON)),
            present: Vec::new(),
            progress,
            ready: VecDeque::new(),
            done: false,
        })
    }

    /// The next answer; `None` if there are no more, for whatever reason.
    pub async fn next(&mut self) -> Option<A> {
        loop {
            if self.done {
                return None;
            }
            if let Some(answer) = self.ready.pop_front() {
                if self.wanted.limit.is_some_and(|limit| self.progress.tally.count >= limit) {
                    self.progress.tally.limited = true;
                    self.finish(End::Enough);
                    return None;
                }
                self.progress.tally.count += 1;
                return Some(answer);
            }
            if let Some(end) = self.progress.end(self.wanted.expect) {
                self.finish(end);
                return None;
            }
            let look = self.look.filter(|_| self.progress.misses_servers());
            let Some(caught) = self.listener.next(look.unwrap_or(self.collecting)).await else {
                if look.is_some() {
                    // More may have come in time since then.
                    self.look().await;
                    continue;
                }
                self.finish(if self.listener.is_lost() { End::Lost } else { End::Timeout });
                return None;
            };
            // What cannot be read is no answer to this question; who sent it is missing.
            let Ok(Some(reply)) = self.adapter.reply(&caught.frame(), &self.ids, self.wanted.detail) else { continue };
            if A::is_told_by(&reply.body) && self.progress.add(reply.server.as_deref(), &reply.body) {
                self.ready.extend(A::read(reply.body, reply.server, &mut self.known));
                self.progress.tally.hidden = self.known.hidden();
            }
            if !self.progress.misses_servers() {
                self.turn = None;
            }
        }
    }

    /// Who answered so far, and who did not.
    pub fn tally(&self) -> &Tally {
        &self.progress.tally
    }

    pub(super) fn into_tally(self) -> Tally {
        self.progress.tally
    }

    fn finish(&mut self, end: End) {
        (self.done, self.turn) = (true, None);
        self.progress.tally.missed = self.listener.missed();
        self.progress.finish(end, std::mem::take(&mut self.present));
    }

    /// Looks who is there, as far as servers can be named.
    async fn look(&mut self) {
        (self.look, self.turn) = (None, None);
        let Some(roster) = self.adapter.roster(&self.namespace) else { return };
        let Ok(Some(answers)) = self.emitter.link().ask(&[roster.query()], self.deadline).await else { return };
        let channels = answers.into_iter().filter_map(Result::ok).flat_map(Seen::channels);
        self.present = channels.filter_map(|channel| roster.server(&channel).map(str::to_owned)).collect();
    }
}

impl<A> fmt::Debug for Answering<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").field("tally", &self.progress.tally).finish_non_exhaustive()
    }
}
