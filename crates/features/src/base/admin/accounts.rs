//! Accounts: the list, one account, opening, closing and reopening, passwords.

use askama::Template;
use huitong_kernel::clock::civil_date;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::page::{Choice, Fact, Pager, Shell};
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::list::Asked;
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};

use super::posts::{PostFields, role_choices, unit_choices};
use crate::base::identity::pages::{Errors, PASSWORD_HINT, PostRow, TokenRow, facts};
use crate::base::identity::{self, Account, HeldPost, NewUser, Token, UserId};
use crate::base::journal::{Opened, Since};

const PATH: &str = "/admin/users";

#[derive(Template)]
#[template(path = "base/admin/pages/users.html")]
struct UsersPage {
    shell: Shell,
    rows: Vec<UserRow>,
    pager: Pager,
    by_name: (String, &'static str),
    by_login: (String, &'static str),
    by_time: (String, &'static str),
    q: String,
    roles: Vec<Choice>,
    units: Vec<Choice>,
    standings: Vec<Choice>,
    filtered: bool,
}

struct UserRow {
    href: String,
    name: String,
    login: String,
    posts: String,
    standing: &'static str,
    tone: &'static str,
    opened: String,
}

pub fn list(c: &Call) -> Result<Reply> {
    let asked = Asked::read(identity::LISTS[0], c.queries())?;
    let (role, unit) = (c.query("role").unwrap_or_default(), c.query("unit").unwrap_or_default());
    let (page, units) =
        c.read(|tx| Ok((identity::list(tx, &asked, role, unit)?, unit_choices(tx, unit)?)))?;
    let total = page.total.unwrap_or(0);
    if let Some(last) = asked.beyond(total, PATH, c.queries()) {
        return c.see(&last);
    }
    let chosen = c.query("standing").unwrap_or_default();
    let standing = |value: &str, label: &str| Choice {
        value: value.into(),
        label: label.into(),
        checked: chosen == value,
        ..Choice::default()
    };
    let link = |name: &str| asked.sort_link(name, PATH, c.queries());
    c.page(&UsersPage {
        shell: c.shell("账户与任职")?,
        rows: page.items.iter().map(|(account, posts)| UserRow::new(c, account, posts)).collect(),
        pager: asked.pager(total, "个", PATH, c.queries()),
        by_name: link("name"),
        by_login: link("login"),
        by_time: link("created_at"),
        q: c.query("q").unwrap_or_default().to_owned(),
        roles: role_choices(c, role),
        units,
        standings: [("normal", "正常"), ("unset", "未设密码"), ("disabled", "已停用")]
            .map(|(value, label)| standing(value, label))
            .to_vec(),
        filtered: ["q", "role", "unit", "standing"].iter().any(|name| c.query(name).is_some()),
    })
}

impl UserRow {
    fn new(c: &Call, account: &Account, posts: &[HeldPost]) -> UserRow {
        let title = |role: &str| c.ctx.roles().get(role).map_or(role, |r| &r.title).to_owned();
        let posts: Vec<String> =
            posts.iter().map(|p| format!("{} · {}", p.office.name, title(&p.role))).collect();
        let standing = account.standing();
        UserRow {
            href: format!("{PATH}/{}", account.id),
            name: account.name.clone(),
            login: account.login.clone(),
            posts: if posts.is_empty() { "—".into() } else { posts.join("；") },
            standing,
            tone: tone(standing),
            opened: civil_date(account.created_at).to_string(),
        }
    }
}

fn tone(standing: &str) -> &'static str {
    match standing {
        "正常" => "done",
        "已停用" => "muted",
        _ => "wait",
    }
}

#[derive(Template)]
#[template(path = "base/admin/pages/user.html")]
struct UserPage {
    shell: Shell,
    grant_href: String,
    password_href: String,
    disable_href: String,
    enable_href: String,
    active: bool,
    version: i64,
    facts: Vec<Fact>,
    posts: Vec<PostRow>,
    tokens: Vec<TokenRow>,
    token: String,
    since: Option<Since>,
}

pub fn show(c: &Call) -> Result<Reply> {
    draw(c, false)
}

fn draw(c: &Call, late: bool) -> Result<Reply> {
    let id = user_id(c)?;
    let (account, posts, tokens, since) = c.read(|tx| {
        let account = identity::account(tx, &id)?.or_missing()?;
        let since = if late { Some(since(c, tx, &id)?) } else { None };
        Ok((account, identity::posts_of(tx, &id)?, identity::tokens_of(tx, &id)?, since))
    })?;
    let mut shell = c.shell(&account.name)?;
    shell.lead = format!("用户名 {}", account.login);
    c.page(&UserPage {
        shell,
        grant_href: format!("{PATH}/{id}/posts/new"),
        password_href: format!("{PATH}/{id}/password"),
        disable_href: format!("{PATH}/{id}/disable"),
        enable_href: format!("{PATH}/{id}/enable"),
        active: account.is_active(),
        version: account.version,
        facts: facts(&account),
        posts: posts.iter().map(|post| PostRow::new(c, post)).collect(),
        tokens: tokens.iter().map(|token| TokenRow::new(c, token)).collect(),
        token: c.submit_token(),
        since,
    })
}

/// The account in the address.
pub(super) fn user_id(c: &Call) -> Result<UserId> {
    c.id("id")
}

/// What was done to an account and its posts since the sender opened the page.
pub(super) fn since(c: &Call, tx: &Tx, user: &UserId) -> Result<Since> {
    let mut parts = vec![("user", user.to_string())];
    parts.extend(identity::posts_of(tx, user)?.iter().map(|post| ("post", post.id.to_string())));
    let version = c.filled()?.version().unwrap_or(i64::MAX);
    Since::read(tx, &Opened { parts: &parts, version, outsider: "本人" })
}

/// Refuses where the account or its posts changed since the page was drawn.
pub(super) fn unchanged(c: &Call, tx: &Tx, user: &UserId) -> Result<()> {
    let sent = c.filled()?.get("version");
    identity::unchanged(tx, user, if sent.is_empty() { None } else { Some(c.filled()?.version()?) })
}

/// Draws the page again: with what others did meanwhile where they were faster (409), with the errors where fields are
/// wrong (422); any other error goes on its way.
pub(super) fn again(
    c: &Call,
    error: Error,
    draw: impl FnOnce(&[FieldError], bool) -> Result<Reply>,
) -> Result<Reply> {
    if error.current_version().is_some() {
        return Ok(draw(&[], true)?.status(409));
    }
    c.again(error, |errors| draw(errors, false))
}

#[derive(Template)]
#[template(path = "base/admin/pages/user_new.html")]
struct NewPage<'a> {
    shell: Shell,
    errors: Errors<'a>,
    token: String,
    filled: &'a Filled,
    post: PostFields,
    rule: &'static str,
}

pub fn new(c: &Call) -> Result<Reply> {
    draw_new(c, &Filled::default(), &[])
}

fn draw_new(c: &Call, filled: &Filled, errors: &[FieldError]) -> Result<Reply> {
    let mut shell = c.shell("开通账户")?;
    shell.has_errors = !errors.is_empty();
    let post = c.read(|tx| PostFields::new(c, tx, filled))?;
    c.page(&NewPage {
        shell,
        errors: Errors(errors),
        token: c.submit_token(),
        filled,
        post,
        rule: PASSWORD_HINT,
    })
}

pub fn add(c: &Call) -> Result<Reply> {
    match open(c) {
        Ok(id) => c.see_saying(&format!("{PATH}/{id}"), "账户已开通，首次登录须修改密码。"),
        Err(error) => c.again(error, |errors| draw_new(c, c.filled()?, errors)),
    }
}

fn open(c: &Call) -> Result<UserId> {
    let form = c.filled()?;
    let (login, name) = (form.get("login"), form.get("name"));
    let hashed = identity::hash("password", form.get("password"), login, name);
    // Everything that is wrong is said at once, in the order of the page.
    let post = c.read(|tx| PostFields::read(tx, form).map(drop));
    let mut wrong = identity::wrong_names(login, name);
    wrong.extend(
        [hashed.as_ref().err(), post.as_ref().err()]
            .into_iter()
            .flatten()
            .flat_map(|e| e.field_errors())
            .cloned(),
    );
    if !wrong.is_empty() {
        return Err(Error::fields(wrong));
    }
    post?;
    let password = Some(hashed?);
    c.write(|tx| {
        let new = NewUser {
            login: login.into(),
            name: name.into(),
            phone: Some(form.get("phone").into()),
            password: password.clone(),
            must_change: true,
            post: Some(PostFields::read(tx, form)?),
        };
        Ok(identity::add(tx, &new)?.id)
    })
}

/// A page that asks for what one act needs before it is done.
#[derive(Template)]
#[template(path = "base/admin/pages/ask.html")]
pub(super) struct AskPage<'a> {
    pub(super) shell: Shell,
    pub(super) errors: Errors<'a>,
    pub(super) token: String,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) facts: Vec<Fact>,
    pub(super) explain: &'static str,
    /// Which fields are asked for.
    pub(super) asks_last: bool,
    pub(super) asks_reason: bool,
    pub(super) asks_password: bool,
    pub(super) last: String,
    pub(super) reason: String,
    pub(super) rule: &'static str,
    pub(super) verb: &'static str,
    /// Version of the account that the page shows.
    pub(super) version: i64,
    /// What others did meanwhile, where they were faster.
    pub(super) since: Option<Since>,
}

impl<'a> AskPage<'a> {
    pub(super) fn new(
        c: &Call,
        verb: &'static str,
        back: String,
        errors: &'a [FieldError],
    ) -> Result<AskPage<'a>> {
        let mut shell = c.shell(verb)?;
        shell.has_errors = !errors.is_empty();
        let typed = |name: &str| c.filled().map(|filled| filled.get(name));
        Ok(AskPage {
            shell,
            errors: Errors(errors),
            token: c.submit_token(),
            action: c.path().to_owned(),
            back,
            facts: Vec::new(),
            explain: "",
            asks_last: false,
            asks_reason: false,
            asks_password: false,
            last: typed("last")?.to_owned(),
            reason: typed("reason")?.to_owned(),
            rule: PASSWORD_HINT,
            verb,
            version: 0,
            since: None,
        })
    }
}

fn ask_about<'a>(c: &Call, verb: &'static str, errors: &'a [FieldError], late: bool) -> Result<AskPage<'a>> {
    let id = user_id(c)?;
    let (account, since) = c.read(|tx| {
        let since = if late { Some(since(c, tx, &id)?) } else { None };
        Ok((identity::account(tx, &id)?.or_missing()?, since))
    })?;
    let page = AskPage::new(c, verb, format!("{PATH}/{id}"), errors)?;
    Ok(AskPage { facts: facts(&account), version: account.version, since, ..page })
}

pub fn ask_disable(c: &Call) -> Result<Reply> {
    draw_disable(c, &[], false)
}

fn draw_disable(c: &Call, errors: &[FieldError], late: bool) -> Result<Reply> {
    let explain =
        "停用后立即不能登录，已登录的会退出，接口令牌收回；在办的诉求请先分办给其他经办人。以后可以恢复。";
    c.page(&AskPage { explain, asks_reason: true, ..ask_about(c, "停用账户", errors, late)? })
}

pub fn disable(c: &Call) -> Result<Reply> {
    let (id, reason) = (user_id(c)?, c.filled()?.get("reason").to_owned());
    let done = c.write(|tx| {
        unchanged(c, tx, &id)?;
        identity::disable(tx, &id, &reason).map(drop)
    });
    match done {
        Ok(()) => c.see_saying(&format!("{PATH}/{id}"), "账户已停用。"),
        Err(error) => again(c, error, |errors, late| draw_disable(c, errors, late)),
    }
}

pub fn enable(c: &Call) -> Result<Reply> {
    let id = user_id(c)?;
    let done = c.write(|tx| {
        unchanged(c, tx, &id)?;
        identity::enable(tx, &id).map(drop)
    });
    match done {
        Ok(()) => c.see_saying(&format!("{PATH}/{id}"), "账户已恢复，可以登录。"),
        Err(error) => again(c, error, |_, late| draw(c, late)),
    }
}

pub fn ask_password(c: &Call) -> Result<Reply> {
    draw_password(c, &[], false)
}

fn draw_password(c: &Call, errors: &[FieldError], late: bool) -> Result<Reply> {
    let explain =
        "设置后对方的登录全部结束，接口令牌收回，下次登录须先修改密码。请当面或电话告知，不要用消息发送。";
    c.page(&AskPage { explain, asks_password: true, ..ask_about(c, "设置密码", errors, late)? })
}

pub fn password(c: &Call) -> Result<Reply> {
    let id = user_id(c)?;
    let done = c.filled().and_then(|form| {
        let account = c.read(|tx| identity::account(tx, &id))?.or_missing()?;
        let hashed = identity::hash("password", form.get("password"), &account.login, &account.name)?;
        c.write(|tx| {
            unchanged(c, tx, &id)?;
            identity::set_password(tx, &id, &hashed)
        })
    });
    match done {
        Ok(()) => c.see_saying(&format!("{PATH}/{id}"), "密码已设置，对方下次登录须先修改密码。"),
        Err(error) => again(c, error, |errors, late| draw_password(c, errors, late)),
    }
}

pub fn revoke_token(c: &Call) -> Result<Reply> {
    let id: Id<Token> = c.id("id")?;
    let user = c.write(|tx| identity::revoke_token(tx, &id))?;
    c.see_saying(&format!("{PATH}/{user}"), "接口令牌已收回。")
}
