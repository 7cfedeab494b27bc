//! The queue: what lies on this desk, the most urgent first.

use askama::Template;
use huitong_kernel::clock::{brief_text, parse_instant};
use huitong_kernel::http::page::{Choice, Pager, Shell, Tab};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Pack, Queue};
use huitong_kernel::{Error, Result, Tx};

use super::{Left, left, tone};
use crate::base::matters::Offer;
use crate::base::units::{self, Unit};
use crate::growth::appeals::policy;
use crate::growth::appeals::queue::{self, APPEALS};
use crate::growth::appeals::view::AppealRow;

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    /// Units to choose from, for who sees the whole city.
    units: Vec<Choice>,
    city: bool,
    /// Whether the reader asked for some of the rows only.
    filtered: bool,
    q: String,
    queue: String,
    reset: String,
    empty: String,
    rows: Vec<Line>,
    pager: Pager,
    due_sort: (String, &'static str),
    submitted_sort: (String, &'static str),
    may_register: bool,
    token: String,
}

/// A row of the table.
pub(super) struct Line {
    pub row: AppealRow,
    pub tone: &'static str,
    pub left: Left,
    pub time: String,
    pub verb: String,
    pub sign_at_once: bool,
    /// Below from whom it comes: that nobody has vouched for them, and the code of a company.
    pub claim: String,
    /// The same where there is room for the number, too, that it goes by where it came from: in place of a code.
    pub below: String,
    /// Who has it: for the whole city the unit, inside a unit the handler.
    pub who: String,
    /// Whether, where there is room for one of them alone, it is rather who has it than from whom it comes: to whoever sees the
    /// whole city, once a unit has it.
    pub given: bool,
}

/// How the rows of one reader are dressed.
pub(super) struct Dress<'c> {
    c: &'c Call,
    pack: &'c Pack,
    /// Whether the reader looks at the whole city.
    pub city: bool,
    /// The office that has what was not given to a unit yet.
    pub intake: String,
}

impl<'c> Dress<'c> {
    /// Finds out what this reader's rows say.
    pub fn of(c: &'c Call, tx: &Tx, pack: &'c Pack) -> Result<Dress<'c>> {
        let host = units::by_key(tx, &pack.city.host_unit)?;
        let intake = host.map(|unit| unit.name).unwrap_or_default();
        Ok(Dress { c, pack, city: queue::sees_city(&c.ctx), intake })
    }

    /// Dresses a row, with the main thing its reader can do on it; one click signs it where that is to sign.
    pub fn line(&self, (row, main): (AppealRow, Option<Offer>)) -> Line {
        let left = left(&self.c.ctx, row.due_at.as_deref().and_then(parse_instant), row.measure)
            .brief()
            .of_limit(&row.due_limit);
        let unit = if row.unit_name.is_empty() { &self.intake } else { &row.unit_name };
        let who = match (row.next_unit_name.as_str(), self.city, row.handler_name.as_str()) {
            ("", true, _) => unit.clone(),
            ("", false, "") => String::from("未分办"),
            ("", false, handler) => handler.to_owned(),
            (next, _, _) => format!("{unit} → {next}"),
        };
        let mark = if row.claimed { "未核验" } else { "" };
        let below = |code: &str| [mark, code].join(" ").trim().to_owned();
        let code = if row.from_code.is_empty() { &row.source_number } else { &row.from_code };
        Line {
            tone: tone(self.pack, &row.state),
            left,
            time: parse_instant(&row.submitted_at)
                .map(|at| brief_text(at, self.c.ctx.now))
                .unwrap_or_default(),
            sign_at_once: main.as_ref().is_some_and(|offer| offer.act == "sign"),
            verb: main.map_or_else(|| String::from("查看"), |offer| offer.label),
            who,
            claim: below(&row.from_code),
            below: below(code),
            given: self.city && row.unit.is_some(),
            row,
        }
    }
}

/// `GET /appeals`.
pub fn show(c: &Call) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let queues = queue::of_reader(&c.ctx, pack);
    let open = match c.query("queue") {
        Some(key) => Some(queues.iter().copied().find(|q| q.key == key).ok_or_else(Error::missing)?),
        // Nobody begins with an empty queue where another one waits for them.
        None => c.read(|tx| {
            for queue in queues.iter().copied().filter(|queue| queue.duty) {
                if queue::count(tx, queue)? > 0 {
                    return Ok(Some(queue));
                }
            }
            Ok(queues.first().copied())
        })?,
    };
    let asked = Asked::read(&APPEALS, c.queries())?;
    let sorted = c.query("sort").is_some();
    let (rows, total, tabs, units, city) = c.read(|tx| {
        let dress = Dress::of(c, tx, pack)?;
        let listed = queue::page_offered(tx, pack, open, &asked, sorted)?;
        let rows: Vec<Line> = listed.items.into_iter().map(|row| dress.line(row)).collect();
        let units = if dress.city { unit_choices(tx, c.query("unit"))? } else { Vec::new() };
        Ok((rows, listed.total.unwrap_or_default(), tabs(tx, &queues, open)?, units, dress.city))
    })?;
    if let Some(last) = asked.beyond(total, "/appeals", c.queries()) {
        return c.see(&last);
    }
    let mut shell = c.shell("诉求工单")?;
    shell.lead = open.map(|q| format!("{} {total} 件", q.title)).unwrap_or_default();
    let chosen = c.query("kind").unwrap_or_default();
    // Until the reader chooses, the queue's own order stands, and no head may claim another.
    let by_due = open.and_then(|q| q.order.first()).is_some_and(|step| step.fact == "due_at");
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
        rows,
        units,
        city,
        filtered: ["kind", "unit", "q"].iter().any(|name| c.query(name).is_some()),
        token: c.submit_token(),
        may_register: c.ctx.may("appeal.register").is_some(),
    })
}

fn unit_choices(tx: &Tx, chosen: Option<&str>) -> Result<Vec<Choice>> {
    let choice = |unit: Unit| Choice {
        checked: chosen == Some(unit.id.as_str()),
        value: unit.id.to_string(),
        label: unit.name,
        ..Choice::default()
    };
    Ok(units::all(tx)?.into_iter().map(choice).collect())
}

fn kinds(pack: &Pack, chosen: &str) -> Vec<Choice> {
    let choice = |key: &str| Choice {
        value: key.to_owned(),
        label: key.to_owned(),
        checked: key == chosen,
        ..Choice::default()
    };
    policy::of(pack).kinds.iter().map(|kind| choice(&kind.key)).collect()
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
                red: queue.late,
            })
        })
        .collect()
}
