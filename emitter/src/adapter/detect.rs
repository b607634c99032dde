//! Which adapter do the servers run? Read-only questions tell.

use super::{Adapter, Classic};
use crate::{
    deadline::Deadline,
    error::Error,
    link::{Link, Query},
    options::Options,
};

/// The adapter with servers on the namespace or, since every server has it, on `/`. Without Redis it is the first of
/// all.
pub(crate) async fn detect(
    link: &Link,
    options: &Options,
    namespace: &str,
    deadline: Deadline,
) -> Result<Adapter, Error> {
    let adapter = options.complete(Adapter::Classic(Classic::default()));
    let census = [namespace, "/"].map(|namespace| adapter.census(namespace));
    let queries: Vec<_> = census.into_iter().flatten().map(Query::Count).collect();
    let Some(answers) = link.ask(&queries, deadline).await? else {
        return Ok(adapter);
    };
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    let answers = answers.map_err(|source| match source.code() {
        Some("NOPERM") => Error::Undetected { what: "adapter", source },
        _ => Error::Refused(source),
    })?;
    if answers.iter().all(|answer| answer.count() == 0) {
        let channel = adapter.census(namespace).map(|census| census.channel().to_owned()).unwrap_or_default();
        return Err(Error::NoServers { channel });
    }
    Ok(adapter)
}
