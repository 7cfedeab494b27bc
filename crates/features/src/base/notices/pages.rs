//! 消息: the reader's own notices, put away one by one or all at once.

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::ctx::User;
use huitong_kernel::http::page::{Pager, Shell};
use huitong_kernel::http::{Call, GET, POST, Reply, Route, page};
use huitong_kernel::{Error, Id, OrMissing, Result};

use super::model::{Notice, NoticeId};
use super::{rules, store};

/// The routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/notices", "notice.view", list).on_both().summary("本人的消息"),
        page(POST, "/notices/{id}/read", "notice.view", read).on_both().summary("查看一条消息并标为已读"),
        page(POST, "/notices/read-all", "notice.view", read_all).on_both().summary("全部标为已读"),
    ]
}

/// Notices on one page.
const PAGE: i64 = 20;

struct Row {
    notice: Notice,
    time: String,
}

#[derive(Template)]
#[template(path = "base/notices/pages/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    unread: i64,
    pager: Pager,
}

fn reader(c: &Call) -> Result<&Id<User>> {
    c.ctx.user().ok_or_else(Error::sign_in)
}

fn list(c: &Call) -> Result<Reply> {
    let user = reader(c)?;
    let asked: i64 = c.query("page").and_then(|p| p.parse().ok()).unwrap_or(1);
    let (total, unread, number, notices) = c.read(|tx| {
        let total = store::count(tx, user)?;
        let number = asked.clamp(1, ((total + PAGE - 1) / PAGE).max(1));
        Ok((total, store::unread(tx, user)?, number, store::list(tx, user, PAGE, (number - 1) * PAGE)?))
    })?;
    let mut shell = c.shell("消息")?;
    shell.lead = if unread > 0 { format!("{unread} 条未读") } else { String::from("没有未读消息") };
    let rows = notices.into_iter().map(|notice| Row { time: minute_text(notice.at), notice });
    c.page(&ListPage {
        shell,
        rows: rows.collect(),
        unread,
        pager: Pager::new(total, number, PAGE, "条", |n| {
            format!("/notices{}", c.queries().with("page", &n.to_string()))
        }),
    })
}

/// Puts a notice away and goes where it leads.
fn read(c: &Call) -> Result<Reply> {
    let (user, id): (_, NoticeId) = (reader(c)?, c.id("id")?);
    let link = c.keep(|tx| store::set_read(tx, user, &id))?.or_missing()?;
    c.see(if rules::is_local(&link) { &link } else { "/notices" })
}

fn read_all(c: &Call) -> Result<Reply> {
    let user = reader(c)?;
    let count = c.keep(|tx| store::set_all_read(tx, user))?;
    c.see_saying("/notices", &format!("{count} 条消息已标为已读。"))
}

/// Puts away what told the reader to come to a page, now that they are there; the page opens also where that cannot be kept.
pub fn arrived(c: &Call, link: &str) -> Result<()> {
    let Some(user) = c.ctx.user() else { return Ok(()) };
    // Who has nothing unread has nothing to put away; the badge asks the same.
    let told = c.read(|tx| match store::unread_to_a_hundred(tx, user)? {
        0 => Ok(0),
        _ => store::unread_about(tx, user, link),
    })?;
    if told > 0 {
        c.keep(|tx| store::set_read_about(tx, user, link)).unwrap_or_default();
    }
    Ok(())
}
