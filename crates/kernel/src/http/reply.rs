//! What a handler answers: status, headers, bytes; built by the word for what it is.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::http::call::Call;
use crate::http::cookie::Cookie;
use crate::http::sent::Sent;

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) cookies: Vec<Cookie>,
    pub(super) body: Said,
}

/// What an answer says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Bytes(Bytes),
    File(Arc<Sent>),
}

impl Reply {
    /// Bytes of a content type, status 200.
    pub fn new(content_type: &'static str, body: impl Into<Bytes>) -> Reply {
        let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Reply {
            status: 200,
            headers: vec![content_type],
            cookies: Vec::new(),
            body: Said::Bytes(body.into()),
        }
    }

    /// A page or a part of one.
    pub fn html(text: String) -> Reply {
        Reply::new("text/html; charset=utf-8", text)
    }

    /// Plain text.
    pub fn text(text: impl Into<String>) -> Reply {
        Reply::new("text/plain; charset=utf-8", text.into())
    }

    /// A JSON answer.
    pub fn json(value: &impl Serialize) -> Result<Reply> {
        // Most answers fit; one that grows is copied at every doubling.
        let mut body = Vec::with_capacity(4 << 10);
        serde_json::to_writer(&mut body, value)?;
        Ok(Reply::new("application/json", body))
    }

    /// A new thing was made: 201 with its JSON.
    pub fn created(value: &impl Serialize) -> Result<Reply> {
        Ok(Reply::json(value)?.status(201))
    }

    /// Go and see: 303, as every page answers after an act.
    pub fn see(address: &str) -> Result<Reply> {
        let mut reply =
            Reply { status: 303, headers: Vec::new(), cookies: Vec::new(), body: Said::Bytes(Bytes::new()) };
        reply.headers.push((header::LOCATION, value(address)?));
        Ok(reply)
    }

    /// Nothing to say: 204.
    pub fn nothing() -> Reply {
        Reply { status: 204, headers: Vec::new(), cookies: Vec::new(), body: Said::Bytes(Bytes::new()) }
    }

    /// A file: shown in the browser where that is safe (`inline`), else saved under its name.
    pub fn file(name: &str, content_type: &str, bytes: impl Into<Bytes>, inline: bool) -> Result<Reply> {
        let safe = matches!(content_type, "application/pdf" | "image/png" | "image/jpeg" | "text/plain");
        let how = if inline && safe { "inline" } else { "attachment" };
        let disposition = format!("{how}; filename*=UTF-8''{}", crate::http::query::encode(name));
        let mut reply = Reply::new("application/octet-stream", bytes);
        reply.headers.clear();
        reply.header("content-type", content_type)?.header("content-disposition", &disposition)
    }

    /// A file of any size, saved under its name: sent piece by piece as it is read on the other side.
    ///
    /// # Errors
    /// Whoever asks is being sent too many already.
    pub fn stored(c: &Call, name: &str, content_type: &str, file: File) -> Result<Reply> {
        let mut reply = Reply::file(name, content_type, Bytes::new(), false)?;
        reply.body = Said::File(Sent::new(c, file)?);
        Ok(reply)
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Reply {
        self.status = status;
        self
    }

    /// Adds a header; fails where the value cannot stand in one.
    pub fn header(mut self, name: &'static str, text: &str) -> Result<Reply> {
        self.headers.push((HeaderName::from_static(name), value(text)?));
        Ok(self)
    }

    /// Sets a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: Cookie) -> Reply {
        self.cookies.push(cookie);
        self
    }

    /// Says how long it may be kept: never where somebody is signed in, and not unasked elsewhere.
    pub(super) fn keep_private(&mut self, signed_in: bool, page: bool) {
        if !self.headers.iter().any(|(name, _)| name == header::CACHE_CONTROL) {
            let how = if signed_in { "no-store" } else { "private, no-cache" };
            self.headers.push((header::CACHE_CONTROL, HeaderValue::from_static(how)));
        }
        if page {
            self.headers.push((header::VARY, HeaderValue::from_static("hx-request")));
        }
    }

    /// Status, for tests.
    pub fn code(&self) -> u16 {
        self.status
    }

    /// Body, for tests.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Said::Bytes(bytes) => bytes,
            Said::File(_) => &[],
        }
    }
}

/// A header's value; a line break in it would begin another header and is refused.
fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| Error::internal(format!("cannot stand in a header: {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_cannot_smuggle_a_header_in() {
        assert!(Reply::see("/a\r\nSet-Cookie: x=1").is_err());
    }

    #[test]
    fn what_a_browser_might_run_is_saved_not_shown() {
        let shown = |kind| format!("{:?}", Reply::file("附件.x", kind, "x", true).unwrap().headers);
        assert!(shown("image/png").contains("inline"));
        assert!(shown("image/svg+xml").contains("attachment"));
        assert!(shown("text/html").contains("attachment"));
    }
}
