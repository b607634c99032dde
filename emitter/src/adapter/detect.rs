//! Which adapter do the servers run? Read-only questions tell.

use super::{Adapter, Classic};
use crate::{deadline::Deadline, error::Error, link::Link};

/// The adapters to look for, the likeliest first.
pub(crate) fn candidates() -> impl Iterator<Item = Adapter> {
    [Adapter::Classic(Classic::default())].into_iter()
}

/// The first candidate with servers on the namespace or, since every server has it, on `/`. Without Redis it is the
/// first of all.
pub(crate) async fn detect(
    link: &Link,
    candidates: impl Iterator<Item = Adapter>,
    namespace: &str,
    deadline: Deadline,
) -> Result<Adapter, Error> {
    let candidates: Vec<_> = candidates.collect();
    let channels: Vec<_> = candidates
        .iter()
        .flat_map(|adapter| [adapter.server_channel(namespace), adapter.server_channel("/")])
        .collect();
    let names: Vec<_> = channels.iter().map(String::as_str).collect();
    let nobody = || Error::NoServers { channel: channels.first().cloned().unwrap_or_default() };
    let counts = match link.subscribers(&names, deadline).await {
        Ok(counts) => counts,
        Err(Error::Refused(source)) if source.code() == Some("NOPERM") => {
            return Err(Error::Undetected { what: "adapter", source });
        }
        Err(error) => return Err(error),
    };
    let servers = |counts: &Vec<u64>, at: usize| counts.iter().skip(2 * at).take(2).sum::<u64>();
    let mut found = candidates.into_iter().enumerate();
    match counts {
        None => found.next(),
        Some(counts) => found.find(|(at, _)| servers(&counts, *at) > 0),
    }
    .map(|(_, adapter)| adapter)
    .ok_or_else(nobody)
}
