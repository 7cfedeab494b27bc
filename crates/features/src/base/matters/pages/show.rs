//! One matter: its sentence, what is due, what was done, what can be done; empty fields are not shown at all.

use askama::Template;
use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::http::page::{Fact, Shell, Stage};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::pack::{Control, Definition, Field, StandsFor};
use huitong_kernel::{Ctx, Result, Tx};
use serde_json::Value as Json;

use super::paper::{self, Paper};
use super::{entry, left};
use crate::base::matters::api::{definition, found};
use crate::base::matters::clocks::{Standing, measure, standing};
use crate::base::matters::coming::{Coming, coming};
use crate::base::matters::days::{Arithmetic, arithmetic};
use crate::base::matters::guards::Offer;
use crate::base::matters::spine::{RunningLimit, Spine, Step};
use crate::base::matters::timeline::Line;
use crate::base::matters::view::{FileView, Seen};
use crate::base::matters::{OVERDUE, RECOUNT, words};
use crate::base::notices;

#[derive(Template)]
#[template(path = "base/matters/pages/show.html")]
struct MatterPage {
    shell: Shell,
    list: String,
    list_title: String,
    href: String,
    number: String,
    version: i64,
    state: String,
    tone: &'static str,
    left: String,
    left_tone: &'static str,
    limit: String,
    summary: String,
    stages: Vec<Stage>,
    headline: Vec<Fact>,
    texts: Vec<Text>,
    tables: Vec<Table>,
    lines: Vec<MatterLine>,
    clocks: Vec<Clock>,
    /// Whether the definition knows limits at all.
    limited: bool,
    main: Option<Doing>,
    others: Vec<Doing>,
    coming: Vec<Coming>,
    waiting: String,
    unit: String,
    handler: String,
    inside: bool,
    paper: Paper,
    token: String,
}

/// What was filled in for a field.
pub struct Text {
    /// What it is.
    pub label: String,
    /// What it says.
    pub text: String,
    /// Where it leads; may be empty.
    pub href: String,
    /// Whether it is a work secret.
    pub internal: bool,
    /// Whether it is longer than a line.
    pub long: bool,
}

/// Rows of a field.
pub struct Table {
    /// What it is.
    pub label: String,
    /// Headings.
    pub heads: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

/// An act that can be done now, with the page that does it.
struct Doing {
    label: String,
    href: String,
    /// Whether it asks for nothing, so that one press does it.
    at_once: bool,
}

/// A line of the timeline.
pub struct MatterLine {
    /// What happened.
    pub title: String,
    /// When.
    pub time: String,
    /// Who.
    pub who: String,
    /// What it took the unit.
    pub took: String,
    /// Of which kind it is, for its mark.
    pub kind: &'static str,
    /// Further words.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<FileView>,
}

/// A limit.
pub struct Clock {
    /// Its arithmetic.
    pub arithmetic: Arithmetic,
    /// Time left, or how it ended.
    pub left: String,
    /// The tone of it.
    pub sla: &'static str,
    /// Whether it runs.
    pub running: bool,
}

/// `GET /{path}/{id}`.
pub fn show(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    if of.is_register() {
        return entry::show(c, of);
    }
    notices::arrived(c, c.path())?;
    let mut page = c.read(|tx| drawn(c, tx, of))?;
    page.shell = c.shell(&page.shell.heading)?;
    page.shell.title = if of.work_secret {
        format!("{} {}", of.title, page.number)
    } else {
        format!("{} {}", page.number, page.shell.heading)
    };
    page.token = c.submit_token();
    c.page(&page)
}

fn drawn(c: &Call, tx: &Tx, of: &Definition) -> Result<MatterPage> {
    let seen = Seen::new(tx, found(c, tx, of)?)?;
    let (rules, spine) = (seen.rules, &seen.matter.spine);
    let steps = seen.steps(tx)?;
    let files = seen.files(tx)?;
    let offers = seen.offers(tx)?;
    let coming = coming(&c.ctx, rules, &seen.matter, &offers);
    let allowed: Vec<Offer> = offers.iter().filter(|o| o.allowed).cloned().collect();
    let idle = allowed.is_empty();
    let (main, others): (Vec<Offer>, Vec<Offer>) = allowed.into_iter().partition(|o| o.primary);
    let href = format!("/{}/{}", of.path, spine.id);
    let doing = |offer: Offer| {
        let form = rules.of.act(&offer.act).and_then(|act| rules.of.form_of(act));
        let at_once = form.is_none_or(|form| form.fields.is_empty());
        Doing { href: format!("{href}/{}", offer.act), label: offer.label, at_once }
    };
    let due = seen.due();
    let left = left(&c.ctx, due.as_ref().map(|(at, _)| *at), seen.measure(&c.ctx));
    let (texts, tables) = said(tx, &seen)?;
    let lines: Vec<MatterLine> =
        seen.lines(tx, &steps)?.into_iter().map(|line| dressed(line, &files)).collect();
    let waiting =
        rules.of.state(&spine.state).filter(|_| idle).map(|state| state.waiting_for(&seen.matter).to_owned());
    Ok(MatterPage {
        shell: Shell { heading: spine.title.clone(), ..Shell::default() },
        list: format!("/{}", of.path),
        list_title: of.title.clone(),
        number: spine.number.clone(),
        version: spine.version,
        state: seen.state_label(),
        tone: seen.tone(),
        left: left.words,
        left_tone: left.tone,
        limit: due.map(|(_, title)| title).unwrap_or_default(),
        summary: seen.summary(),
        stages: stages(&c.ctx, rules.of, spine, &steps),
        paper: paper::of_matter(&seen, &texts, &lines, &files),
        headline: grid(seen.headline(), &texts),
        texts,
        tables,
        lines,
        clocks: clocks(tx, &seen)?,
        limited: !of.limits.is_empty(),
        main: main.into_iter().map(&doing).next(),
        others: others.into_iter().map(&doing).collect(),
        // What is far off is no news: the next thing to come is enough.
        coming: if seen.inside { coming.into_iter().take(1).collect() } else { Vec::new() },
        waiting: waiting.unwrap_or_default(),
        unit: seen.names.unit.clone(),
        handler: if seen.inside { seen.names.handler.clone() } else { String::new() },
        inside: seen.inside,
        token: String::new(),
        href,
    })
}

/// What can be read at a glance in one grid: the headline, then the rest; an odd last one takes the row.
pub(super) fn grid(mut facts: Vec<Fact>, texts: &[Text]) -> Vec<Fact> {
    let brief = texts.iter().filter(|text| !text.long);
    facts.extend(brief.map(|text| Fact {
        label: if text.internal { format!("{}（内部）", text.label) } else { text.label.clone() },
        value: text.text.clone(),
        href: text.href.clone(),
        ..Fact::default()
    }));
    let odd = facts.len() % 2 == 1;
    if let Some(last) = facts.last_mut().filter(|_| odd) {
        last.wide = true;
    }
    facts
}

/// What was filled in and stands neither in the headline nor in the name.
pub(super) fn said(tx: &Tx, seen: &Seen<'_>) -> Result<(Vec<Text>, Vec<Table>)> {
    let (mut texts, mut tables) = (Vec::new(), Vec::new());
    for (field, answer) in seen.fields().filter(|(field, _)| {
        let told = seen.rules.of.page.headline.contains(&field.key);
        // The association stands in the heading, the unit of an entry beside it, and from when until when among its facts.
        let beside = seen.rules.of.is_register()
            && matches!(field.stands_for, Some(StandsFor::Unit | StandsFor::Assignee | StandsFor::Validity));
        !told && !beside && field.stands_for != Some(StandsFor::Association)
    }) {
        match (field.control, answer) {
            (Control::Table, Json::Array(rows)) => {
                let cell = |row: &Json, key: &str| {
                    row.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
                };
                tables.push(Table {
                    label: field.label.clone(),
                    heads: field.columns.iter().map(|(_, heading)| heading.clone()).collect(),
                    rows: rows
                        .iter()
                        .map(|row| field.columns.iter().map(|(key, _)| cell(row, key)).collect())
                        .collect(),
                });
            }
            _ => {
                let text = words::say(tx, seen.rules.pack, field, Some(answer))?;
                let long = field.control == Control::TextArea || text.chars().count() > 40;
                let href = leads_to(seen, field, answer);
                texts.push(Text {
                    label: field.label.clone(),
                    text,
                    href,
                    internal: field.work_secret,
                    long,
                });
            }
        }
    }
    texts.retain(|text| !text.text.is_empty());
    // What can be read at a glance comes first.
    texts.sort_by_key(|text| text.long);
    Ok((texts, tables))
}

/// The page of the entry that an answer names.
fn leads_to(seen: &Seen<'_>, field: &Field, answer: &Json) -> String {
    let register = field.register.as_deref().and_then(|key| seen.rules.pack.definition(key));
    let id = answer.as_str().filter(|_| field.control == Control::Entry);
    register.zip(id).map(|(of, id)| format!("/{}/{id}", of.path)).unwrap_or_default()
}

/// The stage bar: what is done, where it stands, what is still to come; a matter that left the flow shows what it went through
/// and how it ended.
pub fn stages(ctx: &Ctx, of: &Definition, spine: &Spine, steps: &[Step]) -> Vec<Stage> {
    let place_of = |state: &str| {
        let stage = of.state(state).map(|state| state.stage.as_str());
        of.stages.iter().position(|known| Some(known.key.as_str()) == stage).unwrap_or(0)
    };
    let stage = |label: &str, state| Stage { label: label.to_owned(), state };
    let here = place_of(&spine.state);
    let state = of.state(&spine.state);
    let ended = state.is_some_and(|s| s.ends);
    if let Some(state) = state.filter(|_| ended && here + 1 < of.stages.len()) {
        let before = steps.iter().filter(|step| !step.state_before.is_empty());
        let reached = before.map(|step| place_of(&step.state_before)).max().unwrap_or(0);
        let through = of.stages.iter().take(reached).map(|known| stage(&known.label, "done"));
        return through.chain([stage(&state.label, "done")]).collect();
    }
    let mark = |nth: usize| match nth {
        n if n < here || ended => "done",
        n if n == here && spine.overdue(ctx.now) => "late",
        n if n == here => "now",
        _ => "todo",
    };
    of.stages.iter().enumerate().map(|(nth, known)| stage(&known.label, mark(nth))).collect()
}

pub(super) fn dressed(line: Line, files: &[FileView]) -> MatterLine {
    let kind = match &line {
        line if line.internal => "internal",
        line if [OVERDUE, RECOUNT].contains(&line.act.as_str()) => "system",
        _ => "",
    };
    MatterLine {
        time: parse_instant(&line.at).map(minute_text).unwrap_or_default(),
        files: files.iter().filter(|f| f.step.as_deref() == Some(&line.step)).cloned().collect(),
        who: line.office().to_owned(),
        title: line.title,
        text: line.text,
        took: line.took,
        kind,
    }
}

fn clocks(tx: &Tx, seen: &Seen<'_>) -> Result<Vec<Clock>> {
    let (ctx, of) = (tx.ctx(), seen.rules.of);
    let mut all = seen.clocks(tx)?;
    // What runs comes first, then the latest.
    all.sort_by_key(|clock| (clock.met_at.is_some(), -clock.nth));
    let dress = |clock: &RunningLimit| {
        let running = clock.met_at.is_none();
        let left = left(ctx, Some(clock.due_at).filter(|_| running), measure(ctx, clock));
        Clock {
            arithmetic: arithmetic(ctx, of, clock),
            left: ended(of, clock).unwrap_or(left.words),
            sla: left.tone,
            running,
        }
    };
    Ok(all.iter().map(dress).collect())
}

/// How a clock that no longer runs ended, in words.
pub fn ended(of: &Definition, clock: &RunningLimit) -> Option<String> {
    Some(match standing(of, clock) {
        Standing::Running => return None,
        Standing::Met { at, late: false } => format!("{} 按时", minute_text(at)),
        Standing::Met { at, late: true } => format!("{} 办，超期", minute_text(at)),
        Standing::Stopped { at, act, late: false } => format!("{} 随{act}停止计时", minute_text(at)),
        Standing::Stopped { at, act, late: true } => {
            format!("{} 随{act}停止计时，停止时已超期", minute_text(at))
        }
    })
}
