use serde::Serialize;

/// How much of the cluster responded to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The adapter that the request was encoded for, such as `classic`.
    pub adapter: &'static str,
    /// The number of servers that were asked, as in [`Receipt`](crate::Receipt); `None` if it could not be counted.
    pub servers: Option<u64>,
    /// The number of servers that responded; `None` if the adapter does not tell.
    pub answered: Option<u64>,
    /// The number of clients that were asked for an acknowledgement, on the servers that responded; `None` if the adapter
    /// does not tell, and for other requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clients: Option<u64>,
    /// The number of responses: acknowledgements, sockets, rooms or servers.
    pub count: u64,
    /// True if there were more responses than the [limit](super::Request::limit).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limited: bool,
    /// The number of rooms that were [left out](super::Request::without_socket_ids); `None` if none were to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<u64>,
    /// True if a server or client that was asked did not respond; `None` if that cannot be known.
    pub partial: Option<bool>,
    /// The number of messages that were dropped because the caller read the responses too slowly. Responses may be among
    /// them.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed: u64,
    /// The ids of the servers that were asked and did not respond, where the adapter shows them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
    /// Why the request ended.
    pub end: RequestEnd,
}

/// Why a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequestEnd {
    /// Every server and client responded.
    Complete,
    /// The [expected](super::Request::expect) number of responses arrived, or more than the
    /// [limit](super::Request::limit).
    Enough,
    /// The timeout passed.
    Timeout,
    /// The connection that receives the responses broke.
    Lost,
}

impl Summary {
    pub(super) fn new(adapter: &'static str, servers: Option<u64>) -> Self {
        Self {
            adapter,
            servers,
            answered: Some(0),
            clients: None,
            count: 0,
            limited: false,
            hidden: None,
            partial: None,
            missed: 0,
            silent: Vec::new(),
            end: RequestEnd::Timeout,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
