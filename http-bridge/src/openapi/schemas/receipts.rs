use utoipa::ToSchema;

use super::values::JsonSchema;

/// Redis took the message.
#[derive(ToSchema)]
#[schema(as = Receipt)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptSchema {
    /// The adapter that the message was encoded for, such as `classic`.
    adapter: String,
    /// The number of servers on the namespace; null if Redis did not report it.
    #[schema(required)]
    servers: Option<u64>,
    /// The id of the stream entry. Only for adapters that use streams.
    #[schema(value_type = String, required = false)]
    entry: Option<String>,
}

/// Redis took all messages of the batch.
#[derive(ToSchema)]
#[schema(as = BatchReceipt)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchReceiptSchema {
    /// The adapter that the messages were encoded for.
    adapter: String,
    /// The number of messages.
    messages: u64,
    /// The lowest number of servers for any of the messages; null if Redis did not report it, or the batch is empty.
    #[schema(required)]
    servers: Option<u64>,
}

/// The Redis command of a dry run, as a list of words.
#[derive(ToSchema)]
#[schema(as = Rehearsal)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandSchema {
    /// A word that is not text is `{"$binary": "<base64>"}`.
    command: Vec<JsonSchema>,
}
