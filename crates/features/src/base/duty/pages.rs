//! 责任关系查询: association, duty and day in; who answers, by which paper, since when — or the gap and its kind — out.

use askama::Template;
use huitong_kernel::clock::civil_date;
use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::openapi;
use huitong_kernel::http::page::{Choice, Shell};
use huitong_kernel::http::{Call, GET, Rate, Reply, Route, api, page};
use huitong_kernel::{Error, Result, Tx};
use jiff::civil::Date;

use super::model::{Answer, GapKind, Responsible};
use super::relation::{self, Held};
use super::{interface, lookup};
use crate::base::associations::{Association, Listing};

/// The routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/duty", "responsibility.view", show)
            .public()
            .rate(Rate::Search)
            .summary("责任关系查询：某日某协会的某项责任由谁承担"),
        api(GET, "/api/v1/responsibility", "responsibility.view", interface::responsibility)
            .public()
            .rate(Rate::Search)
            .params(interface::PARAMS)
            .answers(openapi::schema::<interface::Responsibility>)
            .summary("某日某协会的某项责任由谁承担，依据哪份文件，自何时起；无人承担的说明缺什么"),
    ]
}

/// One duty with who answers for it.
struct Row {
    code: String,
    party: String,
    stage: String,
    title: String,
    /// What the duty itself rests on; for the public only where that was confirmed.
    basis: String,
    standing: &'static str,
    first: Option<Responsible>,
    also: String,
    gap: String,
    /// Whether nobody has to be found: associations managed this way have no such party.
    settled: bool,
}

impl Row {
    /// Since when and by which paper its unit answers; "" where it does so for the whole city.
    fn paper(&self) -> String {
        let link = self.first.as_ref().and_then(|r| Some((r.since?, &r.paper)));
        link.map(|(since, paper)| format!("自 {since} 起 · {paper}")).unwrap_or_default()
    }

    fn same_answer(&self, other: &Row) -> bool {
        let unit = |row: &Row| row.first.as_ref().map(|r| r.unit.clone());
        (&self.party, &self.gap, &self.also) == (&other.party, &other.gap, &other.also)
            && unit(self) == unit(other)
            && self.paper() == other.paper()
    }
}

/// What was asked and what came out.
struct Found {
    name: String,
    href: String,
    on: String,
    held: Vec<Held>,
    /// The duty that was asked for, or all of them.
    rows: Vec<Row>,
    one: bool,
    /// On that day there was no such association yet.
    unborn: bool,
}

impl Found {
    /// The duties that have one answer together, in the order of the list.
    fn answers(&self) -> Vec<(&Row, Vec<&Row>)> {
        let mut answers: Vec<(&Row, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            match answers.iter_mut().find(|(first, _)| first.same_answer(row)) {
                Some((_, rows)) => rows.push(row),
                None => answers.push((row, vec![row])),
            }
        }
        answers
    }
}

/// What both frames of the page show.
struct View {
    association: String,
    association_id: String,
    on: String,
    duties: Vec<Choice>,
    errors: Vec<FieldError>,
    found: Option<Found>,
    /// The associations to choose from, as long as none was.
    listing: Option<Listing>,
}

impl View {
    fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|e| e.field == field).map_or("", |e| e.message.as_str())
    }
}

#[derive(Template)]
#[template(path = "base/duty/pages/staff.html")]
struct StaffPage {
    shell: Shell,
    view: View,
}

#[derive(Template)]
#[template(path = "base/duty/pages/public.html")]
struct PublicPage {
    shell: Shell,
    view: View,
}

fn show(c: &Call) -> Result<Reply> {
    let view = view(c)?;
    let status = if view.errors.is_empty() { 200 } else { 422 };
    let mut shell = c.shell("责任关系查询")?;
    shell.lead = String::from("某一天，某家协会的某项责任由谁承担，依据哪份文件");
    shell.has_errors = !view.errors.is_empty();
    let reply = match c.ctx.user() {
        Some(_) => c.page(&StaffPage { shell, view }),
        None => c.page(&PublicPage { shell, view }),
    };
    Ok(reply?.status(status))
}

fn view(c: &Call) -> Result<View> {
    let pack = c.ctx.pack()?;
    let asked = c.query("duty").unwrap_or_default();
    let duties = pack.duties.iter().map(|d| Choice {
        value: d.code.clone(),
        label: format!("{} {}", d.code, d.title),
        checked: d.code == asked,
        ..Choice::default()
    });
    let typed = c.query("association").unwrap_or_default();
    let id = c.query("association_id").unwrap_or_default();
    let mut view = View {
        association: typed.to_owned(),
        association_id: id.to_owned(),
        on: c.query("on").map_or_else(|| civil_date(c.ctx.now).to_string(), str::to_owned),
        duties: duties.collect(),
        errors: Vec::new(),
        found: None,
        listing: None,
    };
    let found = c.read(|tx| {
        let on = day(&view.on)?;
        let picked = lookup::by_key(tx, id)?.filter(|a| typed.is_empty() || a.name == typed);
        let association = match picked {
            None if typed.is_empty() => None,
            None => lookup::the_one(tx, typed)?,
            picked => picked,
        };
        association.map(|association| Ok((find(tx, &association, asked, on)?, association))).transpose()
    });
    match found {
        Ok(Some((found, association))) => {
            view.association = association.name;
            view.association_id = association.id.to_string();
            view.found = Some(found);
        }
        Ok(None) => {
            let of = |a: &Association| format!("/duty{}", c.queries().with("association", a.uscc.as_str()));
            view.listing = Some(Listing::read(c, typed, "/duty", of)?);
        }
        Err(error) if !error.field_errors().is_empty() => view.errors = error.field_errors().to_vec(),
        Err(error) => return Err(error),
    }
    Ok(view)
}

/// Reads a day as forms and programs write it.
pub(super) fn day(text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::invalid("on", format!("“{text}”不是日期，请写成 2025-03-14 的样子")))
}

fn find(tx: &Tx, association: &Association, asked: &str, on: Date) -> Result<Found> {
    let pack = tx.ctx().pack()?;
    if association.founded_on.is_some_and(|founded| on < founded) {
        return Ok(Found {
            name: association.name.clone(),
            href: format!("/orgs/{}", association.id),
            on: on.to_string(),
            held: Vec::new(),
            rows: Vec::new(),
            one: true,
            unborn: true,
        });
    }
    let rows = if asked.is_empty() {
        let answers = relation::duty_list(tx, &association.id, on)?;
        pack.duties.iter().zip(answers).collect()
    } else {
        let answer = relation::answers(tx, &association.id, asked, on)?;
        pack.duties.iter().filter(|d| d.code == asked).map(|d| (d, answer.clone())).collect::<Vec<_>>()
    };
    let inside = tx.ctx().posts().iter().any(|post| post.kind == OfficeKind::Unit);
    let row = |(duty, answer): (&huitong_kernel::pack::Duty, Answer)| Row {
        code: duty.code.clone(),
        party: pack.unit_kind(&duty.party).map_or_else(String::new, |k| k.name.clone()),
        stage: duty.stage.clone(),
        title: duty.title.clone(),
        // Whether we have made it up is the office's business.
        standing: if inside && duty.source.kind.needs_confirmation() { duty.source.standing() } else { "" },
        basis: if inside || !duty.source.kind.needs_confirmation() {
            duty.source.basis.clone()
        } else {
            String::new()
        },
        also: answer.also().iter().map(|r| r.unit_name.as_str()).collect::<Vec<_>>().join("、"),
        gap: match &answer {
            Answer::Gap { gap, .. } => gap.words.clone(),
            Answer::Unit { .. } => String::new(),
        },
        settled: matches!(&answer, Answer::Gap { gap, .. } if gap.kind == GapKind::NotHeld),
        first: answer.unit().cloned(),
    };
    Ok(Found {
        name: association.name.clone(),
        href: format!("/orgs/{}", association.id),
        on: on.to_string(),
        held: relation::held(tx, &association.id, on)?,
        rows: rows.into_iter().map(row).collect(),
        one: !asked.is_empty(),
        unborn: false,
    })
}
