use axum::http::{
    HeaderMap,
    header::{HOST, ORIGIN},
};

/// True if a web page of another site opened this connection: WebSockets know no same-origin rule, so a page anywhere
/// could have its readers say things here. Programs name no origin.
pub(crate) fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let (Some(origin), host) = (text(ORIGIN), text(HOST)) else { return false };
    let site = origin.split_once("://").map(|(_scheme, site)| site);
    site.is_none() || site != host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_told_from_our_own_and_from_programs() {
        let is_foreign = |pairs: &[(&'static str, &'static str)]| {
            is_foreign(&pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
        };
        assert!(!is_foreign(&[("host", "127.0.0.1:3001")]));
        assert!(!is_foreign(&[("host", "127.0.0.1:3001"), ("origin", "http://127.0.0.1:3001")]));
        assert!(!is_foreign(&[("host", "chat.example"), ("origin", "https://chat.example")]));
        assert!(is_foreign(&[("host", "127.0.0.1:3001"), ("origin", "http://127.0.0.1:3002")]));
        assert!(is_foreign(&[("host", "127.0.0.1:3001"), ("origin", "https://evil.example")]));
        assert!(is_foreign(&[("host", "null"), ("origin", "null")]));
        assert!(is_foreign(&[("origin", "http://127.0.0.1:3001")]));
    }
}
