//! One request in the hands of a handler: who asks, what was sent, the way to the rows and to an answer.

use std::cell::{Cell, OnceCell};
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::city::City;
use crate::clock::Random;
use crate::ctx::{Actor, Ctx};
use crate::db::{Beforehand, Foresight, Reader, Snapshot, Tx, Value};
use crate::digest::sm3_hex;
use crate::error::{Error, FieldError, Kind, OrMissing, Result};
use crate::http::body::{self, Filled, Upload};
use crate::http::page::Shell;
use crate::http::query::Pairs;
use crate::http::rate::network;
use crate::http::reply::Reply;
use crate::http::route::{Face, Method, Route};
use crate::http::site::{Listener, SessionInfo, Site};
use crate::http::{cookie, csrf, flash};
use crate::id::{Id, Named};
use crate::idempotency;

/// Bytes of a page, mostly fewer.
const PAGE: usize = 32 << 10;

/// One request; what is wrong with it was refused before a handler sees it.
pub struct Call {
    /// The city.
    pub city: Arc<City>,
    /// Everything the edge serves with.
    pub site: Arc<Site>,
    /// Who acts, when, by which request.
    pub ctx: Ctx,
    /// The row of the route table.
    pub route: Arc<Route>,
    /// The browser's session, where somebody is signed in.
    pub session: Option<SessionInfo>,
    /// Address of the caller, behind proxies that are believed.
    pub remote: IpAddr,
    /// By which door.
    pub listener: Listener,
    /// The host that the browser asked for.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) params: Vec<(String, String)>,
    pub(super) query: Pairs,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) filled: OnceCell<Filled>,
    pub(super) guest: OnceCell<String>,
    pub(super) flash_shown: Cell<bool>,
    /// What has been read so far was read here; an act of the same request ends it.
    pub(super) snapshot: Cell<Option<Snapshot>>,
}

impl Call {
    /// A place of the route's address: `c.param("id")`.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// A place of the address that is an id; what cannot be one is not found.
    pub fn id<T: Named>(&self, name: &str) -> Result<Id<T>> {
        Id::parse(self.param(name)).or_missing()
    }

    /// The path as it was asked for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A value of the query string; `None` where it is absent or empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(str::trim).filter(|v| !v.is_empty())
    }

    /// The whole query string.
    pub fn queries(&self) -> &Pairs {
        &self.query
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as texts and files, from a form or from JSON.
    pub fn filled(&self) -> Result<&Filled> {
        if let Some(filled) = self.filled.get() {
            return Ok(filled);
        }
        let kind = self.content_type();
        let filled = match kind {
            // A page of anybody can send this without asking; programs have no need of it.
            "application/x-www-form-urlencoded" if self.route.face == Face::Api => {
                return Err(unsupported("application/json 或 multipart/form-data"));
            }
            "application/x-www-form-urlencoded" => Filled::from_urlencoded(&self.body)?,
            "multipart/form-data" => {
                Filled::from_multipart(self.header("content-type").unwrap_or_default(), &self.body)?
            }
            "application/json" => Filled::from_json(&self.body)?,
            "" if self.body.is_empty() => Filled::default(),
            _ => return Err(unsupported("表单（urlencoded、multipart）或 application/json")),
        };
        Ok(self.filled.get_or_init(|| filled))
    }

    /// Files that were sent in a field.
    pub fn files(&self, field: &str) -> Result<Vec<&Upload>> {
        Ok(self.filled()?.files.iter().filter(|f| f.field == field).collect())
    }

    /// The body as a JSON value of a type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if self.content_type() != "application/json" {
            return Err(unsupported("application/json"));
        }
        let value = body::json_value(&self.body)?;
        serde_json::from_value(value)
            .map_err(|e| Error::invalid("body", format!("请求内容与接口约定不符：{e}")))
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Content type without its parameters, in lower case as every program sends it.
    pub(super) fn content_type(&self) -> &str {
        self.header("content-type").and_then(|kind| kind.split(';').next()).map_or("", str::trim)
    }

    /// Reads in one snapshot. A request that only asks reads all it reads in the same one: a page says one thing everywhere,
    /// and a distant database is told once that reading begins and ends.
    pub fn read<T>(&self, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        if self.route.method != Method::Get {
            return self.city.db.read(&self.ctx, f);
        }
        let mut snapshot = match self.snapshot.take() {
            Some(snapshot) => snapshot,
            None => self.fresh_snapshot()?,
        };
        let result = snapshot.read(&self.ctx, f);
        if result.is_ok() {
            self.snapshot.set(Some(snapshot));
        }
        result
    }

    /// A snapshot that reads ahead, with the question who asks, what whoever it was the last time reads here.
    fn fresh_snapshot(&self) -> Result<Snapshot> {
        let mut snapshot = self.city.db.snapshot()?;
        if snapshot.is_distant() {
            let carried = self.carried();
            let known = carried.and_then(|carried| self.ctx.shelf.of::<Foresight>().reader(&carried));
            snapshot.foresee(&self.ctx, self.beforehand(&known.unwrap_or_default()));
        }
        Ok(snapshot)
    }

    /// Reads ahead what requests of this kind read, once it is clear who asks and that they may.
    pub(super) fn foresee(&self) {
        let Some(mut snapshot) = self.snapshot.take() else { return };
        if snapshot.is_distant() {
            let reader = self.reader();
            snapshot.foresee(&self.ctx, self.beforehand(&reader));
            if let Some(carried) = self.carried() {
                self.ctx.shelf.of::<Foresight>().remember(&carried, &reader);
            }
        }
        self.snapshot.set(Some(snapshot));
    }

    /// The digest of what says who asks.
    fn carried(&self) -> Option<String> {
        let says = self.header("authorization").or_else(|| cookie::read(&self.headers, cookie::SESSION))?;
        Some(sm3_hex(says.as_bytes()))
    }

    fn reader(&self) -> Reader {
        let mut reader = Reader { kind: String::new(), values: vec![self.ctx.user().into()] };
        for post in self.ctx.posts() {
            reader.kind.extend([" ", &post.role]);
            reader.values.push(post.office.as_str().into());
        }
        reader
    }

    fn beforehand(&self, reader: &Reader) -> Beforehand {
        let mut kind = format!("{}{}", self.route.path, reader.kind);
        let mut values: Vec<Value> = self.params.iter().map(|(_, value)| value.as_str().into()).collect();
        values.extend([self.ctx.now.into(), self.ctx.today().into()]);
        values.extend_from_slice(&reader.values);
        // A word chooses what is listed; other texts are looked for, and everybody looks for something else.
        let word = |text: &str| text.len() < 32 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        for (name, value) in self.query.iter() {
            kind.extend([" ", name, "=", if word(value) { value } else { "" }]);
            values.push(value.into());
        }
        Beforehand { kind, values }
    }

    /// Ends the snapshot that this request has read in: before it changes something, and before what takes long.
    pub fn end_reading(&self) {
        self.snapshot.take();
    }

    /// Does an act, once per idempotency key; the closure may run again after a clash.
    pub fn write<T: Serialize + DeserializeOwned>(&self, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.end_reading();
        let key = self.idempotency_key()?;
        self.city.db.write(&self.ctx, |tx| idempotency::once(tx, key.as_ref(), &f))
    }

    /// Changes plain tables: sessions, drafts, what somebody has read.
    pub fn keep<T>(&self, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.end_reading();
        self.city.db.keep(&self.ctx, f)
    }

    /// The key that makes a repeated request act once: the header of a program, or the token of a page.
    pub fn idempotency_key(&self) -> Result<Option<idempotency::Key>> {
        let form = match self.content_type() {
            "application/x-www-form-urlencoded" | "multipart/form-data" => Some(self.filled()?),
            _ => None,
        };
        let token = form.map_or("", |f| f.get("submit_token").trim());
        // A key that was sent and cannot be read must not pass as none: the caller would act twice.
        let key = match self.headers.get("idempotency-key") {
            Some(sent) => sent.to_str().map_or("", str::trim),
            None if token.is_empty() => return Ok(None),
            None => token,
        };
        if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new(Kind::Malformed, "幂等键须为 1–200 个可见的 ASCII 字符"));
        }
        let sent = form.map_or_else(|| sm3_hex(&self.body), Filled::digest);
        // A code that came by header or query is part of what was sent, so that a key alone answers nobody.
        let code = self.header("x-tracking-code").or(self.query("code")).unwrap_or_default();
        let content = format!("{sent} {}", sm3_hex(code.as_bytes()));
        let route = format!("{} {}", self.route.method.as_str(), self.path);
        Ok(Some(idempotency::Key::new(&self.principal(), &route, key, content.as_bytes())))
    }

    /// The account, or the address of a caller without one.
    pub fn principal(&self) -> String {
        match self.ctx.actor {
            Actor::Public => self.remote.to_string(),
            _ => self.ctx.principal().to_owned(),
        }
    }

    /// The account, or the network of a caller without one: whose files count as one sender's.
    pub fn sender(&self) -> String {
        match self.ctx.actor {
            Actor::Public => network(self.remote).to_string(),
            _ => self.ctx.principal().to_owned(),
        }
    }

    /// The address that links begin with which leave the screen, on paper or in a message: the public one of the
    /// configuration, else the host that was asked for.
    pub fn address(&self) -> String {
        self.site.settings.address.as_ref().map_or_else(|| self.host.clone(), ToString::to_string)
    }

    /// Refuses a request that the browser says was started by a page of somebody else.
    pub(super) fn check_origin(&self) -> Result<()> {
        csrf::check_origin(&self.headers, self.site.settings.address.as_ref(), &self.host)
    }

    /// Whether script asks for a part of a page; a full page asked for by a boosted link is none.
    pub fn is_htmx(&self) -> bool {
        self.headers.contains_key("hx-request")
            && !self.headers.contains_key("hx-boosted")
            && !self.headers.contains_key("hx-history-restore-request")
    }

    /// The token that forms of this page carry in the field `csrf`.
    pub fn csrf(&self) -> String {
        csrf::token_of(self.secret())
    }

    /// The secret that forms are bound to: the session's, or one made for this guest.
    pub(super) fn secret(&self) -> &str {
        match &self.session {
            Some(session) if !session.csrf.is_empty() => &session.csrf,
            _ => self.guest.get_or_init(|| match cookie::read(&self.headers, cookie::GUEST) {
                Some(known) => known.to_owned(),
                None => secret_token(),
            }),
        }
    }

    /// A token that lets the same form act once only.
    pub fn submit_token(&self) -> String {
        secret_token()
    }

    /// The sentence the act before this page left; taken away by being read.
    pub fn flash(&self) -> Option<String> {
        let line = cookie::read(&self.headers, cookie::FLASH)?;
        self.flash_shown.set(true);
        let session = self.session.as_ref().map(|s| s.csrf.as_str());
        let guest = cookie::read(&self.headers, cookie::GUEST);
        [session, guest].into_iter().flatten().find_map(|secret| flash::read(line, secret))
    }

    /// The frame of a page with its title and H1; `Shell` says how the rest is set.
    pub fn shell(&self, title: &str) -> Result<Shell> {
        let mut shell = (self.site.hooks.shell)(self)?;
        title.clone_into(&mut shell.title);
        title.clone_into(&mut shell.heading);
        Ok(shell)
    }

    /// A page drawn from its template.
    pub fn page(&self, template: &impl askama::Template) -> Result<Reply> {
        // Room for most pages at once: growing piece by piece copied each page several times over.
        let mut text = String::with_capacity(PAGE);
        template.render_into(&mut text).map_err(|e| Error::internal(format!("template: {e}")))?;
        Ok(Reply::html(text))
    }

    /// After an act: go and see.
    pub fn see(&self, address: &str) -> Result<Reply> {
        if self.is_htmx() {
            // A redirect would be followed inside the part; this makes the browser go there.
            return Reply::html(String::new()).header("hx-redirect", address);
        }
        Reply::see(address)
    }

    /// After an act: go and see, and read one sentence there (已办。请在 3月17日 17:00 前办好。).
    pub fn see_saying(&self, address: &str, sentence: &str) -> Result<Reply> {
        let guest = cookie::read(&self.headers, cookie::GUEST);
        let secret = guest.unwrap_or_else(|| self.secret());
        Ok(self.see(address)?.cookie(flash::cookie(sentence, secret)))
    }

    /// The JSON answer of a reading operation.
    pub fn json_reply(&self, value: &impl Serialize) -> Result<Reply> {
        Ok(Reply::json(value)?.status(self.route.status))
    }

    /// Where to go after signing in: the `next` of the address or form, if it is a page of ours.
    pub fn next(&self) -> String {
        let typed = self.filled().map(|f| f.get("next")).unwrap_or_default();
        let wanted = self.query("next").unwrap_or(typed);
        if is_own_path(wanted) { wanted.to_owned() } else { String::from("/desk") }
    }

    /// Draws the form again (422) where fields are wrong; any other error goes on its way.
    pub fn again(&self, error: Error, draw: impl FnOnce(&[FieldError]) -> Result<Reply>) -> Result<Reply> {
        if error.kind() != Kind::Invalid || error.field_errors().is_empty() {
            return Err(error);
        }
        Ok(draw(error.field_errors())?.status(422))
    }
}

/// 128 bits from the machine: a demo's seeded randomness repeats itself and would be known to others.
fn secret_token() -> String {
    crate::digest::hex(&Random::system().bytes32()[..16])
}

/// A path on this site: `//` and `/\\` lead browsers to other hosts, control signs are dropped by them.
pub(super) fn is_own_path(path: &str) -> bool {
    let second = path.chars().nth(1);
    path.starts_with('/') && !matches!(second, Some('/' | '\\')) && !path.chars().any(char::is_control)
}

#[track_caller]
fn unsupported(wanted: &str) -> Error {
    Error::new(Kind::Unsupported, format!("不支持这种内容类型，请发送 {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::is_own_path;

    #[test]
    fn after_signing_in_one_stays_on_this_site() {
        assert!(is_own_path("/desk?tab=1") && is_own_path("/"));
        for bad in ["", "desk", "//evil.cn", "/\\evil.cn", "https://evil.cn", "/a\r\nb"] {
            assert!(!is_own_path(bad), "{bad:?}");
        }
    }
}
