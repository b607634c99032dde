use std::{ops::Deref, vec};

use serde::Serialize;

use super::Tally;

/// All answers to a question, and how much of the cluster they are. It is the list of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answers<A> {
    /// Who answered, and who did not.
    #[serde(flatten)]
    pub tally: Tally,
    /// The answers, in the order in which they came.
    pub answers: Vec<A>,
}

impl<A> Deref for Answers<A> {
    type Target = [A];

    fn deref(&self) -> &[A] {
        &self.answers
    }
}

impl<A> IntoIterator for Answers<A> {
    type Item = A;
    type IntoIter = vec::IntoIter<A>;

    fn into_iter(self) -> Self::IntoIter {
        self.answers.into_iter()
    }
}
