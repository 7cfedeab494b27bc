//! A form acts only for the one it was drawn for: a token bound to the session, and the browser's word whence it came.

use http::HeaderMap;

use crate::clock::Random;
use crate::digest::{hex, same, sm3_hex};
use crate::error::{Error, Kind, Result};
use crate::http::proxy::{self, Address};

/// A new token for a page that is bound to this secret.
pub fn token_of(secret: &str) -> String {
    let mut salt = [0; 8];
    Random::system().fill(&mut salt);
    token(secret, &salt)
}

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

/// Refuses an act that the browser says was started by a page of somebody else. A page is ours where it stands at the public
/// address, or at the host that this very request was sent to: an inner network may have a name of its own.
pub fn check_origin(headers: &HeaderMap, address: Option<&Address>, host: &str) -> Result<()> {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or_default());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => proxy::origin(origin).is_some_and(|(scheme, from)| match address {
            Some(address) if address.host() == from => address.is_origin(&scheme, &from),
            _ => from == host,
        }),
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
        let shq: Address = "https://shq.cn".parse().unwrap();
        let (none, set) = (None, Some(&shq));
        for (address, host, name, value, own) in [
            (none, "a.cn", "accept", "text/html", true),
            (none, "a.cn", "sec-fetch-site", "same-origin", true),
            (none, "a.cn", "sec-fetch-site", "none", true),
            (none, "a.cn", "sec-fetch-site", "cross-site", false),
            (none, "a.cn", "sec-fetch-site", "same-site", false),
            (set, "shq.cn", "sec-fetch-site", "cross-site", false),
            (none, "a.cn:8080", "origin", "http://a.cn:8080", true),
            (none, "a.cn", "origin", "https://A.cn:443", true),
            (none, "a.cn", "origin", "http://a.cn:8080", false),
            (none, "a.cn", "origin", "http://b.cn", false),
            (none, "a.cn", "origin", "http://a.cn.b.cn", false),
            (none, "a.cn", "origin", "null", false),
            (none, "", "origin", "http://", false),
            (none, "", "origin", "null", false),
            (none, "backend:8080", "origin", "https://shq.cn", false),
            (set, "backend:8080", "origin", "https://shq.cn", true),
            (set, "backend:8080", "origin", "https://shq.cn:443", true),
            (set, "backend:8080", "origin", "https://SHQ.CN", true),
            (set, "shq.cn", "origin", "http://shq.cn", false),
            (set, "backend:8080", "origin", "https://evil.cn", false),
            (set, "10.1.2.3:8081", "origin", "http://10.1.2.3:8081", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            let said = check_origin(&headers, address, host).is_ok();
            assert_eq!(said, own, "{address:?} {host} {name}: {value}");
        }
    }
}
