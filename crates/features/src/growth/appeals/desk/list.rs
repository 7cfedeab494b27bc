//! The queue: what lies on this desk, the most urgent first.

use askama::Template;
use huitong_kernel::clock::parse_instant;
use huitong_kernel::http::page::{Choice, Pager, Shell, Tab};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Pack, Queue};
use huitong_kernel::{Error, Result, Tx};

use super::{left, tone};
use crate::growth::appeals::queue::{self, APPEALS};
use crate::growth::appeals::view::AppealRow;

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    q: String,
    queue: String,
    reset: String,
    empty: String,
    rows: Vec<Line>,
    pager: Pager,
    due_sort: (String, &'static str),
    submitted_sort: (String, &'static str),
    may_register: bool,
}

/// A row of the table.
pub(super) struct Line {
    pub row: AppealRow,
    pub tone: &'static str,
    pub left: String,
    pub sla: &'static str,
    pub due: String,
    pub time: String,
    pub verb: String,
    pub sign_at_once: bool,
}

/// Dresses a row for the table; `sign_at_once` where one click signs it.
pub(super) fn line(c: &Call, pack: &Pack, row: AppealRow) -> Line {
    let (left, sla, due) = left(&c.ctx, row.due_at.as_deref().and_then(parse_instant));
    let offers = pack.flow.state(&row.state).map(|s| s.primary.as_slice()).unwrap_or_default();
    let first = offers.iter().filter_map(|key| pack.flow.act(key)).find(|act| c.ctx.may(&act.name).is_some());
    let verb = first.map_or_else(|| String::from("查看"), |act| act.label_in(&row.state).to_owned());
    Line {
        tone: tone(pack, &row.state),
        left,
        sla,
        due,
        time: row.submitted_at.get(5..16).map(|t| t.replace('T', " ")).unwrap_or_default(),
        sign_at_once: row.state == "dispatched" && c.ctx.may("appeal.sign").is_some(),
        verb,
        row,
    }
}

/// `GET /appeals`.
pub fn show(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let queues = queue::of_reader(&c.ctx, pack);
    let open = match c.query("queue") {
        Some(key) => Some(queues.iter().copied().find(|q| q.key == key).ok_or_else(Error::missing)?),
        None => queues.first().copied(),
    };
    let asked = Asked::read(&APPEALS, c.queries())?;
    let sorted = c.query("sort").is_some();
    let (rows, tabs) = c.read(|tx| {
        let rows = queue::page(tx, pack, open, &asked, sorted)?;
        Ok((rows, tabs(tx, &queues, open)?))
    })?;
    let total = rows.total.unwrap_or_default();
    let mut shell = c.shell("诉求工单")?;
    shell.lead = open.map(|q| format!("{} {total} 件", q.title)).unwrap_or_default();
    let chosen = c.query("kind").unwrap_or_default();
    // Until the reader chooses, the queue's own order stands, and no head may claim another.
    let by_due = open.and_then(|q| q.order.first()).is_some_and(|step| step.column == "due_at");
    let sort = |name: &str| match asked.sort_link(name, "/appeals", c.queries()) {
        link if sorted => link,
        (_, _) if by_due && name == "due_at" => {
            (format!("/appeals{}", c.queries().with("sort", "-due_at")), "asc")
        }
        (href, _) => (href, ""),
    };
    c.page(&ListPage {
        shell,
        tabs,
        kinds: kinds(pack, chosen),
        q: c.query("q").unwrap_or_default().to_owned(),
        queue: open.map(|q| q.key.clone()).unwrap_or_default(),
        reset: open.map_or_else(|| String::from("/appeals"), |q| format!("/appeals?queue={}", q.key)),
        empty: open.map_or_else(|| String::from("没有诉求。"), |q| q.empty.clone()),
        pager: asked.pager(total, "件", "/appeals", c.queries()),
        due_sort: sort("due_at"),
        submitted_sort: sort("submitted_at"),
        rows: rows.items.into_iter().map(|row| line(c, pack, row)).collect(),
        may_register: c.ctx.may("appeal.register").is_some(),
    })
}

fn kinds(pack: &Pack, chosen: &str) -> Vec<Choice> {
    let choice = |key: &str| Choice {
        value: key.to_owned(),
        label: key.to_owned(),
        checked: key == chosen,
        ..Choice::default()
    };
    pack.kinds.iter().map(|kind| choice(&kind.key)).collect()
}

fn tabs(tx: &Tx, queues: &[&Queue], open: Option<&Queue>) -> Result<Vec<Tab>> {
    queues
        .iter()
        .map(|queue| {
            Ok(Tab {
                href: format!("/appeals?queue={}", queue.key),
                label: queue.title.clone(),
                count: Some(queue::count(tx, queue)?),
                current: open.is_some_and(|o| o.key == queue.key),
                red: queue.key.contains("overdue"),
            })
        })
        .collect()
}
