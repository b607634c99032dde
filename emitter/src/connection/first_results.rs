use std::{future::Future, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};

use crate::base::Deadline;

/// How long to wait for more results after the first: the first node to answer may have outdated information.
const MORE_RESULTS_TIMEOUT: Duration = Duration::from_millis(50);

/// The results of the requests that succeed first. Requests to frozen servers are not waited for.
///
/// # Errors
/// If none succeeds, the last error; `None` if none ended before the deadline.
pub(super) async fn first_results<T, E, F>(
    requests: impl IntoIterator<Item = F>,
    deadline: Deadline,
) -> Result<Vec<T>, Option<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut requests: FuturesUnordered<F> = requests.into_iter().collect();
    let (mut results, mut last_error) = (Vec::new(), None);
    let mut limit = deadline;
    while let Ok(Some(result)) = limit.timeout(requests.next()).await {
        match result {
            Ok(result) if results.is_empty() => {
                results.push(result);
                limit = deadline.at_most(MORE_RESULTS_TIMEOUT);
            }
            Ok(result) => results.push(result),
            Err(error) => last_error = Some(error),
        }
    }
    if results.is_empty() { Err(last_error) } else { Ok(results) }
}
