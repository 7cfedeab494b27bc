//! A form acts only for the one it was drawn for: a token bound to the session, and the browser's word whence it came.

use http::HeaderMap;

use crate::digest::{hex, same, sm3_hex};
use crate::error::{Error, Kind, Result};

/// The token of one page: a salt and a digest, so that no two pages carry the same bytes (compression tells nothing).
pub fn token(secret: &str, salt: &[u8; 8]) -> String {
    let salt = hex(salt);
    let digest = digest(&salt, secret);
    format!("{salt}{digest}")
}

/// Whether a token was made from this secret.
pub fn fits(token: &str, secret: &str) -> bool {
    let Some((salt, sent)) = token.split_at_checked(16) else { return false };
    let wanted = digest(salt, secret);
    !secret.is_empty() && same(wanted.as_bytes(), sent.as_bytes())
}

fn digest(salt: &str, secret: &str) -> String {
    let mut digest = sm3_hex(format!("csrf {salt} {secret}").as_bytes());
    digest.truncate(32);
    digest
}

/// Refuses an act that the browser says was started by a page of somebody else.
pub fn check_origin(headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("x-forwarded-host").or(text("host")).unwrap_or_default();
            origin
                .split_once("://")
                .is_some_and(|(_, from)| !host.is_empty() && from.eq_ignore_ascii_case(host))
        }
        (None, None) => true,
    };
    if own {
        Ok(())
    } else {
        Err(Error::new(Kind::Denied, "这次提交来自其他网站的页面，没有执行"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_its_secret_only() {
        let made = token("secret", b"12345678");
        assert!(fits(&made, "secret"));
        assert!(!fits(&made, "other"));
        assert!(!fits(&made[1..], "secret"));
        assert!(!fits("", "secret"));
        assert!(!fits(&token("", b"12345678"), ""));
        assert_ne!(made, token("secret", b"12345679"));
    }

    #[test]
    fn the_browser_says_where_a_post_comes_from() {
        let check = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            check_origin(&headers).is_ok()
        };
        assert!(check(&[]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]));
        assert!(check(&[("host", "a.cn:8080"), ("origin", "http://a.cn:8080")]));
        assert!(!check(&[("host", "a.cn"), ("origin", "http://b.cn")]));
        assert!(!check(&[("host", "a.cn"), ("origin", "null")]));
    }
}
