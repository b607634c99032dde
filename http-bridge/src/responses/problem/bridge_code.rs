use socketio_emitter::Verb;

/// The codes of problems that the bridge itself finds. All other codes come from [`socketio_emitter::Error::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BridgeCode {
    Query,
    Form,
    Path,
    Json,
    Utf8,
    Body,
    Unauthorized,
    ForeignHost,
    WebPage,
    EventNotAllowed,
    NotAllowed,
    NotFound,
    Method,
    Accept,
    BodyTimeout,
    BodyTooLarge,
    ContentType,
    NotEmit,
    NotServerEmit,
    NotJoin,
    NotLeave,
    NotDisconnect,
    TooManyTaps,
}

impl BridgeCode {
    /// The code of a message whose verb is not the verb of its route.
    pub(super) fn not(route: Verb) -> Self {
        match route {
            Verb::Emit => Self::NotEmit,
            Verb::ServerEmit => Self::NotServerEmit,
            Verb::Join => Self::NotJoin,
            Verb::Leave => Self::NotLeave,
            Verb::Disconnect => Self::NotDisconnect,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Form => "form",
            Self::Path => "path",
            Self::Json => "json",
            Self::Utf8 => "utf-8",
            Self::Body => "body",
            Self::Unauthorized => "unauthorized",
            Self::ForeignHost => "foreign-host",
            Self::WebPage => "web-page",
            Self::EventNotAllowed => "event-not-allowed",
            Self::NotAllowed => "not-allowed",
            Self::NotFound => "not-found",
            Self::Method => "method",
            Self::Accept => "accept",
            Self::BodyTimeout => "body-timeout",
            Self::BodyTooLarge => "body-too-large",
            Self::ContentType => "content-type",
            Self::NotEmit => "not-emit",
            Self::NotServerEmit => "not-server-emit",
            Self::NotJoin => "not-join",
            Self::NotLeave => "not-leave",
            Self::NotDisconnect => "not-disconnect",
            Self::TooManyTaps => "too-many-taps",
        }
    }
}
