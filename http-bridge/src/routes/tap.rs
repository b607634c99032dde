use std::{future::IntoFuture, sync::Arc};

use axum::{
    Extension,
    extract::State,
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use socketio_common::TapFilter;

use crate::{
    params::{QueryParams, TapParams},
    responses::{HttpProblem, TapBody, TapFormat, tap_deadline},
    shutdown::ShutdownNotice,
    state::{BridgeState, MAX_TAPS},
};

/// `GET /v1/tap`: the live bus traffic, as server-sent events or one JSON object a line.
pub(super) async fn tap(
    State(bridge): State<BridgeState>,
    shutdown: Option<Extension<ShutdownNotice>>,
    QueryParams(params): QueryParams<TapParams>,
    headers: HeaderMap,
) -> Result<Response, HttpProblem> {
    let format = TapFormat::negotiate(&headers).ok_or_else(HttpProblem::not_acceptable)?;
    let permit = Arc::clone(&bridge.taps).try_acquire_owned().map_err(|_| HttpProblem::too_many_taps(MAX_TAPS))?;
    let tap = bridge.emitter.tap().into_future().await?;
    let TapParams { event, room, namespace, requests, count, duration } = params;
    let body = TapBody {
        tap,
        bridge,
        filter: TapFilter { event, room, namespace, requests },
        format,
        remaining: count.unwrap_or(u64::MAX),
        deadline: tap_deadline(duration),
        shutdown: shutdown.map(|Extension(notice)| notice),
        _permit: permit,
    };
    let headers = [(CONTENT_TYPE, format.media_type()), (CACHE_CONTROL, "no-store")];
    Ok((headers, body.into_body()).into_response())
}
