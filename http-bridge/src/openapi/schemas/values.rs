use serde_json::Value;
use utoipa::ToSchema;

/// A duration with a unit, greater than zero: `250ms`, `5s`, `1m30s`.
#[derive(ToSchema)]
#[schema(as = Time, value_type = String, min_length = 2)]
pub(crate) struct DurationSchema(String);

/// A JSON value. Binary is `{"$binary": "<base64>"}`. An object that has this form itself is sent as
/// `{"$escape": {"$binary": …}}`. Integers beyond 2^53-1 are refused, because JavaScript would round them: send
/// strings.
#[derive(ToSchema)]
#[schema(as = Json)]
pub(crate) struct JsonSchema(Value);

/// Binary as a JSON value.
#[derive(ToSchema)]
#[schema(as = Binary)]
#[serde(deny_unknown_fields)]
pub(crate) struct BinarySchema {
    /// The bytes as base64.
    #[schema(rename = "$binary")]
    binary: String,
}

/// How servers send an event to each client.
#[derive(ToSchema)]
#[schema(as = Flags)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlagsSchema {
    /// Drop the event for clients whose connection is not ready.
    #[serde(default)]
    volatile: bool,
    /// Whether servers may compress the event. Default: the setting of each server.
    compress: Option<bool>,
}

/// The name of a room.
#[derive(ToSchema)]
#[schema(as = Room, value_type = String, min_length = 1)]
pub(crate) struct RoomSchema(String);
