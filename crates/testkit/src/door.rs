//! Requests of programs and browsers through the real door: who asks, what is sent, and the answer as a test looks at it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use huitong_features::base::identity::{self, Account, Attempt, Office, Origin};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::{Listener, cookie, encode, router};
use huitong_kernel::{counters, followers, jobs};
use serde_json::Value as Json;
use tower::ServiceExt as _;

use crate::app::{PASSWORD, TestApp};
use crate::page::Page;

/// Where a browser of an official is.
const INSIDE: Origin = Origin { address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9)), listener: Listener::Whole };

/// Somebody with an account, one post, a token for programs and a browser.
pub struct Person {
    /// The account.
    pub account: Account,
    /// Role key of the post.
    pub role: String,
    /// Office of the post.
    pub office: Office,
    /// Bearer token.
    pub token: String,
    browser: OnceLock<(String, String)>,
}

/// A request that is being put together.
#[derive(Clone)]
pub struct Ask<'a> {
    app: &'a TestApp,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    by: By<'a>,
    form: Option<Form>,
    listener: Listener,
}

/// A form that waits for the token of its page.
#[derive(Clone)]
struct Form {
    fields: Vec<(String, String)>,
    files: Option<Vec<(String, String, Vec<u8>)>>,
}

/// By which credentials.
#[derive(Clone, Copy)]
enum By<'a> {
    Nobody,
    Token(&'a Person),
    Session(&'a Person),
}

/// A file of a multipart body.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Field of the form.
    pub field: &'a str,
    /// Name as the sender says it.
    pub name: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

impl TestApp {
    /// Opens an account with a post and a token.
    pub fn somebody(&self, login: &str, name: &str, role: &str, office: &Office) -> Person {
        let account = self.account(login, name, role, office);
        self.with_token(account, role, office)
    }

    /// Somebody whose account is there, with a token.
    pub fn with_token(&self, account: Account, role: &str, office: &Office) -> Person {
        let (_, token) = self.act(|tx| identity::create_token(tx, &account.id, 7));
        Person { account, role: role.to_owned(), office: office.clone(), token, browser: OnceLock::new() }
    }

    /// The same in a unit of the city's file; the login is the name.
    pub fn staff(&self, login: &str, role: &str, unit: &str) -> Person {
        self.somebody(login, login, role, &Office::unit(&self.unit(unit)))
    }

    /// Cookie and form token of a person's browser; signs in the first time.
    fn browser_of<'p>(&self, person: &'p Person) -> &'p (String, String) {
        person.browser.get_or_init(|| {
            let attempt = Attempt { login: &person.account.login, password: PASSWORD, from: INSIDE };
            let opened = identity::sign_in(&self.city.db, &self.city.ctx(Actor::Public), attempt);
            let line = format!("{}={}", cookie::SESSION, opened.expect("a session").cookie);
            let page = self.get("/me").header("cookie", &line).send();
            let csrf = page.after("name=\"csrf-token\"", "content");
            (line, csrf)
        })
    }

    /// Cookie and form token of a browser that is not signed in.
    fn guest(&self) -> (String, String) {
        let page = self.get("/login").send();
        (page.cookies(), page.after("name=\"csrf-token\"", "content"))
    }

    /// Does everything that waits: jobs that are due, positions, notices, counts. Answers how many jobs were done.
    pub fn settle(&self) -> usize {
        let (db, ctx, all) = (&self.city.db, self.city.ctx(Actor::System), huitong_features::capabilities());
        let mut done = 0;
        while let Some(job) = jobs::take(db, &ctx, "test").expect("the next job") {
            let work = all.iter().flat_map(|c| &c.jobs).find(|work| work.kind == job.kind);
            let work = work.expect("somebody who does this kind of job");
            work.run.perform(db, &ctx, &job).expect("a job that is done");
            done += 1;
        }
        while db.sequence(&ctx).expect("positions") > 0 {}
        for follower in all.iter().flat_map(|c| &c.followers) {
            while followers::step(db, &ctx, follower).expect("a follower's step") > 0 {}
        }
        while counters::fold(db, &ctx).expect("folded counts") > 0 {}
        for memory in all.iter().flat_map(|c| &c.memories) {
            while db.read(&ctx, memory.step).expect("a memory's step") > 0 {}
        }
        done
    }

    /// Moves the city's clock on by milliseconds.
    pub fn later(&self, ms: i64) {
        self.city.clock.set(self.city.clock.now() + ms);
    }

    /// A request with any method.
    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let (method, path) = (method.to_owned(), path.to_owned());
        Ask {
            app: self,
            method,
            path,
            headers: Vec::new(),
            body: Vec::new(),
            by: By::Nobody,
            form: None,
            listener: Listener::Whole,
        }
    }

    /// Reads an address.
    pub fn get(&self, path: &str) -> Ask<'_> {
        self.ask("GET", path)
    }

    /// Does an act.
    pub fn post(&self, path: &str) -> Ask<'_> {
        self.ask("POST", path)
    }
}

impl<'a> Ask<'a> {
    /// With the person's bearer token, as programs do.
    pub fn token(self, person: &'a Person) -> Ask<'a> {
        Ask { by: By::Token(person), ..self }
    }

    /// In the person's browser session.
    pub fn session(self, person: &'a Person) -> Ask<'a> {
        Ask { by: By::Session(person), ..self }
    }

    /// On one of two listeners.
    pub fn on(self, listener: Listener) -> Ask<'a> {
        Ask { listener, ..self }
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Ask<'a> {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A body as it is.
    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Ask<'a> {
        Ask { body: body.into(), ..self }.header("content-type", content_type)
    }

    /// A JSON body.
    pub fn json(self, body: &Json) -> Ask<'a> {
        self.body("application/json", body.to_string())
    }

    /// A form as a browser sends it, with the token that binds it to its page.
    pub fn form(self, fields: &[(&str, &str)]) -> Ask<'a> {
        Ask { form: Some(Form { fields: owned(fields), files: None }), ..self }
    }

    /// A form with files as a browser sends it.
    pub fn multipart(self, fields: &[(&str, &str)], files: &[File]) -> Ask<'a> {
        let files = files.iter().map(|f| (f.field.to_owned(), f.name.to_owned(), f.bytes.to_vec())).collect();
        Ask { form: Some(Form { fields: owned(fields), files: Some(files) }), ..self }
    }

    /// Sends it.
    pub fn send(mut self) -> Answer {
        let guest = match (&self.form, self.by) {
            (Some(_), By::Nobody) => Some(self.app.guest()),
            _ => None,
        };
        let (credentials, csrf) = match (self.by, guest) {
            (By::Nobody, None) => (None, String::new()),
            (By::Nobody, Some((cookies, csrf))) => (Some(("cookie", cookies)), csrf),
            (By::Token(person), _) => {
                (Some(("authorization", format!("Bearer {}", person.token))), String::new())
            }
            (By::Session(person), _) => {
                let (cookie, csrf) = self.app.browser_of(person);
                (Some(("cookie", cookie.clone())), csrf.clone())
            }
        };
        if let Some(form) = self.form.take() {
            let (content_type, body) = form.body(&csrf);
            self = self.body(content_type, body);
        }
        let mut request =
            Request::builder().method(self.method.as_str()).uri(&self.path).header("host", "localhost");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((name, value)) = credentials {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(self.body)).expect("a request that can be sent");
        let router = router(self.app.site.clone(), self.listener);
        self.app.runtime.block_on(async {
            let answer = router.oneshot(request).await.expect("the door always answers");
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("the whole answer").to_bytes().to_vec();
            Answer { status: head.status.as_u16(), headers: head.headers, body }
        })
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Form {
    fn body(mut self, csrf: &str) -> (&'static str, Vec<u8>) {
        if !self.fields.iter().any(|(name, _)| name == "csrf") {
            self.fields.push(("csrf".to_owned(), csrf.to_owned()));
        }
        let Some(files) = self.files else {
            let pairs = self.fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
            return ("application/x-www-form-urlencoded", pairs.collect::<Vec<_>>().join("&").into_bytes());
        };
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part = format!("--HT\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        for (field, name, bytes) in files {
            let head = format!(
                "--HT\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--HT--\r\n");
        ("multipart/form-data; boundary=HT", body)
    }
}

/// An answer as a test looks at it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The same as a reader without a browser sees it.
    pub fn page(&self) -> Page {
        Page::new(self.status, self.headers.clone(), self.body.clone())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; shows what came instead where it is none.
    pub fn json(&self) -> Json {
        let parsed = serde_json::from_slice(&self.body);
        assert!(parsed.is_ok(), "no JSON: {} {}", self.status, self.text());
        parsed.unwrap_or_default()
    }

    /// A header's text, "" where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What is sent as cookies next time.
    pub fn cookies(&self) -> String {
        let lines = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        lines.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// Headers and body in one, for who looks for a word anywhere.
    pub fn everything(&self) -> String {
        let lines: String = self
            .headers
            .iter()
            .map(|(n, v)| format!("{n}: {}\n", String::from_utf8_lossy(v.as_bytes())))
            .collect();
        lines + &self.text()
    }

    /// The value of the first attribute `attribute` behind a mark: `after("name=\"csrf-token\"", "content")`.
    pub fn after(&self, mark: &str, attribute: &str) -> String {
        let text = self.text();
        let behind = text.split(mark).nth(1).unwrap_or_default();
        let value = behind.split(&format!("{attribute}=\"")).nth(1).unwrap_or_default();
        value.split('"').next().unwrap_or_default().to_owned()
    }

    /// The value of a hidden field of the page's form.
    pub fn hidden(&self, name: &str) -> String {
        self.after(&format!("name=\"{name}\""), "value")
    }

    /// The status, or the whole answer as the reason why a test fails.
    pub fn expect(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}
