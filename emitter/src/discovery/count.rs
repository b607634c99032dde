use super::count_by_ping::count_by_ping;
use crate::{
    adapter::Adapter,
    base::{Deadline, Error},
    connection::{Connection, RedisQuery},
};

/// The number of servers on a namespace; `None` without Redis.
///
/// Redis counts their subscriptions. Servers of an adapter without such a channel are pinged and counted by their answers.
pub(crate) async fn count_servers(
    connection: &Connection,
    adapter: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> Result<Option<u64>, Error> {
    let Some(count) = adapter.subscriber_count(namespace) else {
        return count_by_ping(connection, adapter, namespace, deadline).await.map(Some);
    };
    let results = connection.query(&[RedisQuery::Count(count)], deadline).await?;
    let result = results.and_then(|results| results.into_iter().next()).transpose().map_err(Error::Refused)?;
    Ok(result.map(|result| result.count()))
}
