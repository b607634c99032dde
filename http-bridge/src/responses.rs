//! Responses: content negotiation, answers, the tap's stream, and problem documents.

mod accept;
mod answers;
mod codes;
mod problem;
mod tap_body;

pub(crate) use self::{
    accept::{AnswerFormat, TapFormat},
    answers::{MAX_DOCUMENT_ANSWERS, answer_response, count_response},
    codes::http_codes,
    problem::{HttpProblem, ProblemLog, ProblemMembers, method_not_allowed, not_found},
    tap_body::{TapBody, tap_deadline},
};
