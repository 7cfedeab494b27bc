//! Cookies: read from the request line by line, written with the strictest attributes that work.

use std::fmt::Write as _;

/// The session of a signed-in person.
pub const SESSION: &str = "ht_session";
/// The secret that forms of callers without a session are bound to.
pub const GUEST: &str = "ht_guest";
/// One sentence after an act, shown on the next page.
pub const FLASH: &str = "ht_flash";

/// A cookie to set; always `HttpOnly`, `SameSite=Lax`, `Path=/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// One of ours.
    pub name: &'static str,
    /// Without spaces, commas, semicolons or quotes.
    pub value: String,
    /// Seconds it lives; 0 deletes it, `None` until the browser closes.
    pub max_age: Option<u32>,
}

impl Cookie {
    /// A cookie that lives until the browser closes.
    pub fn new(name: &'static str, value: impl Into<String>) -> Cookie {
        Cookie { name, value: value.into(), max_age: None }
    }

    /// Lives so many seconds.
    #[must_use]
    pub fn for_seconds(mut self, seconds: u32) -> Cookie {
        self.max_age = Some(seconds);
        self
    }

    /// Takes a cookie away.
    pub fn gone(name: &'static str) -> Cookie {
        Cookie { name, value: String::new(), max_age: Some(0) }
    }

    /// The header's value; `secure` where the city is served over TLS.
    pub(super) fn line(&self, secure: bool) -> String {
        let mut line = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", self.name, self.value);
        if let Some(seconds) = self.max_age {
            let _ = write!(line, "; Max-Age={seconds}");
        }
        if secure {
            line.push_str("; Secure");
        }
        line
    }
}

/// The value of a cookie in the headers of a request.
pub(super) fn read<'a>(headers: &'a http::HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty() && value.len() <= 4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = http::HeaderMap::new();
        headers.append("cookie", "a=1; ht_session=abc; ht_sessions=no".parse().unwrap());
        headers.append("cookie", "ht_guest=g".parse().unwrap());
        assert_eq!(read(&headers, SESSION), Some("abc"));
        assert_eq!(read(&headers, GUEST), Some("g"));
        assert_eq!(read(&headers, "ht_sess"), None);
    }

    #[test]
    fn a_cookie_is_written_with_strict_attributes() {
        let line = Cookie::new(SESSION, "abc").for_seconds(60).line(true);
        assert_eq!(line, "ht_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        assert!(Cookie::gone(FLASH).line(false).ends_with("Max-Age=0"));
    }
}
