//! Files built into the binary: named by their content, compressed beforehand, kept by browsers for a year.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// One embedded file; the app's build script makes the list.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Address: `/assets/app.3f9c1d2e.css`, or a fixed one (`/assets/icons.svg`).
    pub path: &'static str,
    /// Content type.
    pub content_type: &'static str,
    /// Content.
    pub bytes: &'static [u8],
    /// Content in brotli; empty = none.
    pub br: &'static [u8],
    /// Content in gzip; empty = none.
    pub gzip: &'static [u8],
    /// Digest of the content, in quotes.
    pub etag: &'static str,
    /// Whether the address changes with the content.
    pub immutable: bool,
}

/// The embedded files and the addresses that every page needs.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    by_path: HashMap<&'static str, Asset>,
    /// Address of the style sheet.
    pub css: String,
    /// Addresses of the scripts, in order.
    pub scripts: Vec<String>,
    /// Whether the icon sprite has icons.
    pub icons: bool,
}

impl Assets {
    /// Takes the list; style sheet and scripts are found by their names (`app.*.css`; `htmx.*.js` before `app.*.js`).
    pub fn new(list: &[Asset]) -> Assets {
        let named = |start: &str, end: &str| {
            list.iter().map(|a| a.path).find(|path| {
                path.rsplit('/').next().is_some_and(|file| file.starts_with(start) && file.ends_with(end))
            })
        };
        let scripts =
            ["htmx.", "app."].into_iter().filter_map(|start| named(start, ".js")).map(str::to_owned);
        let sprite = list.iter().find(|a| a.path.ends_with("/icons.svg"));
        Assets {
            css: named("app.", ".css").unwrap_or_default().to_owned(),
            scripts: scripts.collect(),
            icons: sprite.is_some_and(|a| a.bytes.windows(7).any(|w| w == b"<symbol")),
            by_path: list.iter().map(|a| (a.path, *a)).collect(),
        }
    }

    /// The file at an address.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.by_path.get(path)
    }
}

impl Asset {
    /// The answer: compressed as the browser takes it, or 304 where it has it already.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response<Bytes> {
        let keep =
            if self.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
        let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
        let fresh = known.is_some_and(|line| line.split(',').any(|tag| tag.trim() == self.etag));
        let (bytes, encoding) = self.best(headers);
        let mut answer = Response::new(if fresh { Bytes::new() } else { Bytes::from_static(bytes) });
        if fresh {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let fields = answer.headers_mut();
        fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        fields.insert(header::ETAG, HeaderValue::from_static(self.etag));
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        answer
    }

    fn best(&self, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
        let takes = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let takes = |name: &str| {
            takes.split(',').any(|one| {
                let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
                coding.trim() == name && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
            })
        };
        if !self.br.is_empty() && takes("br") {
            return (self.br, Some("br"));
        }
        if !self.gzip.is_empty() && takes("gzip") {
            return (self.gzip, Some("gzip"));
        }
        (self.bytes, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: Asset = Asset {
        path: "/assets/app.1234.css",
        content_type: "text/css; charset=utf-8",
        bytes: b"body{}",
        br: b"BR",
        gzip: b"GZ",
        etag: "\"1234\"",
        immutable: true,
    };

    fn ask(name: &'static str, value: &str) -> Response<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        CSS.answer(&headers)
    }

    #[test]
    fn the_browser_gets_what_it_takes() {
        assert_eq!(ask("accept-encoding", "gzip, deflate, br").body().as_ref(), b"BR");
        assert_eq!(ask("accept-encoding", "gzip, br;q=0").headers()["content-encoding"], "gzip");
        assert_eq!(ask("accept", "*/*").body().as_ref(), b"body{}");
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let answer = ask("if-none-match", "\"0\", \"1234\"");
        assert_eq!((answer.status().as_u16(), answer.body().len()), (304, 0));
        assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    }

    #[test]
    fn the_frame_finds_its_files() {
        let js = |path| Asset { path, ..CSS };
        let assets = Assets::new(&[js("/assets/app.9.js"), CSS, js("/assets/htmx.2.js")]);
        assert_eq!(assets.css, "/assets/app.1234.css");
        assert_eq!(assets.scripts, ["/assets/htmx.2.js", "/assets/app.9.js"]);
        assert!(assets.get("/assets/app.1234.css").is_some() && assets.get("/assets/../x").is_none());
    }
}
