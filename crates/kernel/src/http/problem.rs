//! Errors as answers: a problem document for programs (RFC 9457), a page with words for people.

use askama::Template;
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::http::call::Call;
use crate::http::kept::{Kept, Shown};
use crate::http::page::{Link, Shell};
use crate::http::query::encode;
use crate::http::reply::Reply;

/// Short name of a kind: `code` of the problem document.
fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "malformed",
        Kind::SignIn => "sign_in",
        Kind::Denied => "denied",
        Kind::Missing => "missing",
        Kind::Method => "method",
        Kind::Conflict => "conflict",
        Kind::TooLarge => "too_large",
        Kind::Unsupported => "unsupported",
        Kind::Invalid => "invalid",
        Kind::TooMany => "too_many",
        Kind::Busy => "busy",
        Kind::Unsure => "unsure",
        Kind::Internal => "internal",
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "请求无法读取",
        Kind::SignIn => "请先登录",
        Kind::Denied => "没有这项权限",
        Kind::Missing => "没有找到",
        Kind::Method => "地址不支持这种方法",
        Kind::Conflict => "暂时不能办理",
        Kind::TooLarge => "内容过大",
        Kind::Unsupported => "不支持这种内容",
        Kind::Invalid => "填写的内容需要改正",
        Kind::TooMany => "操作过于频繁",
        Kind::Busy => "系统正忙",
        Kind::Unsure => "不能确定是否已保存",
        Kind::Internal => "系统出现错误",
    }
}

/// The problem document of an error.
pub fn document(error: &Error, request: &str) -> serde_json::Value {
    let kind = error.kind();
    let mut body = json!({
        "type": format!("urn:huitong:problem:{}", code(kind)),
        "title": title(kind),
        "status": error.status(),
        "detail": error.message(),
        "code": code(kind),
        "instance": request,
    });
    if !error.field_errors().is_empty() {
        body["errors"] = json!(error.field_errors());
    }
    if let Some(version) = error.current_version() {
        body["version"] = json!(version);
    }
    body
}

/// The answer of an error to a program.
pub fn api(error: &Error, request: &str) -> Reply {
    let body = document(error, request).to_string();
    with_retry(Reply::new("application/problem+json", body), error)
}

fn with_retry(reply: Reply, error: &Error) -> Reply {
    let reply = reply.status(error.status());
    let waits = error.retry_after().map(|seconds| reply.clone().header("retry-after", &seconds.to_string()));
    match (waits, error.kind()) {
        (Some(Ok(reply)), _) => reply,
        (_, Kind::SignIn) => reply.clone().header("www-authenticate", "Bearer").unwrap_or(reply),
        _ => reply,
    }
}

/// The page of an error in the frame of the public side: the way on stands in its navigation.
#[derive(Template)]
#[template(path = "http/error.html")]
struct PublicPage<'a> {
    shell: Shell,
    page: ErrorPage<'a>,
}

/// The same for whoever is signed in.
#[derive(Template)]
#[template(path = "http/error_desk.html")]
struct DeskPage<'a> {
    shell: Shell,
    page: ErrorPage<'a>,
}

/// What an error page says.
#[derive(Default)]
struct ErrorPage<'a> {
    heading: &'a str,
    message: &'a str,
    errors: Vec<String>,
    kept: String,
    code: &'a str,
    /// What was typed.
    shown: Shown,
    /// The same, sent again by one button.
    again: Option<(&'a str, Vec<(&'a str, &'a str)>)>,
    /// The same, carried by a form in which one signs in.
    sign_in: Option<(&'a str, Vec<(String, String)>)>,
    links: Vec<Link>,
}

/// The answer of an error to a person. Somebody who is not signed in is shown the way, and nothing typed is lost.
pub fn page(c: &Call, error: &Error) -> Reply {
    let reading = c.route.method == crate::http::Method::Get;
    if error.kind() == Kind::SignIn && reading && !c.is_htmx() {
        let next = format!("{}{}", c.path(), c.queries().with("", ""));
        let address = format!("{}?next={}", c.site.hooks.sign_in_path, encode(&next));
        if let Ok(reply) = Reply::see(&address) {
            return reply;
        }
    }
    // Where the database is the trouble, the frame is drawn without what it knows.
    drawn(c, error, |heading| c.shell(heading).unwrap_or_else(|_| Shell::plain(c)))
}

/// The same without a question to the database: what was typed is sent again under the token that it was sent under.
pub(super) fn page_alone(c: &Call, error: &Error) -> Reply {
    drawn(c, error, |_| {
        let mut shell = Shell::plain(c);
        if let Ok(filled) = c.filled() {
            filled.get("csrf").clone_into(&mut shell.csrf);
        }
        shell
    })
}

fn drawn(c: &Call, error: &Error, shell: impl FnOnce(&str) -> Shell) -> Reply {
    match draw(c, error, shell) {
        Ok(text) => with_retry(Reply::html(text), error),
        Err(failed) => {
            tracing::error!(request = %c.ctx.request, error = %failed.log_line(), "the error page could not be drawn");
            bare(error, &c.ctx.request)
        }
    }
}

fn draw(c: &Call, error: &Error, shell: impl FnOnce(&str) -> Shell) -> Result<String> {
    let reading = c.route.method == crate::http::Method::Get;
    let stale = crate::http::gate::is_stale(error);
    let title = if stale { "请再确认一次" } else { title(error.kind()) };
    // One sentence once: where the message says what the title says, or is all that there is to say, it is the heading.
    let whole = error.kind() == Kind::Missing || error.message().starts_with(title);
    let (heading, message) = if whole { (error.message(), "") } else { (title, error.message()) };
    let mut shell = shell(heading);
    heading.clone_into(&mut shell.title);
    let typed = if reading { None } else { Kept::of(c) };
    // Sent twice it counts once only where the form carries the token that says so.
    let sends = |typed: &&Kept| error.kind() != Kind::Unsure || typed.acts_once();
    let again = typed.as_ref().filter(sends).filter(|_| {
        stale || matches!(error.kind(), Kind::SignIn | Kind::TooMany | Kind::Busy | Kind::Unsure)
    });
    let guest = shell.user.is_none();
    let signs_in = again.filter(|_| guest && (stale || error.kind() == Kind::SignIn));
    let shown = typed.as_ref().map(|typed| typed.shown(c)).unwrap_or_default();
    let mut kept = match (again, error.kind()) {
        (Some(_), Kind::SignIn) => "您填写的文字还在，没有丢失：请核对，在这里登录后接着提交。",
        (Some(_), Kind::Denied) if guest => {
            "您填写的文字还在，没有丢失：不用登录的，请核对后点“继续提交”；原来登录了的，在下面登录后再提交。"
        }
        (Some(_), Kind::Denied) => "您填写的文字还在，没有丢失：请核对后点“继续提交”。",
        (Some(_), Kind::Unsure) => {
            "您填写的内容还在，请不要重新填写：点“继续提交”，已经保存的不会再保存一次，会告诉您结果。"
        }
        (_, Kind::Unsure) if !reading => "请先查一下是否已经保存，再决定要不要再做一次。",
        (Some(_), _) => "本次操作没有保存。您填写的文字还在，可以稍后点“继续提交”。",
        (None, Kind::Missing) if reading => "请核对网址，或者从首页进入。",
        (None, _) if reading => "",
        (None, _) if !shown.is_empty() => "本次操作没有保存。您填写的文字在下面，需要的请先复制。",
        (None, _) => "本次操作没有保存。",
    }
    .to_owned();
    if again.is_some_and(Kept::had_files) {
        kept.push_str("附件没有保留，需要的请返回上一页重新选择。");
    }
    if error.kind() == Kind::Unsure
        && let Some(unit) = c.ctx.pack().ok().and_then(|pack| pack.unit(&pack.city.host_unit))
        && let Some(phone) = &unit.phone
    {
        kept.push_str(&format!("也可以致电{}询问：{phone}。", unit.name));
    }
    let link = |href: String, label: &str| Link { href, label: label.into() };
    let sign_in_path = c.site.hooks.sign_in_path;
    let mut links = Vec::new();
    if error.kind() == Kind::SignIn || (stale && guest) {
        links.push(link(format!("{sign_in_path}?next={}", encode("/desk")), "在新窗口登录"));
    } else if !guest {
        links.push(link("/desk".into(), "返回工作台"));
    }
    links.push(link("/".into(), "返回首页"));
    let mut errors: Vec<String> = error.field_errors().iter().map(|f| f.message.clone()).collect();
    errors.extend(who_may(c, error));
    let page = ErrorPage {
        heading,
        message,
        errors,
        kept,
        code: &c.ctx.request,
        shown,
        again: again.filter(|_| error.kind() != Kind::SignIn).map(|kept| (&*kept.action, kept.values())),
        sign_in: signs_in.map(|kept| (sign_in_path, kept.hidden())),
        links,
    };
    let drawn = if guest { PublicPage { shell, page }.render() } else { DeskPage { shell, page }.render() };
    drawn.map_err(|e| Error::internal(format!("template: {e}")))
}

/// The page after signing in, with what was typed before.
pub(super) fn resumed(shell: Shell, c: &Call, kept: &Kept) -> Result<Reply> {
    let heading = shell.heading.clone();
    let page = ErrorPage {
        heading: &heading,
        kept: String::from("您填写的文字都在下面，还没有提交：请核对后点“继续提交”。"),
        shown: kept.shown(c),
        again: Some((&kept.action, kept.values())),
        links: vec![Link { href: "/desk".into(), label: "返回工作台".into() }],
        ..ErrorPage::default()
    };
    c.page(&PublicPage { shell, page })
}

/// Which roles may do what this reader may not, and whom to ask.
fn who_may(c: &Call, error: &Error) -> Option<String> {
    if error.kind() != Kind::Denied || c.ctx.may(&c.route.act).is_some() {
        return None;
    }
    let roles = c.ctx.roles().all().iter().filter(|role| !role.reaches(&c.route.act).is_empty());
    let titles: Vec<&str> = roles.map(|role| role.title.as_str()).collect();
    (!titles.is_empty())
        .then(|| format!("有这项权限的是：{}。确有需要的，请联系系统管理员授予任职。", titles.join("、")))
}

/// The last resort: words without a frame.
pub fn bare(error: &Error, request: &str) -> Reply {
    let text = format!("{}\n\n{}\n错误码 {request}\n", title(error.kind()), error.message());
    with_retry(Reply::text(text), error)
}
