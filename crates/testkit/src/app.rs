//! The whole house on a database of its own, and browsers without script that walk through it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use huitong_features::base::associations::{self, Association, NewAssociation};
use huitong_features::base::identity::{self, Account, NewPost, NewUser, Office};
use huitong_features::base::units::{self, NewUnit, Unit};
use huitong_kernel::city::{self, City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random, parse_instant};
use huitong_kernel::ctx::{Actor, Post};
use huitong_kernel::http::{Assets, Listener, Settings, Site, encode, router};
use huitong_kernel::{Ctx, Db, Result, Tx, args, pack};
use tower::ServiceExt as _;

use crate::page::Page;

/// The password of every account of a test.
pub const PASSWORD: &str = "Kd7#mqTw2x";

/// The house, on the morning of Friday 14 March 2025, with the shipped policy and the fictitious city.
pub struct TestApp {
    /// The city.
    pub city: Arc<City>,
    /// Its door.
    pub site: Arc<Site>,
    pub(crate) runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// Limits that no test meets unless it is about them: the disk of whoever tests may be small.
pub fn quiet() -> Limits {
    Limits { rate_limit_public: false, reserve_bytes: Some(0), ..Limits::default() }
}

impl TestApp {
    /// Opens the house on an empty database; units are those of the city's file.
    pub fn new(db: &Db) -> TestApp {
        TestApp::within(db, quiet())
    }

    /// The same within limits of its own.
    pub fn within(db: &Db, limits: Limits) -> TestApp {
        TestApp::open(db, limits, &[]).confirmed()
    }

    /// The same with a pack that says something else: in a file, these words in the place of those.
    pub fn with(db: &Db, changes: &[(&str, &str, &str)]) -> TestApp {
        TestApp::open(db, quiet(), changes).confirmed()
    }

    /// The same before the department has confirmed what is a default of ours.
    pub fn unconfirmed(db: &Db) -> TestApp {
        TestApp::open(db, quiet(), &[])
    }

    /// The same with the limits on how often one address may ask, as a city has them.
    pub fn limited(db: &Db) -> TestApp {
        TestApp::within(db, Limits { rate_limit_public: true, ..quiet() })
    }

    /// The same with an edge that is set up otherwise.
    pub fn edged(db: &Db, settings: Settings) -> TestApp {
        let app = TestApp::new(db);
        let site = Site::new(app.city.clone(), huitong_features::hooks(), Assets::default(), settings);
        TestApp { site, ..app }
    }

    fn open(db: &Db, limits: Limits, changes: &[(&str, &str, &str)]) -> TestApp {
        // What a page only calls 系统出现错误 stands in the output of the test that fails.
        let _ = tracing_subscriber::fmt()
            .with_test_writer()
            .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
            .try_init();
        let folder = tempfile::tempdir().expect("a folder for the test");
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack");
        let read = |name: &str| pack::read_files(&packs.join(name)).expect("a pack that reads");
        let setup = Setup {
            db: db.clone(),
            clock: Clock::manual(parse_instant("2025-03-14T09:30:00+08:00").expect("an instant")),
            random: Random::system(),
            data: folder.path().to_owned(),
            demo: true,
            limits,
            house: huitong_features::house(),
        };
        let mut files = pack::with_city(read("chengdu"), read("jinning/city"));
        for (path, from, to) in changes {
            let file = files.get_mut(*path).expect("a file of the pack");
            assert!(file.contains(from), "{path} says {from}");
            *file = file.replace(from, to);
        }
        let city = Arc::new(City::open(setup, &files).expect("a city"));
        let site = Site::new(city.clone(), huitong_features::hooks(), Assets::default(), Settings::default());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let app = TestApp { city, site, runtime, _folder: folder };
        app.enter_units();
        app
    }

    /// The department has confirmed what it promises, as it would before anybody relies on it.
    fn confirmed(self) -> TestApp {
        let pack = self.city.pack();
        let limits = pack.definitions.iter().flat_map(|of| &of.limits);
        let ours: Vec<_> = limits.filter(|limit| limit.source.kind.needs_confirmation()).collect();
        self.act(|tx| ours.iter().try_for_each(|limit| city::confirm(tx, &limit.item, "确认单")));
        self.city.take_up().expect("what was confirmed");
        self
    }

    fn enter_units(&self) {
        let pack = self.city.pack();
        self.act(|tx| {
            for unit in &pack.city.units {
                let new = NewUnit {
                    key: unit.key.clone(),
                    name: unit.name.clone(),
                    short_name: unit.short_name.clone(),
                    kinds: unit.kinds.clone(),
                    functions: unit.functions.clone(),
                    phone: unit.phone.clone(),
                    parent: None,
                };
                units::add(tx, &new)?;
            }
            Ok(())
        });
    }

    /// A context of the program itself.
    pub fn program(&self) -> Ctx {
        self.city.ctx(Actor::CommandLine)
    }

    /// A context of a person, as the session would give it.
    pub fn person(&self, account: &Account) -> Ctx {
        let ctx = self.program();
        let held = self.city.db.read(&ctx, |tx| identity::posts_of(tx, &account.id)).expect("the posts");
        let held = held.into_iter().filter(|p| p.in_force(ctx.today()));
        let post = |p: identity::HeldPost| Post {
            role: p.role,
            kind: p.office.kind,
            office: p.office.id,
            office_name: p.office.name,
        };
        ctx.acting_as(Actor::Person {
            user: account.id.clone(),
            login: account.login.clone(),
            name: account.name.clone(),
            posts: held.map(post).collect(),
        })
    }

    /// Does an act as the program itself; fails the test where it fails.
    pub fn act<T>(&self, f: impl Fn(&Tx) -> Result<T>) -> T {
        self.city.db.write(&self.program(), f).expect("an act of the program")
    }

    /// Does an act as a person.
    pub fn act_as<T>(&self, account: &Account, f: impl Fn(&Tx) -> Result<T>) -> Result<T> {
        self.city.db.write(&self.person(account), f)
    }

    /// Reads as the program itself.
    pub fn read<T>(&self, f: impl Fn(&Tx) -> Result<T>) -> T {
        self.city.db.read(&self.program(), f).expect("something to read")
    }

    /// Every row of every table, as the name of its table and its words: for who looks for what an act has left anywhere.
    pub fn kept(&self) -> BTreeSet<(String, String)> {
        let mut kept = BTreeSet::new();
        for table in self.city.db.tables().keys() {
            for row in self.read(|tx| tx.query(&format!("SELECT * FROM {table}"), args![])) {
                let columns: Vec<String> =
                    row.columns().map(|(name, value)| format!("{name}={value:?}")).collect();
                kept.insert((table.clone(), columns.join(" ")));
            }
        }
        kept
    }

    /// Moves the city's clock: `2025-03-17T10:00:00+08:00`.
    pub fn at(&self, instant: &str) {
        self.city.clock.set(parse_instant(instant).expect("an instant"));
    }

    /// A unit of the city's file by its key.
    pub fn unit(&self, key: &str) -> Unit {
        self.read(|tx| units::by_key(tx, key)).expect("a unit of the city's file")
    }

    /// Puts an association on file; `nth` makes its code.
    pub fn association(&self, name: &str, nth: u32) -> Association {
        let code = huitong_codes::Uscc::complete(&format!("51519900MJQ{nth:05}0")).expect("a code");
        let new = NewAssociation {
            uscc: code.to_string(),
            name: name.into(),
            management_type: "decoupled".into(),
            ..NewAssociation::default()
        };
        self.act(|tx| associations::record(tx, &new))
    }

    /// Opens an account with a post from today on; its password is [`PASSWORD`].
    pub fn account(&self, login: &str, name: &str, role: &str, office: &Office) -> Account {
        let password = identity::hash("password", PASSWORD, login, name).expect("a password");
        let new = NewUser {
            login: login.into(),
            name: name.into(),
            phone: Some("19900000123".into()),
            password: Some(password),
            post: Some(NewPost::open(role, office.clone())),
            ..NewUser::default()
        };
        self.act(|tx| identity::add(tx, &new))
    }

    /// A browser of somebody without account.
    pub fn browser(&self) -> Browser<'_> {
        Browser { app: self, cookies: RefCell::default() }
    }

    /// A browser in which somebody has signed in through the page.
    pub fn signed_in(&self, login: &str) -> Browser<'_> {
        let browser = self.browser();
        browser.get("/login");
        let page = browser.post("/login", &[("login", login), ("password", PASSWORD)]);
        assert_eq!(page.status, 303, "{login} cannot sign in: {}", page.text());
        browser
    }
}

/// A browser without script: it keeps cookies and the token of the page it last saw.
pub struct Browser<'a> {
    app: &'a TestApp,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser<'_> {
    /// Opens an address.
    pub fn get(&self, address: &str) -> Page {
        self.send("GET", address, "", String::new())
    }

    /// Sends a form; the token of the page last seen is added where the form has none.
    pub fn post(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> =
            self.complete(fields).iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        self.send("POST", address, "application/x-www-form-urlencoded", body.join("&"))
    }

    /// Sends a form with files: name of the field, name of the file, content.
    pub fn upload(&self, address: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str)]) -> Page {
        let mut body = String::new();
        for (name, value) in self.complete(fields) {
            let _ =
                write!(body, "--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        for (field, name, content) in files {
            let _ = write!(
                body,
                "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n{content}\r\n"
            );
        }
        body.push_str("--cut--\r\n");
        self.send("POST", address, "multipart/form-data; boundary=cut", body)
    }

    fn complete(&self, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        if !fields.iter().any(|(name, _)| *name == "csrf")
            && let Some(token) = self.cookies.borrow().get("csrf of the last page")
        {
            all.push((String::from("csrf"), token.clone()));
        }
        all
    }

    fn send(&self, method: &str, address: &str, content_type: &str, body: String) -> Page {
        let path = address.split('#').next().unwrap_or_default();
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .filter(|(name, _)| name.starts_with("ht_"))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let page = self.app.runtime.block_on(async {
            let answer = router(self.app.site.clone(), Listener::Whole).oneshot(request).await;
            let (head, body) = answer.expect("an answer").into_parts();
            let bytes = body.collect().await.expect("a whole answer").to_bytes();
            Page::new(head.status.as_u16(), head.headers, bytes.to_vec())
        });
        self.remember(&page);
        page
    }

    fn remember(&self, page: &Page) {
        let mut cookies = self.cookies.borrow_mut();
        for line in page.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap_or_default();
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            match line.contains("Max-Age=0") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        if let Some(token) = page.field("csrf") {
            cookies.insert(String::from("csrf of the last page"), token);
        }
    }
}
