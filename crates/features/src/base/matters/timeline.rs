//! The steps of a matter as one reader may see them, each with its sentence.

use huitong_kernel::clock::rfc3339;
use huitong_kernel::deadline::{self, Pace};
use huitong_kernel::pack::{Act, Keeping, Show};
use huitong_kernel::{Ctx, Id, Result, Tx};
use serde::Serialize;
use utoipa::ToSchema;

use super::case::{OVERDUE, RECOUNT};
use super::matter::{Matter, Rules};
use super::sentences::{self, Facts};
use super::spine::{Said, Step};
use super::words;
use crate::base::units::Unit;

/// One line of the timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Line {
    /// When.
    pub at: String,
    /// Key of the act.
    pub act: String,
    /// What happened, in one sentence.
    pub title: String,
    /// Who did it.
    pub who: String,
    /// Further words of the step.
    pub text: String,
    /// Whether it is for the office only.
    pub internal: bool,
    /// Working time that the office had it for since the step before: `用时 1个工作日2小时`.
    #[serde(skip)]
    pub took: String,
    /// Id of the step, by which a page puts files beside it.
    #[serde(skip)]
    pub step: String,
}

impl Line {
    /// Who did it; of a person whom the sentence names already only the office.
    pub fn office(&self) -> &str {
        match self.who.split_once(" · ") {
            Some((office, name)) if self.title.contains(name) => office,
            _ => &self.who,
        }
    }
}

/// Counts what the steps of a timeline took, from the first one on. Units are timed; those outside may take their time, and
/// what the program notes of a clock ends nobody's.
#[derive(Default)]
pub struct Stopwatch {
    before: Option<i64>,
}

impl Stopwatch {
    /// What a step took the unit that did it, in working time: `用时 1个工作日2小时`; empty below one minute, and where it was no
    /// unit's.
    pub fn took(&mut self, ctx: &Ctx, step: &Step) -> String {
        if [OVERDUE, RECOUNT].contains(&step.act.as_str()) {
            return String::new();
        }
        let before = self.before.replace(step.at).filter(|_| Id::<Unit>::parse(&step.office).is_some());
        let passed = before.map_or(0, |before| Pace::Office.between(before, step.at, ctx.calendar()));
        match deadline::length(passed, Pace::Office, ctx.calendar()) {
            length if length.is_empty() => length,
            length => format!("用时 {}", deadline::brief(&length)),
        }
    }
}

/// A matter as its timeline reads it.
pub struct Timeline<'a, M> {
    /// What it is under.
    pub rules: Rules<'a>,
    /// The matter.
    pub matter: &'a M,
    /// All of its steps.
    pub steps: &'a [Step],
    /// What sentences may say of it.
    pub facts: &'a Facts,
    /// Whether the reader looks at it from inside the office.
    pub inside: bool,
}

impl<M: Matter> Timeline<'_, M> {
    /// The lines that are for this reader.
    pub fn lines(&self, tx: &Tx) -> Result<Vec<Line>> {
        let mut watch = Stopwatch::default();
        // What a reader does not see took its time all the same.
        // What an entry says holds; nobody had it to work on between two acts.
        let holds = self.rules.of.is_register();
        let mut took = |step| if holds { String::new() } else { watch.took(tx.ctx(), step) };
        let timed = self.steps.iter().map(|step| (step, took(step)));
        let timed: Vec<_> = timed.filter(|(step, _)| self.inside || step.public_text.is_some()).collect();
        timed.into_iter().map(|(step, took)| Ok(Line { took, ..self.line(tx, step)? })).collect()
    }

    fn line(&self, tx: &Tx, step: &Step) -> Result<Line> {
        let said = step.words();
        let title = match &step.public_text {
            Some(text) if !self.inside => text.clone(),
            _ => sentences::of_step(tx, self.rules, self.matter, self.facts, (step, &said))?,
        };
        Ok(Line {
            at: rfc3339(step.at),
            act: step.act.clone(),
            title,
            who: self.who(tx, step),
            text: self.text(tx, step, &said)?,
            internal: self.rules.of.act(&step.act).is_some_and(|act| act.internal),
            took: String::new(),
            step: step.id.to_string(),
        })
    }

    /// The words of its form that the definition shows below the line.
    fn text(&self, tx: &Tx, step: &Step, said: &Said) -> Result<String> {
        let Some(act) = self.rules.of.act(&step.act) else { return Ok(String::new()) };
        let mut texts = vec![self.row(tx, act, said)?];
        for show in act.shows.iter().filter(|show| show.to.meant(self.inside)) {
            texts.push(self.shown(tx, show, said)?);
        }
        texts.retain(|text| !text.is_empty());
        Ok(texts.join("\n"))
    }

    /// What the row within is called that the step entered, as it was entered.
    fn row(&self, tx: &Tx, act: &Act, said: &Said) -> Result<String> {
        let (pack, of) = (self.rules.pack, self.rules.of);
        let within = Some(&act.keeping).filter(|keeping| **keeping == Some(Keeping::Within));
        let Some(row) = within.and_then(|_| pack.definition(&format!("{}.{}", of.key, act.key))) else {
            return Ok(String::new());
        };
        sentences::name_by(tx, Rules { pack, of: row }, &|field| said.json(field))
    }

    fn shown(&self, tx: &Tx, show: &Show, said: &Said) -> Result<String> {
        let earlier = show.of.as_ref().and_then(|act| self.steps.iter().rfind(|step| step.act == *act));
        let words_of = earlier.map(Step::words);
        let said = words_of.as_ref().unwrap_or(said);
        let of = self.rules.of;
        let field =
            of.field(&show.field).or_else(|| of.forms.iter().find_map(|form| form.field(&show.field)));
        // Of a work secret those outside learn nothing, whatever the definition shows.
        let Some(field) = field.filter(|field| self.inside || !of.hides(field)) else {
            return Ok(String::new());
        };
        let text = words::say(tx, self.rules.pack, field, said.json(&field.key))?;
        let alone = field.free_text || field.control.writes();
        Ok(if alone || text.is_empty() { text } else { format!("{}：{text}", field.label) })
    }

    /// Who took a step, as far as this reader may know.
    fn who(&self, tx: &Tx, step: &Step) -> String {
        let Some(name) = self.matter.actor_of(tx.ctx(), step) else { return String::new() };
        match (self.inside, step.office_name.as_str()) {
            (true, "") => name,
            (true, office) => format!("{office} · {name}"),
            (false, office) => office.to_owned(),
        }
    }
}
