use std::fmt;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use subtle::ConstantTimeEq;

use crate::{config::Bridge, problem::Problem};

/// The secret that a request must carry as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct Token(String);

/// The text is empty, or a header could not carry it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidToken;

impl Token {
    /// A token of visible ASCII characters.
    ///
    /// # Errors
    /// [`InvalidToken`] for any other text, and for none: an empty secret is a mistake, not the wish for no secret.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidToken> {
        let text = text.into();
        match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Ok(Self(text)),
            false => Err(InvalidToken),
        }
    }

    fn is_in(&self, headers: &HeaderMap) -> bool {
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

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token is one or more visible ASCII characters, without spaces")
    }
}

impl std::error::Error for InvalidToken {}

/// Lets a request pass that carries the token, if there is one.
pub(crate) async fn require(State(bridge): State<Bridge>, request: Request, next: Next) -> Result<Response, Problem> {
    match &bridge.config.token {
        Some(token) if !token.is_in(request.headers()) => Err(Problem::unauthorized()),
        _ => Ok(next.run(request).await),
    }
}
