use std::{future::Future, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};

use crate::base::Deadline;

/// How long the others have after the first that answered: one alone may be behind the times.
const GRACE: Duration = Duration::from_millis(50);

/// What those say who answer first, or why none of them did. Who is frozen is not waited for.
pub(super) async fn gather<T, E, F>(asked: impl IntoIterator<Item = F>, deadline: Deadline) -> Result<Vec<T>, Option<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut asked: FuturesUnordered<F> = asked.into_iter().collect();
    let (mut answers, mut failed) = (Vec::new(), None);
    let mut limit = deadline;
    while let Ok(Some(answer)) = limit.timeout(asked.next()).await {
        match answer {
            Ok(answer) if answers.is_empty() => {
                answers.push(answer);
                limit = deadline.at_most(GRACE);
            }
            Ok(answer) => answers.push(answer),
            Err(error) => failed = Some(error),
        }
    }
    if answers.is_empty() { Err(failed) } else { Ok(answers) }
}
