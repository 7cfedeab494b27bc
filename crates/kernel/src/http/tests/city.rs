//! A city in a temporary folder with a few routes, fake hooks, and a browser that remembers cookies.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;

use crate::capability::Capability;
use crate::city::{City, Limits, Setup};
use crate::clock::{Clock, Random};
use crate::ctx::{Actor, Ctx, OfficeKind, Post};
use crate::db::{Db, Tx};
use crate::digest::sm3_hex;
use crate::error::{Error, OrMissing as _, Result};
use crate::house::House;
use crate::http::formview::FormView;
use crate::http::{
    Asset, Assets, Call, Filled, GET, Hooks, Kept, Listener, POST, Rate, Reply, Route, SessionInfo, Settings,
    Shell, SignedIn, Site, api, page, router,
};
use crate::id::{Id, Named};
use crate::journal::Record;
use crate::migrate::Migration;
use crate::pack::tests::small;
use crate::{ANSWERS, MIGRATION, PLACE, STOPS, args};

const PACKS: Migration =
    Migration { name: "0002_base", sql: include_str!("../../../../../migrations/0002_base.sql") };
const CONFIRMATIONS: Migration = Migration {
    name: "0011_confirmations",
    sql: include_str!("../../../../../migrations/0011_confirmations.sql"),
};

pub struct Thing;
impl Named for Thing {
    const PREFIX: &'static str = "thg";
}

/// What the fake act answers.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    /// Name of the unit that was made.
    pub name: String,
}

const STYLE: Asset = Asset {
    path: "/assets/app.1.css",
    content_type: "text/css; charset=utf-8",
    bytes: b"body{}",
    br: b"",
    gzip: b"",
    etag: "\"1\"",
    immutable: true,
};

/// How often the act's closure ran to its end.
pub static ACTED: AtomicU32 = AtomicU32::new(0);

/// The act: keeps a unit under the title that was sent.
fn act(tx: &Tx, title: &str) -> Result<Receipt> {
    let id = tx.ctx().id::<Thing>();
    tx.exec(
        "INSERT INTO units (id, key, name, short_name, kinds, functions, active, version, created_at) \
         VALUES ($1, $1, $2, $2, '', '', TRUE, 1, $3)",
        args![&id, title, tx.ctx().now],
    )?;
    tx.record(Record::new("unit.add", id.as_str()))?;
    ACTED.fetch_add(1, Ordering::SeqCst);
    Ok(Receipt { name: title.to_owned() })
}

fn submit_api(c: &Call) -> Result<Reply> {
    let form = c.checked()?;
    let receipt = c.write(|tx| act(tx, form.text("title")))?;
    c.json_reply(&receipt)
}

fn submit_page(c: &Call) -> Result<Reply> {
    match c.checked().and_then(|form| c.write(|tx| act(tx, form.text("title")))) {
        Ok(receipt) => c.see_saying("/form", &format!("已提交“{}”。", receipt.name)),
        Err(error) => c.again(error, |errors| {
            let pack = c.ctx.pack()?;
            let form = pack.form("opinion_submit").or_missing()?;
            let view = FormView::new(form, pack, c.filled()?, errors);
            let title = view.field("title").or_missing()?;
            Ok(Reply::html(format!("{}|{}|{}", view.errors.len(), title.value, title.error)))
        }),
    }
}

fn form_page(c: &Call) -> Result<Reply> {
    let shell = c.shell("提交诉求")?;
    Ok(Reply::html(format!("csrf={} token={} flash={:?}", shell.csrf, c.submit_token(), shell.flash)))
}

fn show(c: &Call) -> Result<Reply> {
    let id = c.id::<Thing>("id")?;
    c.read(|tx| tx.one("SELECT id FROM units WHERE id = $1", args![&id]))?.or_missing()?;
    Ok(Reply::text("shown"))
}

/// A file that no buffer of the machine holds.
fn large(c: &Call) -> Result<Reply> {
    let path = c.city.data.join("large");
    if !path.exists() {
        std::fs::File::create(&path)?.set_len(32 << 20)?;
    }
    Reply::stored(c, "大.bin", "application/octet-stream", std::fs::File::open(path)?)
}

/// What arrived of a form with files.
fn arrived(c: &Call) -> Result<Reply> {
    let filled = c.filled()?;
    let files = filled.files.iter().map(|file| match file.content.read() {
        Ok(bytes) => format!("{} {} {}", file.name, bytes.len(), sm3_hex(&bytes) == file.content.sm3()),
        Err(why) => why.message().to_owned(),
    });
    Ok(Reply::text(format!("{}|{}", filled.get("title"), files.collect::<Vec<_>>().join("|"))))
}

fn panics(_: &Call) -> Result<Reply> {
    let empty: Vec<u8> = Vec::new();
    Ok(Reply::text(empty[0].to_string()))
}

fn conflicts(_: &Call) -> Result<Reply> {
    Err(Error::conflict(7))
}

/// Signs anybody in, and goes on with what was typed before.
fn sign_in(c: &Call) -> Result<Reply> {
    match Kept::carried(c) {
        Some(kept) => kept.resume(c, "good"),
        None => says_who(c),
    }
}

fn says_who(c: &Call) -> Result<Reply> {
    Ok(Reply::text(format!("{} {}", c.ctx.actor_name(), c.remote)))
}

fn lists(c: &Call) -> Result<Reply> {
    c.ctx.right("desk.view").map(|_| Reply::text("the office's cases"))
}

pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/form", "opinion.submit", form_page).public(),
        page(POST, "/form", "opinion.submit", submit_page).public().form("opinion_submit").uploads(),
        page(GET, "/things/{id}", "association.view", show).public(),
        page(GET, "/desk", "desk.view", says_who),
        page(POST, "/desk", "desk.view", says_who),
        page(GET, "/accounts", "user.list", says_who),
        page(GET, "/who", "association.view", says_who).public(),
        api(GET, "/api/v1/cases", "account.manage", lists).open(),
        page(GET, "/large", "association.view", large).public(),
        api(POST, "/api/v1/files", "account.manage", arrived).open().uploads(),
        page(GET, "/panic", "association.view", panics).public(),
        page(POST, "/login", "account.manage", sign_in).open().rate(Rate::Login),
        api(POST, "/api/v1/opinions", "opinion.submit", submit_api)
            .public()
            .form("opinion_submit")
            .defaults(&[("disclosure", "anonymous")])
            .uploads()
            .rate(Rate::Submit)
            .creates()
            .answers(crate::http::schema::<Receipt>)
            .summary("提交诉求"),
        api(GET, "/api/v1/things/{id}", "association.view", show).public(),
        api(GET, "/api/v1/accounts", "user.list", says_who).answers(crate::http::list_of::<Receipt>),
        api(POST, "/api/v1/conflict", "desk.view", conflicts),
    ]
}

fn clerk() -> SignedIn {
    let post = Post {
        role: "intake".into(),
        kind: OfficeKind::Unit,
        office: "unt_1".into(),
        office_name: "市委社会工作部".into(),
    };
    let actor =
        Actor::Person {
            user: Id::new(1, 1), login: "clerk".into(), name: "李明".into(), posts: vec![post]
        };
    SignedIn {
        actor,
        session: SessionInfo { id: "ses_1".into(), csrf: "session-secret".into() },
        touch: true,
    }
}

fn session(_: &Tx, _: &Ctx, token: &str) -> Result<Option<SignedIn>> {
    Ok((token == "good").then(clerk))
}

fn bearer(_: &Tx, _: &Ctx, token: &str) -> Result<Option<SignedIn>> {
    Ok((token == "good").then(clerk))
}

fn touch(tx: &Tx, _: &Ctx, session: &SessionInfo) -> Result<()> {
    tx.exec("DELETE FROM leases WHERE name = $1", args![&session.id])?;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of the hook")]
fn shell(c: &Call) -> Result<Shell> {
    Ok(Shell::plain(c))
}

/// The house of these tests, with one capability more.
pub fn house(also: Vec<Capability>) -> Arc<House> {
    let own = Capability { vocabulary: small::vocabulary(), routes: routes(), ..Capability::default() };
    Arc::new(House::new(std::iter::once(own).chain(also).collect()))
}

/// A city with its door.
pub struct Town {
    pub site: Arc<Site>,
    _folder: tempfile::TempDir,
}

impl Town {
    pub fn new() -> Town {
        Town::with(Limits { rate_limit_public: false, ..Limits::default() }, Settings::default())
    }

    pub fn with(limits: Limits, settings: Settings) -> Town {
        Town::of(house(Vec::new()), limits, settings)
    }

    pub fn of(house: Arc<House>, limits: Limits, settings: Settings) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(
            folder.path().join("city.db").to_str().unwrap(),
            &[MIGRATION, PACKS, CONFIRMATIONS, PLACE, ANSWERS, STOPS],
        )
        .unwrap();
        let setup = Setup {
            db,
            clock: Clock::System,
            random: Random::system(),
            data: folder.path().to_owned(),
            demo: true,
            limits,
            house,
        };
        let city = Arc::new(City::open(setup, &small::files()).unwrap());
        let hooks = Hooks { session, bearer, touch, shell, sign_in_path: "/login" };
        let site = Site::new(city, hooks, Assets::new(&[STYLE]), settings);
        Town { site, _folder: folder }
    }

    /// Asks without cookies; headers as `name: value`.
    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for line in headers {
            let (name, value) = line.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let request = request.body(body.into()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = router(self.site.clone(), Listener::Whole).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes();
            Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes.to_vec() }
        })
    }

    /// Serves on a socket while a client of another thread speaks to it.
    pub fn serving<T: Send + 'static>(&self, client: impl FnOnce(SocketAddr) -> T + Send + 'static) -> T {
        self.serve_on(&[Listener::Whole], |at| client(at[0]))
    }

    /// The same with a public door and one for the inner network.
    pub fn serving_both<T: Send + 'static>(
        &self,
        client: impl FnOnce(SocketAddr, SocketAddr) -> T + Send + 'static,
    ) -> T {
        self.serve_on(&[Listener::Public, Listener::Staff], |at| client(at[0], at[1]))
    }

    fn serve_on<T: Send + 'static>(
        &self,
        listeners: &[Listener],
        client: impl FnOnce(&[SocketAddr]) -> T + Send + 'static,
    ) -> T {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut sockets = Vec::new();
            for listener in listeners {
                sockets.push((tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap(), *listener));
            }
            let at: Vec<SocketAddr> = sockets.iter().map(|(s, _)| s.local_addr().unwrap()).collect();
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let serving = tokio::spawn(crate::http::serve(self.site.clone(), sockets, async {
                let _ = stopped.await;
            }));
            let said = tokio::task::spawn_blocking(move || client(&at)).await.unwrap();
            stop.send(()).unwrap();
            serving.await.unwrap().unwrap();
            said
        })
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], Body::empty())
    }

    pub fn json(&self, path: &str, headers: &[&str], body: &serde_json::Value) -> Answer {
        let headers: Vec<&str> = headers.iter().copied().chain(["content-type: application/json"]).collect();
        self.ask("POST", path, &headers, body.to_string())
    }

    pub fn units(&self) -> i64 {
        let ctx = self.site.city.ctx(Actor::System);
        self.site.city.db.read(&ctx, |tx| tx.number("SELECT COUNT(*) FROM units", args![])).unwrap()
    }
}

/// An answer as a test looks at it.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The cookie line that the next request would carry.
    pub fn cookies(&self) -> String {
        let lines = self.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
        lines.map(|l| l.split(';').next().unwrap().to_owned()).collect::<Vec<_>>().join("; ")
    }

    /// What stands behind `name=` in the text, up to a blank.
    pub fn after(&self, name: &str) -> String {
        self.text().split(&format!("{name}=")).nth(1).unwrap().split(' ').next().unwrap().to_owned()
    }
}

/// A whole opinion, as the public form takes it.
pub fn opinion(title: &str) -> serde_json::Value {
    serde_json::json!({"kind": "咨询", "title": title, "text": "请问会员企业怎样申请贷款贴息，需要哪些材料。"})
}

/// The same as a page's form sends it.
pub fn typed(title: &str, more: &str) -> String {
    let text = crate::http::encode("请问会员企业怎样申请贷款贴息，需要哪些材料。");
    let kind = crate::http::encode("咨询");
    format!("kind={kind}&title={}&text={text}&disclosure=anonymous{more}", crate::http::encode(title))
}

#[test]
fn a_filled_form_is_read_alike_from_every_kind_of_body() {
    let json = Filled::from_json("{\"title\":\"甲\",\"n\":3,\"yes\":true,\"no\":null}".as_bytes()).unwrap();
    assert_eq!((json.get("title"), json.get("n"), json.get("yes"), json.get("no")), ("甲", "3", "1", ""));
    let body = "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n甲\r\n乙\r\n--b\r\nContent-Disposition: \
                form-data; name=\"files\"; filename=\"..\\\\x/照片.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--b\r\n\
                Content-Disposition: form-data; name=\"files\"; filename=\"\"\r\n\r\n\r\n--b--\r\n";
    let parts = Filled::from_multipart("multipart/form-data; boundary=b", &body.into()).unwrap();
    assert_eq!((parts.get("title"), parts.files.len()), ("甲\n乙", 1));
    assert_eq!(
        (parts.files[0].name.as_str(), parts.files[0].content.read().unwrap().as_ref()),
        ("照片.png", &b"PNG"[..])
    );
    assert!(Filled::from_multipart("multipart/form-data", &body.into()).is_err());
    assert!(Filled::from_multipart("multipart/form-data; boundary=c", &body.into()).is_err());
    let form = Filled::from_urlencoded(b"a=1&a=2&a=&csrf=x").unwrap();
    assert_eq!(form.all("a"), ["1", "2"]);
    assert_eq!(form.digest(), Filled::from_urlencoded(b"csrf=y&submit_token=z&a=1&a=2&a=").unwrap().digest());
    assert_ne!(form.digest(), Filled::from_urlencoded(b"a=2&a=1&a=").unwrap().digest());
}
