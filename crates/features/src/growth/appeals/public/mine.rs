//! What an association or a company handed in: its list, and each case with clock, course and answer.

use askama::Template;
use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::deadline::Measure;
use huitong_kernel::error::Kind;
use huitong_kernel::http::page::{Pager, Shell, Tab};
use huitong_kernel::http::{Call, Filled, Pairs, Reply};
use huitong_kernel::list::{Asked, Query};
use huitong_kernel::pack::{Pack, Reach};
use huitong_kernel::rights::{Right, Scope, SubjectKeys};
use huitong_kernel::{Ctx, OrMissing, Result, Tx};

use super::track::Frame;
use super::view::{self, Again, Progress};
use crate::base::matters::pages::{Left, left};
use crate::base::matters::{Input, KEYS, Names, Rules};
use crate::base::units;
use crate::growth::appeals::model::{Appeal, AppealId};
use crate::growth::appeals::queue::APPEALS;
use crate::growth::appeals::store;
use crate::growth::appeals::view::{AppealRow, row};
use crate::growth::appeals::{acts, flow};

/// Whose own a case is, under the alias of the list.
const OWN: SubjectKeys = SubjectKeys {
    units: &[],
    assignee: None,
    owner_user: Some("a.owner_user"),
    owner_association: Some("a.owner_association"),
    owner_company: Some("a.owner_company"),
    association: None,
};

/// Tabs: name in the address, words, condition, whether its count is something to do.
const TABS: [(&str, &str, &str, bool); 4] = [
    ("", "全部", "1 = 1", false),
    ("open", "在办", "a.closed_at IS NULL AND a.answered_at IS NULL", false),
    ("judge", "待我评价", "a.closed_at IS NULL AND a.answered_at IS NOT NULL", true),
    ("closed", "已办结", "a.closed_at IS NOT NULL", false),
];

/// The part of a right that reaches the reader's own, whatever else the reader's roles reach.
fn own<'a>(ctx: &'a Ctx, act: &str) -> Result<Right<'a>> {
    let right = ctx.right(act)?;
    Ok(Right { through: right.through.into_iter().filter(|t| t.reach == Reach::Own).collect() })
}

struct Listed {
    href: String,
    title: String,
    number: String,
    kind: String,
    state: String,
    tone: &'static str,
    unit: String,
    submitted_at: String,
    left: Left,
    /// 评价 or 查看.
    verb: &'static str,
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/mine.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Listed>,
    pager: Pager,
    empty: String,
    may_submit: bool,
}

/// Answers `GET /my/appeals`.
pub fn list(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let scope = own(&c.ctx, "appeal.list")?.scope(&OWN);
    let asked = Asked::read(&APPEALS, c.queries())?;
    let now = c.query("tab").unwrap_or_default();
    let tab = TABS.iter().find(|(key, ..)| *key == now).unwrap_or(&TABS[0]);
    let may_judge = c.ctx.posts().iter().any(|p| !c.ctx.roles().granted(&p.role, "appeal.judge").is_empty());
    let (rows, total, counts) = c.read(|tx| {
        let query = Query::new(&APPEALS, &asked).scope(&scope).and(tab.2, &[]);
        let found = query.page(tx, Appeal::read)?;
        let rows = listed(tx, pack, &found.items)?;
        let counts = TABS.iter().map(|tab| count(tx, &scope, tab.2)).collect::<Result<Vec<i64>>>()?;
        Ok((rows, found.total.unwrap_or(0), counts))
    })?;
    if let Some(last) = asked.beyond(total, "/my/appeals", c.queries()) {
        return c.see(&last);
    }
    let tabs = TABS.iter().zip(&counts).map(|((key, label, _, _), count)| Tab {
        href: if key.is_empty() { String::from("/my/appeals") } else { format!("/my/appeals?tab={key}") },
        label: (*label).to_owned(),
        count: Some(*count),
        current: *key == tab.0,
        red: false,
    });
    let mut shell = c.shell("我的诉求")?;
    shell.lead =
        counts.get(2).filter(|n| **n > 0 && may_judge).map_or(String::new(), |n| format!("{n} 件待您评价"));
    c.page(&ListPage {
        shell,
        tabs: tabs.collect(),
        rows: rows.into_iter().map(|found| shown(&c.ctx, found, may_judge)).collect(),
        pager: asked.pager(total, "件", "/my/appeals", c.queries()),
        empty: empty(pack, tab.0),
        may_submit: may_judge,
    })
}

fn empty(pack: &Pack, tab: &str) -> String {
    match tab {
        "open" => String::from("没有在办的诉求。"),
        "judge" => String::from("没有等待评价的诉求。"),
        "closed" => String::from("还没有办结的诉求。"),
        _ => flow(pack).queue("own").map_or_else(|| String::from("还没有提交过诉求。"), |q| q.empty.clone()),
    }
}

fn count(tx: &Tx, scope: &Scope, condition: &'static str) -> Result<i64> {
    let asked = Asked::read(&APPEALS, &Pairs::default())?;
    Query::new(&APPEALS, &asked).scope(scope).and(condition, &[]).count(tx)
}

struct Found {
    row: AppealRow,
    tone: &'static str,
    /// When the limit that runs now began: with the acceptance, or before it with the submission.
    since: i64,
}

fn listed(tx: &Tx, pack: &Pack, appeals: &[Appeal]) -> Result<Vec<Found>> {
    let mut units: Vec<String> =
        appeals.iter().filter_map(|a| a.unit.as_ref().map(ToString::to_string)).collect();
    units.sort();
    units.dedup();
    let names = units::names(tx, &units)?;
    let found = |appeal: &Appeal| {
        let unit = appeal.unit.as_ref().and_then(|u| names.get(u.as_str())).cloned().unwrap_or_default();
        let tone = flow(pack).state(&appeal.state).map_or("muted", |s| view::tone(s.tone));
        let since = appeal.accepted_at.unwrap_or(appeal.began_at);
        Ok(Found {
            row: row(tx, Rules { pack, of: flow(pack) }, appeal, Names { unit, ..Names::default() })?,
            tone,
            since,
        })
    };
    appeals.iter().map(found).collect()
}

fn shown(ctx: &Ctx, found: Found, may_judge: bool) -> Listed {
    let Found { row, tone, since } = found;
    let due_at = row.due_at.as_deref().and_then(parse_instant);
    let measure =
        due_at.map(|at| Measure::between(row.measure.pace, since, at, ctx.calendar())).unwrap_or_default();
    let left = left(ctx, due_at, measure).brief();
    Listed {
        href: format!("/my/appeals/{}", row.id),
        number: row.number,
        title: row.title,
        kind: row.kind,
        verb: if row.state == "answered" && may_judge { "评价" } else { "查看" },
        state: row.state_label,
        tone,
        unit: row.unit_name,
        submitted_at: parse_instant(&row.submitted_at).map(minute_text).unwrap_or_default(),
        left: Left { due: format!("{} {}", row.due_limit, left.due).trim().to_owned(), ..left },
    }
}

#[derive(Template)]
#[template(path = "growth/appeals/public/pages/progress_desk.html")]
struct ShowPage {
    shell: Shell,
    case: Progress,
    frame: Frame,
    warn: String,
}

/// Answers `GET /my/appeals/{id}`.
pub fn show(c: &Call) -> Result<Reply> {
    draw(c, None, "")
}

fn draw(c: &Call, again: Again<'_>, warn: &str) -> Result<Reply> {
    let id: AppealId = c.id("id")?;
    let scope = own(&c.ctx, "appeal.view")?.scope(&KEYS);
    let case = c.read(|tx| {
        let appeal = store::find(tx, &scope, id.as_str())?.or_missing()?;
        let may = |act: &str| view::reaches(&c.ctx, act, &appeal);
        view::progress(tx, &appeal, &may, again)
    })?;
    let mut shell = c.shell(&case.title)?;
    shell.has_errors = again.is_some();
    let frame = Frame {
        action: format!("/my/appeals/{id}"),
        hidden: Vec::new(),
        token: c.submit_token(),
        by_form: false,
    };
    c.page(&ShowPage { shell, case, frame, warn: warn.to_owned() })
}

/// Answers `POST /my/appeals/{id}/judge`.
pub fn judge(c: &Call) -> Result<Reply> {
    act(c, "judge", "已评价，诉求办结。感谢您的反馈。")
}

/// Answers `POST /my/appeals/{id}/withdraw`.
pub fn withdraw(c: &Call) -> Result<Reply> {
    act(c, "withdraw", "已撤回，停止办理。需要时可以重新提交。")
}

fn act(c: &Call, key: &str, said: &str) -> Result<Reply> {
    let id: AppealId = c.id("id")?;
    let filled: &Filled = c.filled()?;
    let input = Input { filled: filled.clone(), files: Vec::new() };
    match c.write(|tx| acts::act(tx, &id, key, &input)) {
        Ok(_) => c.see_saying(&format!("/my/appeals/{id}"), said),
        Err(error) if error.kind() == Kind::Invalid => {
            Ok(draw(c, Some((key, filled, error.field_errors())), "")?.status(422))
        }
        Err(error) if error.kind() == Kind::Conflict => Ok(draw(c, None, error.message())?.status(409)),
        Err(error) => Err(error),
    }
}
