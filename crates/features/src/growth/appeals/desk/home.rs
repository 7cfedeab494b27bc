//! 工作台: what is mine to do, by its due time; notices; the places one goes to often.

use askama::Template;
use huitong_kernel::clock::minute_text;
use huitong_kernel::http::page::{Link, Shell};
use huitong_kernel::http::{Call, Pairs, Reply};
use huitong_kernel::list::Asked;
use huitong_kernel::{Result, Tx};

use super::list::{Line, line};
use crate::base::notices;
use crate::growth::appeals::queue::{self, APPEALS};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/home.html")]
struct HomePage {
    shell: Shell,
    figures: Vec<Figure>,
    groups: Vec<Group>,
    notices: Vec<NoticeLine>,
    links: Vec<Link>,
    outside: bool,
    /// Whether this reader hands cases in: the way there stands in the navigation, too.
    submits: bool,
}

/// A queue's count, opening onto its rows.
struct Figure {
    href: String,
    label: String,
    count: i64,
    class: &'static str,
}

/// The first rows of a queue that is mine to work through.
struct Group {
    title: String,
    href: String,
    count: i64,
    empty: String,
    rows: Vec<Line>,
}

struct NoticeLine {
    title: String,
    link: String,
    time: String,
    new: bool,
}

/// `GET /desk`.
pub fn show(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let outside = c.ctx.posts().iter().all(|p| p.kind != huitong_kernel::ctx::OfficeKind::Unit);
    let list = if outside { "/my/appeals" } else { "/appeals" };
    let sees = c.ctx.may("appeal.list").is_some();
    let queues = if sees { queue::of_reader(&c.ctx, pack) } else { Vec::new() };
    let asked = Asked::read(&APPEALS, &Pairs::parse("page_size=6").unwrap_or_default())?;
    let (figures, groups, notices) = c.read(|tx| {
        let mut figures = Vec::new();
        let mut groups = Vec::new();
        for queue in &queues {
            let count = queue::count(tx, queue)?;
            let href = if outside { list.to_owned() } else { format!("{list}?queue={}", queue.key) };
            let class = if queue.key.contains("overdue") && count > 0 { "red" } else { "" };
            figures.push(Figure { href: href.clone(), label: queue.title.clone(), count, class });
            if queue.duty || outside || queue.key == "city_overdue" {
                let rows = queue::page(tx, pack, Some(queue), &asked, false)?.items;
                let rows = rows.into_iter().map(|row| line(c, pack, row)).collect();
                groups.push(Group {
                    title: queue.title.clone(),
                    href,
                    count,
                    empty: queue.empty.clone(),
                    rows,
                });
            }
        }
        figures.truncate(6);
        Ok((figures, groups, recent(c, tx)?))
    })?;
    let mut shell = c.shell("工作台")?;
    shell.lead = c.ctx.today().strftime("%Y年%-m月%-d日").to_string();
    let submits = shell.nav.iter().any(|item| item.href == SUBMIT);
    let links = links(c, submits);
    c.page(&HomePage { shell, figures, groups, notices, links, outside, submits })
}

fn recent(c: &Call, tx: &Tx) -> Result<Vec<NoticeLine>> {
    let Some(user) = c.ctx.user() else { return Ok(Vec::new()) };
    let told = notices::list(tx, user, 6, 0)?;
    Ok(told
        .into_iter()
        .map(|n| NoticeLine {
            title: n.title,
            link: n.link,
            time: minute_text(n.at).get(5..).unwrap_or_default().to_owned(),
            new: !n.read,
        })
        .collect())
}

/// Where a case is handed in.
const SUBMIT: &str = "/appeals/new";

fn links(c: &Call, submits: bool) -> Vec<Link> {
    let places = [
        (SUBMIT, "提交诉求", "appeal.submit"),
        ("/appeals/register", "代录诉求", "appeal.register"),
        ("/duty", "责任关系查询", "responsibility.view"),
        ("/orgs", "找协会", "association.view"),
        ("/admin/pack", "政策包", "pack.view"),
        ("/admin/journal", "操作日志", "journal.view"),
        ("/admin/users", "账户与任职", "user.list"),
    ];
    let mine =
        places.iter().filter(|(href, _, act)| c.ctx.may(act).is_some() && (submits || *href != SUBMIT));
    mine.map(|(href, label, _)| Link { href: (*href).to_owned(), label: (*label).to_owned() }).collect()
}
