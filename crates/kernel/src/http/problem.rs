//! Errors as answers: a problem document for programs (RFC 9457), a page with words for people.

use askama::Template;
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::http::call::Call;
use crate::http::page::{Link, Shell};
use crate::http::query::encode;
use crate::http::reply::Reply;
use crate::pack::Control;

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
struct ErrorPage<'a> {
    heading: &'a str,
    message: &'a str,
    errors: Vec<String>,
    kept: String,
    code: &'a str,
    /// Texts that were typed and could not be taken, sent again by one button.
    again: Option<Again<'a>>,
    /// Texts that were typed where sending them again is of no use: shown, so that they can be copied.
    typed: Vec<(&'a str, &'a str)>,
    links: Vec<Link>,
}

struct Again<'a> {
    action: String,
    button: &'a str,
    values: Vec<(&'a str, &'a str)>,
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
    match draw(c, error, reading) {
        Ok(text) => with_retry(Reply::html(text), error),
        Err(failed) => {
            tracing::error!(request = %c.ctx.request, error = %failed.log_line(), "the error page could not be drawn");
            bare(error, &c.ctx.request)
        }
    }
}

fn draw(c: &Call, error: &Error, reading: bool) -> Result<String> {
    // Where the database is the trouble, the frame is drawn without what it knows.
    let mut shell = c.shell(title(error.kind())).unwrap_or_else(|_| Shell::plain(c));
    let stale = crate::http::gate::is_stale(error);
    let title = if stale { "请再确认一次" } else { title(error.kind()) };
    shell.title = title.to_owned();
    let sign_in = Link {
        href: format!("{}?next={}", c.site.hooks.sign_in_path, encode("/desk")),
        label: "在新窗口登录".into(),
    };
    let again = if reading { None } else { again(c, error) };
    let foreign = c.check_origin().is_err();
    let typed = if reading || foreign || again.is_some() { Vec::new() } else { typed(c) };
    let mut kept = match (&again, error.kind()) {
        (Some(_), Kind::SignIn) => "您填写的文字还在，没有丢失：请先登录，再回到本页点“继续提交”。",
        (Some(_), Kind::Denied) if shell.user.is_none() => {
            "您填写的文字还在，没有丢失：原来登录了的，请先登录，再回到本页点“继续提交”；不用登录的，直接点“继续提交”。"
        }
        (Some(_), Kind::Denied) => "您填写的文字还在，没有丢失：请核对后点“继续提交”。",
        (Some(_), _) => "本次操作没有保存。您填写的文字还在，可以稍后点“继续提交”。",
        (None, _) if reading => "",
        (None, _) if !typed.is_empty() => "本次操作没有保存。您填写的文字在下面，需要的请先复制。",
        (None, _) => "本次操作没有保存。",
    }
    .to_owned();
    if again.is_some() && c.filled().is_ok_and(|filled| !filled.files.is_empty()) {
        kept.push_str("附件没有保留，需要的请返回上一页重新选择。");
    }
    let mut links = Vec::new();
    if error.kind() == Kind::SignIn || (stale && shell.user.is_none()) {
        links.push(sign_in);
    } else if shell.user.is_some() {
        links.push(Link { href: "/desk".into(), label: "返回工作台".into() });
    }
    links.push(Link { href: "/".into(), label: "公众端首页".into() });
    let mut errors: Vec<String> = error.field_errors().iter().map(|f| f.message.clone()).collect();
    errors.extend(who_may(c, error));
    let signed_in = shell.user.is_some();
    let page = ErrorPage {
        heading: title,
        message: error.message(),
        errors,
        kept,
        code: &c.ctx.request,
        again,
        typed,
        links,
    };
    let drawn =
        if signed_in { DeskPage { shell, page }.render() } else { PublicPage { shell, page }.render() };
    drawn.map_err(|e| Error::internal(format!("template: {e}")))
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

/// What people wrote into the free fields of the route's form.
fn typed(c: &Call) -> Vec<(&str, &str)> {
    let form = c.ctx.pack().ok().and_then(|pack| c.route.form.as_deref().and_then(|key| pack.form(key)));
    let (Some(form), Ok(filled)) = (form, c.filled()) else { return Vec::new() };
    let free = form.fields.iter().filter(|field| matches!(field.control, Control::Text | Control::TextArea));
    let said = free.map(|field| (field.label.as_str(), filled.get(&field.key)));
    said.filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// What was typed, where sending it again may succeed: after signing in, on a page that had grown old, a little later.
fn again<'a>(c: &'a Call, error: &Error) -> Option<Again<'a>> {
    let may = matches!(error.kind(), Kind::SignIn | Kind::TooMany | Kind::Busy)
        || crate::http::gate::is_stale(error);
    if !may || c.check_origin().is_err() {
        return None;
    }
    let filled = c.filled().ok()?;
    let secret = |name: &str| name.contains("password") || name == "csrf";
    if filled.values.keys().any(|name| name.contains("password")) {
        return None;
    }
    let texts = filled.values.iter().chain(filled.repeated.iter().map(|(n, v)| (n, v)));
    let values = texts.filter(|(name, _)| !secret(name)).map(|(n, v)| (n.as_str(), v.as_str())).collect();
    Some(Again {
        action: format!("{}{}", c.path(), c.queries().with("", "")), button: "继续提交", values
    })
}

/// The last resort: words without a frame.
pub fn bare(error: &Error, request: &str) -> Reply {
    let text = format!("{}\n\n{}\n错误码 {request}\n", title(error.kind()), error.message());
    with_retry(Reply::text(text), error)
}
