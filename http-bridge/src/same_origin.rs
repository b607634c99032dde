//! Without a token, whoever reaches the port is trusted. A web page reaches it too, through the browser of anyone on
//! this machine: forms and plain text cross origins without a preflight, and a name of its own can be made to resolve
//! to 127.0.0.1. So nothing is served that a page could have asked for.

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

use crate::{config::Bridge, problem::Problem};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request pass that no web page could have made, or any if a token protects the bridge.
pub(crate) async fn require(State(bridge): State<Bridge>, request: Request, next: Next) -> Result<Response, Problem> {
    if bridge.config.token.is_none() {
        check(&request)?;
    }
    Ok(next.run(request).await)
}

fn check(request: &Request) -> Result<(), Problem> {
    let Some(host) = loopback_host(request.headers()) else {
        return Err(Problem::foreign_host());
    };
    // Absolute-form names a second host, and is what one asks a proxy.
    if request.uri().authority().is_some() {
        return Err(Problem::foreign_host());
    }
    let headers = request.headers();
    let own = format!("http://{host}");
    let origins = headers.get_all(ORIGIN).iter().all(|origin| origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()));
    let sites = headers.get_all(SEC_FETCH_SITE).iter().all(|site| site == "none" || site == "same-origin");
    match origins && sites {
        true => Ok(()),
        false => Err(Problem::web_page()),
    }
}

/// The `Host`, if there is exactly one and it is this machine.
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
