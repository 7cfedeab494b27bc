//! A city with the routes of identity and its administration, and a browser without script that remembers cookies.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use huitong_features::base::{admin, identity};
use huitong_kernel::capability::Capability;
use huitong_kernel::city::{City, Limits, Setup};
use huitong_kernel::clock::{Clock, Random, parse_instant};
use huitong_kernel::house::House;
use huitong_kernel::http::{
    Assets, Call, GET, Hooks, Listener, Reply, Settings, Shell, Site, encode, page, router,
};
use huitong_kernel::{Ctx, Db, Result};
use tower::ServiceExt as _;

#[expect(clippy::unnecessary_wraps, reason = "the signature of the hook")]
fn shell(c: &Call) -> Result<Shell> {
    Ok(Shell::plain(c))
}

fn desk(c: &Call) -> Result<Reply> {
    Ok(Reply::text(format!("工作台 {} {}", c.ctx.actor_name(), c.ctx.posts().len())))
}

/// A city on a database, in the demo's time.
pub struct Town {
    pub city: Arc<City>,
    site: Arc<Site>,
}

impl Town {
    pub fn new(db: &Db) -> Town {
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack");
        let mut files = pack_files(&packs.join("chengdu"));
        files = huitong_kernel::pack::with_city(files, pack_files(&packs.join("jinning/city")));
        let vocabulary = huitong_features::house().vocabulary.clone();
        let mut routes = identity::capability().routes;
        routes.extend(admin::capability().routes);
        routes.push(page(GET, "/desk", "account.manage", desk).signed_in());
        let setup = Setup {
            db: db.clone(),
            clock: Clock::manual(parse_instant("2025-03-14T09:30:00+08:00").unwrap()),
            random: Random::system(),
            data: std::env::temp_dir(),
            demo: true,
            limits: Limits { rate_limit_public: false, ..Limits::default() },
            house: Arc::new(House::new(vec![Capability { vocabulary, routes, ..Capability::default() }])),
        };
        let city = Arc::new(City::open(setup, &files).unwrap());
        let (session, bearer, touch) = (identity::session, identity::bearer, identity::touch);
        let hooks = Hooks { session, bearer, touch, shell, sign_in_path: "/login" };
        let site = Site::new(city.clone(), hooks, Assets::default(), Settings::default());
        Town { city, site }
    }

    /// A context of the program itself.
    pub fn ctx(&self) -> Ctx {
        self.city.ctx(huitong_kernel::ctx::Actor::CommandLine)
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { town: self, cookies: RefCell::default() }
    }
}

/// The pack with the administrator's rights named as this capability names its acts.
fn pack_files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = huitong_kernel::pack::read_files(folder).unwrap();
    if let Some(roles) = files.get_mut("roles.toml")
        && !roles.contains("\"user.list\"")
    {
        let granted: Vec<String> = identity::ACTS
            .iter()
            .chain(admin::ACTS)
            .map(|(act, _)| *act)
            .filter(|act| {
                ["user.", "post.g", "post.end", "token.", "unit."].iter().any(|s| act.starts_with(s))
            })
            .map(|act| format!("\"{act}\""))
            .collect();
        *roles = roles.replace("\"user.manage\"", &granted.join(", "));
    }
    files
}

pub struct Page {
    pub status: u16,
    pub location: String,
    pub retry_after: String,
    pub set_cookies: Vec<String>,
    pub body: String,
}

impl Page {
    /// The value of a hidden field, as the page carries it first.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&start).unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        self.body[at + start.len()..].split('"').next().unwrap().to_owned()
    }

    /// The first link that begins so.
    pub fn link(&self, start: &str) -> String {
        let start = format!("href=\"{start}");
        let at = self.body.find(&start).unwrap_or_else(|| panic!("no link {start} in {}", self.body));
        self.body[at + 6..].split('"').next().unwrap().to_owned()
    }

    #[track_caller]
    pub fn says(&self, text: &str) {
        assert!(self.body.contains(text), "“{text}” is not on the page ({}): {}", self.status, self.body);
    }
}

pub struct Browser<'a> {
    town: &'a Town,
    pub cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser<'_> {
    fn ask(&self, method: &str, path: &str, body: String) -> Page {
        let jar: Vec<String> = self.cookies.borrow().iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", jar.join("; "))
            .body(Body::from(body))
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (parts, bytes) = runtime.block_on(async {
            let response = router(self.town.site.clone(), Listener::Whole).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            (parts, body.collect().await.unwrap().to_bytes())
        });
        let header =
            |name: &str| parts.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let set: Vec<String> =
            parts.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap().to_owned()).collect();
        for line in &set {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.into(), value.into());
            }
        }
        Page {
            status: parts.status.as_u16(),
            location: header("location"),
            retry_after: header("retry-after"),
            set_cookies: set,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub fn get(&self, path: &str) -> Page {
        self.ask("GET", path, String::new())
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        self.ask("POST", path, pairs.join("&"))
    }

    /// Opens the page of a form, fills it in and sends it; goes where the answer leads.
    pub fn fill(&self, form: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(form);
        assert_eq!(page.status, 200, "{form}: {}", page.body);
        let csrf = page.hidden("csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        let once = page.body.contains("submit_token");
        let token = if once { page.hidden("submit_token") } else { String::new() };
        if !token.is_empty() {
            all.push(("submit_token", &token));
        }
        all.extend(fields);
        let answer = self.post(action, &all);
        if answer.status == 303 { Page { status: 303, ..self.get(&answer.location) } } else { answer }
    }

    pub fn sign_in(&self, login: &str, password: &str) -> Page {
        self.fill("/login", "/login", &[("login", login), ("password", password)])
    }
}
