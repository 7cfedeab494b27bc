//! Pages of everybody: signing in and out, one's own account, and the first administrator's link.

use askama::Template;
use huitong_kernel::clock::{civil_date, machine_now, minute_text};
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::cookie::{self, Cookie};
use huitong_kernel::http::page::{Fact, Shell};
use huitong_kernel::http::{Call, GET, Kept, Listener, POST, Rate, Reply, Route, page};
use huitong_kernel::pack::Unit;
use huitong_kernel::{Error, Id, OrMissing, Result};

use crate::base::places;

use super::model::{Account, HeldPost, Office, Session, SessionId, Token};
use super::{Attempt, NewUser, Origin, acts, directory, hash};

/// Rows of the route table.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/login", "session.sign_in", show_login).open().summary("登录页"),
        // Signing in carries on what was typed before.
        page(POST, "/login", "session.sign_in", login)
            .open()
            .rate(Rate::Login)
            .takes_up_to(1 << 20)
            .summary("登录"),
        page(POST, "/logout", "session.sign_out", logout).signed_in().summary("退出登录"),
        page(GET, "/me", "account.manage", me).signed_in().summary("我的账户"),
        page(POST, "/me/sessions/{id}/end", "session.sign_out", end_session)
            .signed_in()
            .summary("结束自己的另一处登录"),
        page(POST, "/me/tokens/{id}/end", "token.revoke", end_token)
            .signed_in()
            .summary("收回自己的接口令牌"),
        page(GET, "/me/password", "account.manage", show_password).signed_in().summary("修改密码页"),
        page(POST, "/me/password", "account.manage", password)
            .signed_in()
            .rate(Rate::Login)
            .summary("修改自己的密码"),
        page(GET, "/invitation/{secret}", "invitation.accept", show_invitation)
            .open()
            .summary("首位管理员开通页"),
        page(POST, "/invitation/{secret}", "invitation.accept", invitation)
            .open()
            .rate(Rate::Login)
            .summary("开通首位管理员"),
    ]
}

/// Messages by field, for templates.
pub(in crate::base) struct Errors<'a>(pub(in crate::base) &'a [FieldError]);

impl Errors<'_> {
    /// The message of a field; "" where nothing is wrong with it.
    pub(in crate::base) fn at(&self, field: &str) -> &str {
        self.0.iter().find(|e| e.field == field).map_or("", |e| e.message.as_str())
    }
}

/// The rule of passwords, said before one is chosen.
pub(in crate::base) const PASSWORD_HINT: &str =
    "至少 10 个字符，含大写字母、小写字母、数字、符号中的三类；不能包含用户名、姓名和常见词。";

#[derive(Template)]
#[template(path = "base/identity/pages/login.html")]
struct LoginPage<'a> {
    shell: Shell,
    message: &'a str,
    login: &'a str,
    next: &'a str,
    /// The place that signing in leads to, where it was asked for and is known.
    wanted: String,
    /// Whom to ask about accounts and passwords: the office that runs the platform.
    host: Option<&'a Unit>,
    /// Whether officials have a door of their own, and this is not it.
    outside: bool,
    /// What was typed before signing in was asked for, as hidden fields.
    kept: Vec<(String, String)>,
}

fn draw_login(c: &Call, login: &str, message: &str) -> Result<Reply> {
    let mut shell = c.shell("登录")?;
    shell.has_errors = !message.is_empty();
    let kept = Kept::carried(c).map(|kept| kept.hidden()).unwrap_or_default();
    let next = c.next();
    let asked = c.query("next").is_some() && kept.is_empty();
    let place = places::of_address(&c.ctx.policy, &next).filter(|_| asked);
    let wanted = place.map(|place| place.label.into_owned()).unwrap_or_default();
    let host = c.ctx.pack().ok().and_then(|pack| pack.unit(&pack.city.host_unit));
    let outside = c.listener == Listener::Public;
    c.page(&LoginPage { shell, message, login, next: &next, wanted, host, outside, kept })
}

fn show_login(c: &Call) -> Result<Reply> {
    if c.session.is_some() {
        return c.see(&c.next());
    }
    draw_login(c, "", "")
}

fn login(c: &Call) -> Result<Reply> {
    let form = c.filled()?;
    let login = form.get("login");
    if login.trim().is_empty() || form.get("password").is_empty() {
        return Ok(draw_login(c, login, "请填写用户名和密码。")?.status(422));
    }
    let from = Origin { address: c.remote, listener: c.listener };
    let attempt = Attempt { login, password: form.get("password"), from };
    let opened = match acts::sign_in(&c.city.db, &c.ctx, attempt) {
        Ok(opened) => opened,
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::TooMany) => {
            let reply = draw_login(c, login, error.message())?.status(error.status());
            let wait = error.retry_after().map(|seconds| seconds.to_string());
            return wait.map_or(Ok(reply.clone()), |wait| reply.header("retry-after", &wait));
        }
        Err(error) => return Err(error),
    };
    // The browser now has another session: the one it had before is over.
    if let Some(id) = own_session(c) {
        c.city.db.write(&c.ctx, |tx| acts::sign_out(tx, &id))?;
    }
    let session = Cookie::new(cookie::SESSION, opened.cookie);
    if let Some(kept) = Kept::carried(c) {
        return Ok(kept.resume(c, &session.value)?.cookie(session));
    }
    let next = if opened.account.must_change { String::from("/me/password") } else { c.next() };
    Ok(c.see(&next)?.cookie(session))
}

/// The browser's session; none where a token acts.
fn own_session(c: &Call) -> Option<SessionId> {
    c.session.as_ref().and_then(|session| Id::parse(&session.id))
}

fn logout(c: &Call) -> Result<Reply> {
    if let Some(id) = own_session(c) {
        c.city.db.write(&c.ctx, |tx| acts::sign_out(tx, &id))?;
    }
    Ok(c.see("/")?.cookie(Cookie::gone(cookie::SESSION)))
}

#[derive(Template)]
#[template(path = "base/identity/pages/me.html")]
struct MePage {
    shell: Shell,
    must_change: bool,
    facts: Vec<Fact>,
    posts: Vec<PostRow>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
}

/// A post as tables show it.
pub(in crate::base) struct PostRow {
    pub(in crate::base) id: String,
    pub(in crate::base) role: String,
    pub(in crate::base) office: String,
    pub(in crate::base) from: String,
    pub(in crate::base) until: String,
    pub(in crate::base) paper: String,
    pub(in crate::base) standing: &'static str,
    pub(in crate::base) tone: &'static str,
    /// Whether it can still be ended.
    pub(in crate::base) open: bool,
}

impl PostRow {
    pub(in crate::base) fn new(c: &Call, post: &HeldPost) -> PostRow {
        let standing = post.standing(c.ctx.today());
        let ended = post.ended_at.map(|at| format!("{} 结束", minute_text(at)));
        PostRow {
            id: post.id.to_string(),
            role: c.ctx.roles().get(&post.role).map_or(post.role.as_str(), |r| &r.title).to_owned(),
            office: post.office.name.clone(),
            from: post.from.to_string(),
            until: ended.or(post.until.map(|day| day.to_string())).unwrap_or_else(|| "长期".into()),
            paper: post.paper.clone().unwrap_or_default(),
            standing,
            tone: match standing {
                "在任" => "done",
                "未开始" => "wait",
                _ => "muted",
            },
            open: matches!(standing, "在任" | "未开始"),
        }
    }
}

/// A token of the API as tables show it.
pub(in crate::base) struct TokenRow {
    pub(in crate::base) id: String,
    pub(in crate::base) made: String,
    pub(in crate::base) used: String,
    pub(in crate::base) until: String,
    pub(in crate::base) standing: &'static str,
    /// Whether it can still be taken back.
    pub(in crate::base) works: bool,
    pub(in crate::base) submit_token: String,
}

impl TokenRow {
    pub(in crate::base) fn new(c: &Call, token: &Token) -> TokenRow {
        let real = machine_now();
        TokenRow {
            id: token.id.to_string(),
            made: minute_text(token.created_at),
            used: token.used_at.map_or_else(|| "没有用过".into(), minute_text),
            until: civil_date(token.expires_at - 1).to_string(),
            standing: token.standing(real),
            works: token.works(real),
            submit_token: c.submit_token(),
        }
    }
}

struct SessionRow {
    id: String,
    began: String,
    seen: String,
    address: String,
    here: bool,
    submit_token: String,
}

impl SessionRow {
    fn new(c: &Call, session: &Session, here: Option<&SessionId>) -> SessionRow {
        SessionRow {
            id: session.id.to_string(),
            began: minute_text(session.created_at),
            seen: minute_text(session.seen_at),
            address: session.address.clone(),
            here: here == Some(&session.id),
            submit_token: c.submit_token(),
        }
    }
}

/// What is known of an account, as facts.
pub(in crate::base) fn facts(account: &Account) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.into(), value, ..Fact::default() };
    vec![
        fact("姓名", account.name.clone()),
        fact("用户名", account.login.clone()),
        fact("办公电话", account.phone.clone().unwrap_or_default()),
        fact("状态", account.standing().to_owned()),
        fact("开通时间", minute_text(account.created_at)),
    ]
}

fn me(c: &Call) -> Result<Reply> {
    let user = c.ctx.user().ok_or_else(Error::sign_in)?;
    let (account, posts, sessions, tokens) = c.read(|tx| {
        let account = directory::account(tx, user)?.or_missing()?;
        Ok((account, directory::posts_of(tx, user)?, acts::sessions_of(tx, user)?, acts::own_tokens(tx)?))
    })?;
    let here = own_session(c);
    c.page(&MePage {
        shell: c.shell("我的账户")?,
        must_change: account.must_change,
        facts: facts(&account),
        posts: posts.iter().map(|post| PostRow::new(c, post)).collect(),
        sessions: sessions.iter().map(|session| SessionRow::new(c, session, here.as_ref())).collect(),
        tokens: tokens.iter().map(|token| TokenRow::new(c, token)).collect(),
    })
}

fn end_session(c: &Call) -> Result<Reply> {
    let id = c.id::<Session>("id")?;
    c.write(|tx| acts::end_session(tx, &id))?;
    c.see_saying("/me", "已结束该处登录。")
}

fn end_token(c: &Call) -> Result<Reply> {
    let id = c.id::<Token>("id")?;
    c.write(|tx| acts::revoke_own_token(tx, &id))?;
    c.see_saying("/me", "接口令牌已收回。")
}

#[derive(Template)]
#[template(path = "base/identity/pages/password.html")]
struct PasswordPage<'a> {
    shell: Shell,
    errors: Errors<'a>,
    must_change: bool,
    rule: &'static str,
}

fn draw_password(c: &Call, errors: &[FieldError]) -> Result<Reply> {
    let user = c.ctx.user().ok_or_else(Error::sign_in)?;
    let must_change = c.read(|tx| directory::account(tx, user))?.or_missing()?.must_change;
    let mut shell = c.shell("修改密码")?;
    shell.has_errors = !errors.is_empty();
    c.page(&PasswordPage { shell, errors: Errors(errors), must_change, rule: PASSWORD_HINT })
}

fn show_password(c: &Call) -> Result<Reply> {
    draw_password(c, &[])
}

fn password(c: &Call) -> Result<Reply> {
    let form = c.filled()?;
    let (old, new) = (form.get("old_password"), form.get("new_password"));
    let changed = if new == form.get("new_password_again") {
        acts::change_own_password(&c.city.db, &c.ctx, own_session(c).as_ref(), old, new)
    } else {
        Err(Error::invalid("new_password_again", "两次填写的新密码不一致"))
    };
    match changed {
        Ok(0) => c.see_saying("/me", "密码已修改，其他登录已结束。"),
        Ok(_) => c.see_saying("/me", "密码已修改，其他登录已结束，接口令牌已收回。"),
        Err(error) => c.again(error, |errors| draw_password(c, errors)),
    }
}

#[derive(Template)]
#[template(path = "base/identity/pages/invitation.html")]
struct InvitationPage<'a> {
    shell: Shell,
    errors: Errors<'a>,
    token: String,
    action: &'a str,
    office: &'a str,
    login: &'a str,
    person: &'a str,
    rule: &'static str,
}

fn draw_invitation(c: &Call, errors: &[FieldError]) -> Result<Reply> {
    let office: Office = c.read(|tx| acts::invitation_office(tx, c.param("secret")))?;
    let mut shell = c.shell("开通首位系统管理员")?;
    shell.has_errors = !errors.is_empty();
    let typed = |name: &str| if errors.is_empty() { Ok("") } else { c.filled().map(|f| f.get(name)) };
    c.page(&InvitationPage {
        shell,
        errors: Errors(errors),
        token: c.submit_token(),
        action: c.path(),
        office: &office.name,
        login: typed("login")?,
        person: typed("name")?,
        rule: PASSWORD_HINT,
    })
}

fn show_invitation(c: &Call) -> Result<Reply> {
    draw_invitation(c, &[])
}

fn invitation(c: &Call) -> Result<Reply> {
    match accept(c) {
        Ok(()) => c.see_saying("/login", "账户已开通，请登录。"),
        Err(error) => c.again(error, |errors| draw_invitation(c, errors)),
    }
}

fn accept(c: &Call) -> Result<()> {
    let form = c.filled()?;
    let (login, name) = (form.get("login"), form.get("name"));
    // Asked before hashing, so that whoever has no link cannot make us compute.
    c.read(|tx| acts::invitation_office(tx, c.param("secret")))?;
    if form.get("password") != form.get("password_again") {
        return Err(Error::invalid("password_again", "两次填写的密码不一致"));
    }
    let password = Some(hash("password", form.get("password"), login, name)?);
    let new = NewUser { login: login.into(), name: name.into(), password, ..NewUser::default() };
    c.write(|tx| acts::accept_invitation(tx, c.param("secret"), &new).map(drop))
}
