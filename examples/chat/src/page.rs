use axum::{
    Router,
    http::{
        HeaderName,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    routing::get,
};

/// Permits no other origin and no inline scripts or styles. Markup in a message could not run even if the page
/// inserted it.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Routes of the page's files, which are compiled into the program.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", file(HTML, include_str!("../page/index.html")))
        .route("/chat.css", file(CSS, include_str!("../page/chat.css")))
        .route("/chat.js", file(JS, include_str!("../page/chat.js")))
        .route("/view.js", file(JS, include_str!("../page/view.js")))
        .route("/socket.js", file(JS, include_str!("../page/socket.js")))
        .route("/icon.svg", file(SVG, include_str!("../page/icon.svg")))
}

fn file<S: Clone + Send + Sync + 'static>(kind: &'static str, text: &'static str) -> axum::routing::MethodRouter<S> {
    let headers: [(HeaderName, &str); 5] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // Another version of the demo may listen on this port soon.
        (CACHE_CONTROL, "no-cache"),
    ];
    get(move || async move { (headers, text) })
}
