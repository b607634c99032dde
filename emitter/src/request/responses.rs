use std::{ops::Deref, slice, vec};

use serde::Serialize;

use super::Summary;

/// All responses to a request, and how much of the cluster responded. It dereferences to the list of responses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Responses<R> {
    /// Which servers and clients responded, and which did not.
    #[serde(flatten)]
    pub summary: Summary,
    /// The responses, in the order in which they arrived.
    #[serde(rename = "answers")]
    pub responses: Vec<R>,
}

impl<R> Deref for Responses<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.responses
    }
}

impl<R> IntoIterator for Responses<R> {
    type Item = R;
    type IntoIter = vec::IntoIter<R>;

    fn into_iter(self) -> Self::IntoIter {
        self.responses.into_iter()
    }
}

impl<'a, R> IntoIterator for &'a Responses<R> {
    type Item = &'a R;
    type IntoIter = slice::Iter<'a, R>;

    fn into_iter(self) -> Self::IntoIter {
        self.responses.iter()
    }
}
