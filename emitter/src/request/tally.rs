use serde::Serialize;

/// How much of the cluster answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// The adapter that the question was written for, such as `classic`.
    pub adapter: &'static str,
    /// The servers that were asked, as in [`Receipt`](crate::Receipt); `None` if nobody could count them.
    pub servers: Option<u64>,
    /// How many of them answered; `None` if the adapter does not say.
    pub answered: Option<u64>,
    /// The clients that were asked for an acknowledgement, on the servers that answered; `None` if the adapter does not
    /// say, and for other questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clients: Option<u64>,
    /// How many answers there are: acknowledgements, sockets, rooms or servers.
    pub count: u64,
    /// True if there were more answers than the [limit](crate::Asking::limit), and they were let go.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limited: bool,
    /// How many rooms were [left out](crate::Asking::without_socket_ids); `None` if none was to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<u64>,
    /// True if somebody who was asked did not answer; `None` if nobody can know.
    pub partial: Option<bool>,
    /// How many messages were dropped because they were not taken in time, answers among them perhaps: whoever takes
    /// the answers was too slow.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed: u64,
    /// The servers that were asked and did not answer, where the adapter says who they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
    /// Why there are no more answers.
    pub end: End,
}

/// Why a question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum End {
    /// Everybody answered.
    Complete,
    /// As many answers came as were [wanted](crate::Asking::expect), or [more](crate::Asking::limit).
    Enough,
    /// The time was over.
    Timeout,
    /// The connection that answers came on broke.
    Lost,
}

impl Tally {
    pub(super) fn new(adapter: &'static str, servers: Option<u64>) -> Self {
        let (answered, clients, partial) = (Some(0), None, None);
        Self {
            adapter,
            servers,
            answered,
            clients,
            count: 0,
            limited: false,
            hidden: None,
            partial,
            missed: 0,
            silent: Vec::new(),
            end: End::Timeout,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
