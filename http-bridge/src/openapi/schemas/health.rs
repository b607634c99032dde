use utoipa::ToSchema;

/// The process runs.
#[derive(ToSchema)]
#[schema(as = Alive)]
#[serde(deny_unknown_fields)]
pub(crate) struct LivezSchema {
    #[schema(pattern = "^up$")]
    bridge: String,
}

/// Redis answers.
#[derive(ToSchema)]
#[schema(as = Ready)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadyzSchema {
    #[schema(pattern = "^up$")]
    redis: String,
}
