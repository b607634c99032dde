//! Access without a token: programs on this machine only.
//!
//! A web page in a browser on this machine can reach the port too. Forms and plain text cross origins without a
//! preflight, and an attacker's domain can resolve to 127.0.0.1 (DNS rebinding). So every request that a web page could
//! have made is refused.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName,
        header::{HOST, ORIGIN},
        uri::Authority,
    },
    middleware::Next,
    response::Response,
};

use crate::{responses::HttpProblem, state::BridgeState};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests for other hosts and from web pages, unless a token protects the bridge.
pub(crate) async fn require_local_program(
    State(bridge): State<BridgeState>,
    request: Request,
    next: Next,
) -> Result<Response, HttpProblem> {
    if bridge.config.token.is_none() {
        check(&request)?;
    }
    Ok(next.run(request).await)
}

fn check(request: &Request) -> Result<(), HttpProblem> {
    let Some(host) = loopback_host(request.headers()) else {
        return Err(HttpProblem::foreign_host());
    };
    // The absolute form, which clients send to proxies, names a second host.
    if request.uri().authority().is_some() {
        return Err(HttpProblem::foreign_host());
    }
    let headers = request.headers();
    let own_origin = format!("http://{host}");
    let origins_match =
        headers.get_all(ORIGIN).iter().all(|origin| origin.as_bytes().eq_ignore_ascii_case(own_origin.as_bytes()));
    let sites_match = headers.get_all(SEC_FETCH_SITE).iter().all(|site| site == "none" || site == "same-origin");
    match origins_match && sites_match {
        true => Ok(()),
        false => Err(HttpProblem::web_page()),
    }
}

/// The value of the `Host` header, if there is exactly one and it names this machine.
fn loopback_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return None;
    };
    let host = host.to_str().ok()?;
    let authority: Authority = host.parse().ok()?;
    let name = authority.host();
    let is_loopback = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => {
            name.eq_ignore_ascii_case("localhost")
                || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
    };
    (is_loopback && !host.contains('@')).then_some(host)
}
