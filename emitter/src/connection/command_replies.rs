use redis::Value;

use super::CommandError;
use crate::base::Error;

/// The reply to a command, or why there is none.
pub(super) type CommandResult = Result<Value, CommandError>;

/// The replies of Redis to a batch of commands.
#[derive(Debug)]
pub(crate) struct CommandReplies {
    /// The reply to each command or its error, in the order of the commands.
    pub(crate) results: Vec<Result<Value, Error>>,
    /// The number of servers; `None` if they cannot be counted, Redis does not permit it, or a node did not answer.
    pub(crate) servers: Option<u64>,
}

impl CommandReplies {
    /// # Errors
    /// The first error, if Redis replied to none of the commands.
    pub(super) fn new(results: Vec<CommandResult>, servers: Option<u64>) -> Result<Self, Error> {
        let replied = results.iter().any(|result| result.as_ref().map_or_else(CommandError::is_refused, |_| true));
        match results.iter().find_map(|result| result.as_ref().err()) {
            Some(error) if !replied => Err(error.clone().into()),
            _ => Ok(Self { results: results.into_iter().map(|result| result.map_err(Error::from)).collect(), servers }),
        }
    }
}
