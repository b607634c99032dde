use std::{collections::VecDeque, fmt, slice};

use super::{
    Answer, End, Ids, Tally,
    asking::{Question, Wanted},
    known::Known,
    progress::Progress,
};
use crate::{
    adapter::Adapter,
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer as Seen, Listener},
};

/// Answers as they come.
pub struct Answering<A> {
    emitter: Emitter,
    adapter: Adapter,
    namespace: String,
    ids: Ids,
    wanted: Wanted,
    listener: Listener,
    /// Until when answers are waited for, which leaves time to find out who is missing.
    collecting: Deadline,
    deadline: Deadline,
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
        let listener = emitter.link().listen(&inquiry.listen, deadline).await?;
        let census = adapter.census(&namespace);
        let replies = emitter.link().send(slice::from_ref(&inquiry.command), census.as_ref(), deadline).await?;
        replies.taken.into_iter().collect::<Result<Vec<_>, _>>()?;
        emitter.learn(replies.servers);
        let tally = Tally::new(adapter.name(), replies.servers.or(counted));
        let progress = Progress::new(tally, matches!(question, Question::Acks(_)), adapter.every_server_answers());
        Ok(Self {
            emitter: emitter.clone(),
            known: wanted.known(&adapter),
            adapter,
            namespace,
            ids,
            wanted,
            listener,
            collecting: deadline.most(),
            deadline,
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
                    self.finish(End::Enough).await;
                    return None;
                }
                self.progress.tally.count += 1;
                return Some(answer);
            }
            if let Some(end) = self.progress.end(self.wanted.expect) {
                self.finish(end).await;
                return None;
            }
            let Some(caught) = self.listener.next(self.collecting).await else {
                let end = if self.listener.is_lost() { End::Lost } else { End::Timeout };
                self.finish(end).await;
                return None;
            };
            // What cannot be read is no answer to this question; who sent it is missing.
            let Ok(Some(reply)) = self.adapter.reply(&caught.frame(), &self.ids, self.wanted.detail) else { continue };
            if self.progress.add(reply.server.as_deref(), &reply.body) {
                self.ready.extend(A::read(reply.body, reply.server, &mut self.known));
                self.progress.tally.hidden = self.known.hidden();
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

    async fn finish(&mut self, end: End) {
        self.done = true;
        let silent = match end {
            End::Complete | End::Enough => Vec::new(),
            End::Timeout | End::Lost => present(&self.emitter, &self.adapter, &self.namespace, self.deadline).await,
        };
        self.progress.finish(end, silent.into_iter());
    }
}

impl<A> fmt::Debug for Answering<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering").field("tally", &self.progress.tally).finish_non_exhaustive()
    }
}

/// The servers that there are, as far as they can be named.
async fn present(emitter: &Emitter, adapter: &Adapter, namespace: &str, deadline: Deadline) -> Vec<String> {
    let Some(roster) = adapter.roster(namespace) else {
        return Vec::new();
    };
    let Ok(Some(answers)) = emitter.link().ask(&[roster.query()], deadline).await else {
        return Vec::new();
    };
    let channels = answers.into_iter().filter_map(Result::ok).flat_map(Seen::channels);
    channels.filter_map(|channel| roster.server(&channel).map(str::to_owned)).collect()
}
