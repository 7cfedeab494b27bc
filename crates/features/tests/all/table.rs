//! Every address of the house with who may come in and what a call that is let in meets; an address that is missing here fails.

use crate::cases::Case;
use crate::town::{Actor, Town};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever may do the act.
    Act(&'static str),
}

/// What the address speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// No case: the status is the same for everybody who is let in.
    None,
    /// A case, which one must see; to do the act the right to it must reach the case.
    Case,
    /// A case of one's own.
    OwnCase,
    /// A file of a case.
    File,
    /// A case by its number, in what is kept about everything that is done.
    Record,
    /// A matter of a definition, which one must see; to do the act the right to it must reach the matter.
    Matter,
    /// The same for those inside alone.
    Inside,
}

/// One address.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub door: Door,
    pub subject: Subject,
    /// Status of a call that is let in.
    pub status: u16,
    /// Form fields (pages) or JSON (interface) that are sent; they change nothing.
    pub body: &'static [(&'static str, &'static str)],
    /// Query.
    pub query: &'static str,
    /// Key of the definition that brings it; none where the house does.
    pub of: &'static str,
}

pub const fn row(method: &'static str, path: &'static str, door: Door, subject: Subject, status: u16) -> Row {
    Row { method, path, door, subject, status, body: &[], query: "", of: "" }
}

const fn get(path: &'static str, door: Door) -> Row {
    row("GET", path, door, Subject::None, 200)
}

/// An act that is called so that it does nothing.
const fn post(path: &'static str, door: Door, status: u16) -> Row {
    row("POST", path, door, Subject::None, status)
}

const fn case(path: &'static str, act: &'static str) -> Row {
    row("GET", path, Door::Act(act), Subject::Case, 200)
}

/// An act on a case, sent with a version nobody has: who may do it is told of the present one, and nothing is done.
const fn act(path: &'static str, act: &'static str) -> Row {
    Row { body: &[("version", "999999")], ..row("POST", path, Door::Act(act), Subject::Case, 409) }
}

impl Row {
    const fn query(self, query: &'static str) -> Row {
        Row { query, ..self }
    }

    const fn body(self, body: &'static [(&'static str, &'static str)]) -> Row {
        Row { body, ..self }
    }

    const fn record(self) -> Row {
        Row { subject: Subject::Record, ..self }
    }

    const fn own(self) -> Row {
        Row { subject: Subject::OwnCase, ..self }
    }

    /// Whether a program is spoken to.
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    /// Whether bytes are asked for and no page.
    pub fn is_asset(&self) -> bool {
        ["/attachments", "/metrics"].iter().any(|path| self.path.starts_with(path))
            || (self.path.ends_with("/suggest") && !self.of.is_empty())
    }

    /// The row as the failure names it.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

macro_rules! act_rows {
    ($($key:literal),*) => {
        [$(
            act(concat!("/api/v1/appeals/{id}/", $key), concat!("appeal.", $key)),
            act(concat!("/appeals/{id}/", $key), concat!("appeal.", $key)),
            case(concat!("/appeals/{id}/", $key), concat!("appeal.", $key)),
        )*]
    };
}

use Door::{Act, Open, SignedIn};

const SUBMIT: Door = Act("appeal.submit");
const TRACK: Door = Act("appeal.track");
const ORGS: Door = Act("association.view");
const DUTY: Door = Act("responsibility.view");
const NOTICES: Door = Act("notice.view");

const ROWS: &[Row] = &[
    // Everybody.
    get("/api/openapi.json", Open),
    get("/", ORGS),
    get("/appeals/new", SUBMIT),
    post("/appeals/new", SUBMIT, 422),
    get("/appeals/done", SUBMIT),
    post("/appeals/done", SUBMIT, 422),
    get("/track", TRACK),
    post("/track", TRACK, 422),
    post("/track/judge", Act("appeal.judge"), 422),
    post("/track/withdraw", Act("appeal.withdraw"), 422),
    post("/track/files/{absent}", Act("attachment.read"), 404),
    get("/orgs", ORGS),
    get("/orgs/suggest", ORGS).query("?q=MARK&with=units"),
    get("/orgs/{association}", ORGS),
    get("/duty", DUTY).query("?association={association_name}"),
    get("/api/v1/responsibility", DUTY).query("?association={association}&duty=DI-04"),
    post("/api/v1/appeals", SUBMIT, 422),
    row("GET", "/api/v1/track/{number}", TRACK, Subject::None, 404),
    post("/api/v1/track/{number}/judge", Act("appeal.judge"), 404),
    post("/api/v1/track/{number}/withdraw", Act("appeal.withdraw"), 404),
    get("/login", Open),
    post("/login", Open, 422),
    row("GET", "/invitation/{absent}", Open, Subject::None, 404),
    post("/invitation/{absent}", Open, 404),
    // Whoever is signed in.
    get("/me", SignedIn),
    get("/me/password", SignedIn),
    post("/me/password", SignedIn, 422),
    post("/me/sessions/{absent}/end", SignedIn, 404),
    post("/me/tokens/{absent}/end", SignedIn, 404),
    get("/desk", Act("desk.view")),
    get("/api/v1/matters", Act("desk.view")),
    get("/notices", NOTICES),
    post("/notices/{absent}/read", NOTICES, 404),
    post("/notices/read-all", NOTICES, 303),
    // Cases.
    get("/appeals", Act("appeal.list")),
    get("/my/appeals", Act("appeal.list")),
    get("/api/v1/appeals", Act("appeal.list")).query("?page_size=100"),
    get("/appeals/register", Act("appeal.register")),
    post("/appeals/register", Act("appeal.register"), 422),
    post("/api/v1/appeals/register", Act("appeal.register"), 422),
    case("/appeals/{id}", "appeal.view"),
    row("GET", "/appeals/{id}/identity", Act("appeal.view"), Subject::Case, 303),
    case("/api/v1/appeals/{id}", "appeal.view"),
    case("/api/v1/appeals/{id}/acts", "appeal.view"),
    case("/api/v1/appeals/{id}/proposals", "appeal.proposals"),
    case("/my/appeals/{id}", "appeal.view").own(),
    act("/my/appeals/{id}/judge", "appeal.judge"),
    act("/my/appeals/{id}/withdraw", "appeal.withdraw"),
    act("/api/v1/appeals/{id}/judge", "appeal.judge"),
    act("/api/v1/appeals/{id}/withdraw", "appeal.withdraw"),
    row("GET", "/attachments/{file}", Act("attachment.read"), Subject::File, 200),
    // Administration.
    get("/admin/users", Act("user.list")),
    get("/admin/users/new", Act("user.add")),
    post("/admin/users", Act("user.add"), 422),
    get("/admin/users/{user}", Act("user.list")),
    get("/admin/users/{user}/disable", Act("user.disable")),
    post("/admin/users/{absent}/disable", Act("user.disable"), 404).body(&[("reason", "不再在任")]),
    post("/admin/users/{absent}/enable", Act("user.enable"), 404),
    get("/admin/users/{user}/password", Act("user.password")),
    post("/admin/users/{absent}/password", Act("user.password"), 404).body(&[("password", "Kd7#mqTw2x9")]),
    get("/admin/users/{user}/posts/new", Act("post.grant")),
    post("/admin/users/{absent}/posts", Act("post.grant"), 404),
    row("GET", "/admin/posts/{absent}/end", Act("post.end"), Subject::None, 404),
    post("/admin/posts/{absent}/end", Act("post.end"), 404),
    post("/admin/tokens/{absent}/revoke", Act("token.revoke"), 404),
    get("/admin/units", Act("unit.list")),
    get("/admin/permissions", Act("permission.view")),
    get("/admin/clock", Act("clock.confirm")),
    post("/admin/clock", Act("clock.confirm"), 404),
    get("/metrics", Act("metrics.view")),
    get("/admin/pack", Act("pack.view")),
    post("/admin/pack/confirm", Act("pack.confirm"), 404),
    post("/api/v1/pack/confirm", Act("pack.confirm"), 404),
    get("/admin/dispatch-models", Act("dispatch_model.view")),
    post("/admin/dispatch-models/learn", Act("dispatch_model.ask"), 303),
    post("/admin/dispatch-models/roll-back", Act("dispatch_model.roll_back"), 409),
    get("/admin/access", Act("access.explain")).query("?subject={number}").record(),
    get("/admin/journal", Act("journal.view")).query("?subject={number}").record(),
    get("/admin/journal/{entry}", Act("journal.view")).record(),
    get("/api/v1/journal", Act("journal.view")).query("?page_size=100&subject={number}").record(),
];

/// Signing out ends the session with which all else is asked, and looking behind the mask is an act of its own.
pub const APART: &[&str] = &["POST /logout", "POST /appeals/{id}/identity"];

const ON_CASES: &[Row] = &act_rows![
    "verify", "accept", "decline", "classify", "dispatch", "sign", "assign", "contact", "note", "reply",
    "review", "send"
];

/// Every address but those [`APART`].
pub fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(ON_CASES)
}

/// Puts real values into the places of an address.
pub fn address(row: &Row, town: &Town, case: &Case, file: &str) -> String {
    let association = &town.associations[2];
    let user = town.person("handler@science").account.id.to_string();
    let absent = absent_like(row.path);
    let name = huitong_kernel::http::encode(&association.name);
    [row.path, row.query]
        .concat()
        .replace("{id}", &case.id)
        .replace("{number}", &case.number)
        .replace("{file}", file)
        .replace("{entry}", &case.entry)
        .replace("{user}", &user)
        .replace("{association}", association.id.as_str())
        .replace("{association_name}", &name)
        .replace("{absent}", &absent)
}

/// An id of the right kind that nothing has.
fn absent_like(path: &str) -> String {
    let prefix = match path {
        p if p.contains("/users/") => "usr",
        p if p.contains("/posts/") => "pst",
        p if p.contains("/tokens/") => "tok",
        p if p.contains("/notices/") => "ntc",
        p if p.contains("/sessions/") => "ses",
        _ => "att",
    };
    format!("{prefix}_{}", nothing())
}

/// The part behind the prefix of an id that nothing has.
pub fn nothing() -> String {
    let made = huitong_kernel::Id::<huitong_kernel::ctx::User>::new(1, 1);
    made.as_str().split_once('_').unwrap().1.to_owned()
}

/// Whether somebody is let in at the door.
pub fn let_in(row: &Row, actor: &Actor, grants: &crate::grants::Grants) -> bool {
    match row.door {
        Open => true,
        SignedIn => actor.person.is_some(),
        Act(act) => grants.may(actor, act),
    }
}
