use std::fmt;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use subtle::ConstantTimeEq;

use crate::{responses::HttpProblem, state::BridgeState};

/// The secret that requests carry in `Authorization: Bearer …`. Its `Debug` form hides it.
#[derive(Clone)]
pub struct BearerToken(String);

/// The text is empty, or has characters other than visible ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidBearerToken;

impl BearerToken {
    /// A token of one or more visible ASCII characters.
    ///
    /// # Errors
    /// [`InvalidBearerToken`] for any other text. An empty text is an error too: it is more likely a lost secret than
    /// the wish to run without a token.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidBearerToken> {
        let text = text.into();
        match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(Self(text)),
            false => Err(InvalidBearerToken),
        }
    }

    fn matches(&self, headers: &HeaderMap) -> bool {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return false;
        };
        match value.as_bytes().split_at_checked("Bearer ".len()) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") => token.ct_eq(self.0.as_bytes()).into(),
            _ => false,
        }
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken")
    }
}

impl fmt::Display for InvalidBearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token must be one or more visible ASCII characters without spaces")
    }
}

impl std::error::Error for InvalidBearerToken {}

/// Refuses requests without the token, if one is configured.
pub(crate) async fn require_token(
    State(bridge): State<BridgeState>,
    request: Request,
    next: Next,
) -> Result<Response, HttpProblem> {
    match &bridge.config.token {
        Some(token) if !token.matches(request.headers()) => Err(HttpProblem::unauthorized()),
        _ => Ok(next.run(request).await),
    }
}
