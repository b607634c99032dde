use std::{collections::VecDeque, fmt, slice};

use super::{Answer, Detail, End, Ids, Tally, answer::Known, asking::Question, progress::Progress};
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
    detail: Detail,
    listener: Listener,
    /// Until when answers are waited for, which leaves time to find out who is missing.
    collecting: Deadline,
    deadline: Deadline,
    progress: Progress,
    expect: Option<u64>,
    ready: VecDeque<A>,
    known: Known,
    done: bool,
}

impl<A: Answer> Answering<A> {
    pub(super) async fn open(
        emitter: &Emitter,
        question: &Question,
        deadline: Deadline,
        detail: Detail,
    ) -> Result<Self, Error> {
        let ids = Ids::random();
        let asked = question.asked(deadline.total);
        let namespace = asked.target().namespace.clone();
        let adapter = emitter.adapter(&namespace, deadline).await?;
        // What is refused whatever the version is costs no question.
        adapter.ask(asked, &ids)?;
        let adapter = emitter.recognise(&adapter, &namespace, deadline).await?;
        let inquiry = adapter.ask(asked, &ids)?;
        let counted = match adapter.census(&namespace) {
            Some(_) => None,
            None => emitter.count(&adapter, &namespace, deadline).await?,
        };
        let listener = emitter.link().listen(&inquiry.listen, deadline).await?;
        let census = adapter.census(&namespace);
        let replies = emitter.link().send(slice::from_ref(&inquiry.command), census.as_ref(), deadline).await?;
        replies.taken.into_iter().collect::<Result<Vec<_>, _>>()?;
        emitter.learn(replies.servers);
        let tally = Tally::new(adapter.name(), replies.servers.or(counted));
        let progress = Progress::new(tally, matches!(question, Question::Acks(_)), adapter.every_server_answers());
        Ok(Self {
            emitter: emitter.clone(),
            adapter,
            namespace,
            ids,
            detail,
            listener,
            collecting: deadline.most(),
            deadline,
            progress,
            expect: None,
            ready: VecDeque::new(),
            known: Known::default(),
            done: false,
        })
    }

    pub(super) fn expect(mut self, answers: Option<u64>) -> Self {
        self.expect = answers;
        self
    }

    /// The next answer; `None` if there are no more, for whatever reason.
    pub async fn next(&mut self) -> Option<A> {
        loop {
            if self.done {
                return None;
            }
            if let Some(answer) = self.ready.pop_front() {
                self.progress.tally.count += 1;
                return Some(answer);
            }
            if let Some(end) = self.progress.end(self.expect) {
                self.finish(end).await;
                return None;
            }
            let Some(caught) = self.listener.next(self.collecting).await else {
                let end = if self.listener.is_lost() { End::Lost } else { End::Timeout };
                self.finish(end).await;
                return None;
            };
            // What cannot be read is no answer to this question; who sent it is missing.
            let Ok(Some(reply)) = self.adapter.reply(&caught.frame(), &self.ids, self.detail) else { continue };
            if self.progress.add(reply.server.as_deref(), &reply.body) {
                self.ready.extend(A::read(reply.body, reply.server, &mut self.known));
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
