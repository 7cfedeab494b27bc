//! Matters of procedures that have no code of their own: the spine, and a body that their definition reads.

use std::collections::BTreeMap;

use huitong_kernel::condition::{Facts, Value as FactValue};
use huitong_kernel::counters::{Keys, Tally};
use huitong_kernel::ctx::Post;
use huitong_kernel::db::Column;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Control, Definition, Field, Outcome, StandsFor};
use huitong_kernel::rights::{Right, Scope};
use huitong_kernel::{Error, Id, Named, Result, Row, Tx, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::case::{Case, OUTCOME};
use super::matter::{KEYS, Matter, Note, Rules};
use super::spine::Spine;
use super::store::{self, FactRow};
use super::{entries, sentences, words};
use crate::base::duty;
use crate::matter_columns;

impl Named for Plain {
    const PREFIX: &'static str = "mtr";
}

matter_columns! {
    /// A matter of a procedure of the pack.
    pub struct Plain {
        /// The day it is about, where its procedure has one.
        day: Option<String>,
        /// The entry within which it lies.
        parent: Option<String>,
        /// The first day on which it holds.
        from_on: Option<String>,
        /// The last day on which it holds; none where no end is known.
        until_on: Option<String>,
        /// The number it is about; money in 分.
        amount: Option<i64>,
        /// Folded words that it is found by.
        search: String,
        /// Who did which act last and how often, and what acts stamped.
        marks: Marks,
        /// What was filled in and stays with it.
        body: Body,
    }
}

/// What was filled in, field by field, as programs read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body(pub Map<String, Json>);

/// What acts left behind beside what their forms said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    #[serde(default)]
    acts: BTreeMap<String, Times>,
    #[serde(default)]
    at: BTreeMap<String, i64>,
    #[serde(default)]
    by: BTreeMap<String, String>,
    #[serde(default)]
    holds: BTreeMap<String, bool>,
    /// Of an entry: what is known of it from the rows within it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) derived: BTreeMap<String, Json>,
    /// Of an entry: the associations it is about, where they may be several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) about: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Times {
    by: String,
    times: usize,
}

macro_rules! json_column {
    ($name:ty, $write:expr, $read:expr) => {
        impl Column for $name {
            fn read(value: &Value) -> Option<Self> {
                $read(&String::read(value)?)
            }
        }
        impl From<&$name> for Value {
            fn from(value: &$name) -> Value {
                Value::Text($write(value))
            }
        }
    };
}
json_column!(Body, |body: &Body| Json::Object(body.0.clone()).to_string(), |text: &str| {
    serde_json::from_str(text).ok().map(Body)
});
json_column!(Marks, |marks: &Marks| serde_json::to_string(marks).unwrap_or_default(), |text: &str| {
    serde_json::from_str(text).ok()
});

/// What is counted of matters.
pub static TALLY: Tally = Tally {
    name: "matters",
    columns: &[
        "procedure",
        "state",
        "kind",
        "unit",
        "next_unit",
        "desk_unit",
        "assignee",
        "owner_association",
    ],
};

impl Facts for Plain {
    fn fact(&self, key: &str) -> Option<FactValue> {
        let text = |v: &str| Some(FactValue::Text(v.to_owned())).filter(|_| !v.is_empty());
        let spine = &self.spine;
        if let Some(json) = self.body.0.get(key) {
            return words::fact(json);
        }
        match key {
            "state" => text(&spine.state),
            "kind" => text(&spine.kind),
            "unit" => spine.unit.as_ref().and_then(|unit| text(unit.as_str())),
            "desk_unit" => spine.desk_unit.as_ref().and_then(|unit| text(unit.as_str())),
            "assignee" => spine.assignee.as_deref().and_then(text),
            "owner" => spine.owner_user.as_deref().and_then(text),
            "number" => text(&spine.number),
            "name" => text(&spine.title),
            "began_at" => Some(FactValue::Instant(spine.began_at)),
            "due_at" => spine.due_at.map(FactValue::Instant),
            "closed_at" => spine.closed_at.map(FactValue::Instant),
            "updated_at" => Some(FactValue::Instant(spine.updated_at)),
            "from_on" | "until_on" => {
                let day = if key == "from_on" { &self.from_on } else { &self.until_on };
                day.as_deref().and_then(|day| day.parse().ok()).map(FactValue::Date)
            }
            _ if KEYS.association == Some(key) => spine.association.as_deref().and_then(text),
            _ if self.marks.derived.contains_key(key) => words::fact(&self.marks.derived[key]),
            _ => {
                let at = self.marks.at.get(key).map(|at| FactValue::Instant(*at));
                let by = || self.marks.by.get(key).and_then(|by| text(by));
                at.or_else(by).or_else(|| self.marks.holds.get(key).map(|holds| FactValue::Flag(*holds)))
            }
        }
    }
}

impl Plain {
    /// One of which nothing is known yet but its spine.
    pub(super) fn of_spine(spine: Spine) -> Plain {
        Plain {
            spine,
            day: None,
            parent: None,
            from_on: None,
            until_on: None,
            amount: None,
            search: String::new(),
            marks: Marks::default(),
            body: Body::default(),
        }
    }

    /// The account by which a new entry, or a row within one, was entered.
    pub(super) fn entered_by(&self) -> Option<&str> {
        let entering = self.marks.acts.values().next().map(|times| times.by.as_str());
        entering.or(self.spine.owner_user.as_deref())
    }

    /// The associations it is about.
    pub fn associations(&self) -> Vec<String> {
        match self.marks.about.is_empty() {
            true => self.spine.association.iter().cloned().collect(),
            false => self.marks.about.clone(),
        }
    }

    /// What is known of an entry from the rows within it, where it is stored.
    pub fn derived(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.marks.derived.iter()
    }

    /// What was filled in for a field.
    pub fn said(&self, field: &str) -> Option<&Json> {
        self.body.0.get(field)
    }

    /// Puts an answer in its place: the body, and the column it stands for.
    pub fn set(&mut self, field: &Field, answer: Option<&Json>) {
        let text = answer.and_then(Json::as_str).map(str::to_owned);
        match field.stands_for {
            Some(StandsFor::Association) => {
                let all: Vec<String> = match answer {
                    Some(Json::Array(all)) => {
                        all.iter().filter_map(Json::as_str).map(str::to_owned).collect()
                    }
                    _ => text.iter().cloned().collect(),
                };
                self.spine.association = all.first().cloned();
                self.marks.about = if field.several { all } else { Vec::new() };
            }
            Some(StandsFor::Unit) => {
                self.spine.unit = text.clone().map(Id::stored);
                self.spine.desk_unit.clone_from(&self.spine.unit);
            }
            Some(StandsFor::Assignee) => self.spine.assignee.clone_from(&text),
            Some(StandsFor::Kind) => self.spine.kind = text.clone().unwrap_or_default(),
            Some(StandsFor::Day) => self.day.clone_from(&text),
            Some(StandsFor::OtherUnit) => self.spine.next_unit = text.clone().map(Id::stored),
            Some(StandsFor::Amount) => self.amount = answer.and_then(words::number),
            Some(StandsFor::Validity) => {
                let part = |name: &str| answer?.get(name)?.as_str().map(str::to_owned);
                (self.from_on, self.until_on) = (part("from"), part("until"));
            }
            None => {}
        }
        match answer {
            // Conditions ask whether it is ticked, not how a form says so.
            Some(answer) if field.control == Control::Check => {
                let ticked = answer.as_str().map_or(answer.as_bool().unwrap_or_default(), |text| text == "1");
                self.body.0.insert(field.key.clone(), Json::Bool(ticked))
            }
            Some(answer) => self.body.0.insert(field.key.clone(), answer.clone()),
            None => self.body.0.remove(&field.key),
        };
    }

    /// An end that is reached without ever passing the state from which it is seen stays unseen.
    fn was_shown(&self, of: &Definition, from: &str) -> bool {
        let ends = of.state(&self.spine.state).is_some_and(|state| state.ends);
        !ends || self.spine.state == from
    }

    /// What lists ask of it that is no column.
    fn facts<'m>(&'m self, of: &Definition) -> Vec<FactRow<'m>> {
        let mut rows = Vec::new();
        for field in of.fields.iter().filter(|field| field.indexed && field.stands_for.is_none()) {
            let Some(answer) = self.said(&field.key) else { continue };
            let all = match answer {
                Json::Array(all) => all.iter().collect(),
                one => vec![one],
            };
            for (nth, one) in all.into_iter().enumerate() {
                let text = one.as_str().map(str::to_owned);
                let dated = field.control == Control::Date;
                rows.push(FactRow {
                    matter: self,
                    fact: field.key.clone(),
                    nth: i64::try_from(nth).unwrap_or(i64::MAX),
                    number: one.as_i64().or_else(|| one.get("fen").and_then(Json::as_i64)),
                    day: text.clone().filter(|_| dated),
                    text: text.filter(|_| !dated),
                });
            }
        }
        rows
    }
}

impl Matter for Plain {
    const TALLY: &'static Tally = &TALLY;
    const DUE_JOB: &'static str = "matter.due";
    type Work = entries::Work;

    fn keys(&self) -> Keys<'_> {
        let spine = &self.spine;
        fn of(unit: Option<&crate::base::units::UnitId>) -> &str {
            unit.map_or("", |unit| unit.as_str())
        }
        [
            &spine.procedure,
            &spine.state,
            &spine.kind,
            of(spine.unit.as_ref()),
            of(spine.next_unit.as_ref()),
            of(spine.desk_unit.as_ref()),
            spine.assignee.as_deref().unwrap_or_default(),
            spine.owner_association.as_deref().unwrap_or_default(),
        ]
    }

    fn is_counted(&self) -> bool {
        !entries::is_entry(&self.spine.id)
    }

    fn spine(&self) -> &Spine {
        &self.spine
    }

    fn spine_mut(&mut self) -> &mut Spine {
        &mut self.spine
    }

    fn read(row: Row) -> Result<Plain> {
        Plain::read(row)
    }

    fn find(tx: &Tx, scope: &Scope, id: &str) -> Result<Option<Plain>> {
        store::find(tx, scope, id)
    }

    fn settle(&mut self, tx: &Tx, rules: Rules<'_>) -> Result<()> {
        let of = rules.of;
        if of.is_register() {
            return entries::settle(tx, rules, self);
        }
        self.spine.title = sentences::name(tx, rules, self)?;
        self.search = self.spine.found_by();
        let shown = match of.sees.as_ref().and_then(|sees| sees.from.as_deref()) {
            None => of.sees.is_some(),
            Some(from) => {
                let place = |key: &str| of.states.iter().position(|state| state.key == key);
                place(&self.spine.state) >= place(from) && self.was_shown(of, from)
            }
        };
        // Once it was shown it stays so: what was served is not taken back by another state.
        if shown && !of.work_secret && self.spine.owner_association.is_none() {
            self.spine.owner_association.clone_from(&self.spine.association);
        }
        Ok(())
    }

    fn update(&self, tx: &Tx, of: &Definition) -> Result<()> {
        store::update(tx, self)?;
        match of.is_register() {
            true => entries::set_facts(tx, of, &[self]),
            false => store::set_facts(tx, self, &self.facts(of)),
        }
    }

    fn insert(tx: &Tx, matters: &[&Plain], of: &Definition) -> Result<()> {
        store::insert(tx, matters)?;
        if of.is_register() {
            return entries::first_facts(tx, of, matters);
        }
        matters.iter().try_for_each(|matter| store::set_facts(tx, matter, &matter.facts(of)))
    }

    fn keeps(&self, field: &str) -> Option<&Json> {
        self.said(field)
    }

    fn admitted(&self, scope: &Scope) -> bool {
        entries::admitted(scope, self)
    }

    fn post_for<'a>(&self, right: &Right<'a>) -> Option<&'a Post> {
        entries::post_for(right, self)
    }

    fn owner_associations(&self) -> Vec<String> {
        entries::owners(self)
    }

    fn stored(case: &Case<'_, '_, Plain>) -> Result<()> {
        entries::stored(case)
    }

    fn holder_of_files<'c>(case: &'c Case<'_, '_, Plain>) -> Option<&'c str> {
        case.work.row.as_deref()
    }

    fn recorded(case: &Case<'_, '_, Plain>, record: Record) -> Record {
        entries::recorded(case, record)
    }

    /// An act that is there to change something changes something.
    fn checked(case: &Case<'_, '_, Plain>) -> Result<()> {
        if case.rules.of.is_register() {
            entries::ordered(case)?;
            return entries::checked(case);
        }
        let Some(first) = case.act.changes.first() else { return Ok(()) };
        let same = |field: &String| case.said.json(field) == case.matter.said(field);
        match case.act.changes.iter().all(same) {
            true => Err(Error::invalid(first, "填写的和原来一样，没有改动")),
            false => Ok(()),
        }
    }

    /// What a form said stays with the matter unless its field belongs to the step alone.
    fn keep(case: &mut Case<'_, '_, Plain>) -> Result<()> {
        if let Some(keeping) = &case.act.keeping
            && entries::keep(case, keeping)?
        {
            return Ok(());
        }
        let Some(form) = case.rules.of.form_of(case.act) else { return Ok(()) };
        let needed =
            |outcome: &Outcome, field: &Field| outcome.needs.iter().any(|need| need.field == field.key);
        let chosen = case.act.outcome(case.said(OUTCOME));
        for field in form.fields.iter().filter(|field| !field.step_only && field.control != Control::Files) {
            let answer = case.said.json(&field.key);
            // What another outcome would have asked for stays as it was.
            let elsewhere = case.act.outcomes.iter().any(|outcome| needed(outcome, field));
            if answer.is_none() && elsewhere && !chosen.is_some_and(|outcome| needed(outcome, field)) {
                continue;
            }
            // What is personal is not filled in again, so that an empty field says nothing of it.
            if answer.is_some() || !field.personal {
                case.matter.set(field, answer);
            }
        }
        Ok(())
    }

    fn note(&mut self, name: &str, note: Note) -> Result<()> {
        match note {
            Note::At(at) => drop(self.marks.at.insert(name.to_owned(), at)),
            Note::By(Some(by)) => drop(self.marks.by.insert(name.to_owned(), by)),
            Note::By(None) => drop(self.marks.by.remove(name)),
            Note::Holds(holds) => drop(self.marks.holds.insert(name.to_owned(), holds)),
        }
        Ok(())
    }

    fn is_noted(&self, name: &str) -> bool {
        self.marks.at.contains_key(name)
    }

    fn forget(&mut self, field: &str) -> Result<()> {
        self.body.0.remove(field);
        Ok(())
    }

    fn effect(case: &mut Case<'_, '_, Plain>, name: &str) -> Result<()> {
        match name {
            entries::correction::EFFECT => entries::correction::make(case),
            other => Err(Error::internal(format!("the code has no effect {other}"))),
        }
    }

    fn doer(&self, act: &str) -> Option<&str> {
        self.marks.acts.get(act).map(|times| times.by.as_str())
    }

    fn times(&self, act: &str) -> usize {
        self.marks.acts.get(act).map_or(0, |times| times.times)
    }

    fn count_act(&mut self, act: &str, by: &str) {
        let times = self.marks.acts.entry(act.to_owned()).or_default();
        times.times += 1;
        by.clone_into(&mut times.by);
    }

    fn journal_view(&self, of: &Definition) -> Json {
        let spine = &self.spine;
        let mut view = Map::new();
        for (key, value) in [
            ("state", json!(spine.state)),
            ("association", json!(spine.association)),
            ("unit", json!(spine.unit)),
            ("next_unit", json!(spine.next_unit)),
            ("assignee", json!(spine.assignee)),
            ("due_at", json!(spine.due_at.map(huitong_kernel::clock::rfc3339))),
            ("due_limit", json!(spine.due_limit)),
            ("from_on", json!(self.from_on)),
            ("until_on", json!(self.until_on)),
        ] {
            if !value.is_null() {
                view.insert(key.to_owned(), value);
            }
        }
        view.insert(String::from("version"), json!(spine.version));
        for field in of.fields.iter().filter(|field| field.journal && !field.step_only) {
            if let Some(answer) = self.said(&field.key) {
                view.insert(field.key.clone(), answer.clone());
            }
        }
        Json::Object(view)
    }

    fn sentence_facts(tx: &Tx, rules: Rules<'_>, matter: &Plain) -> Result<sentences::Facts> {
        sentences::of_plain(tx, rules, matter)
    }

    fn reach<'c>(tx: &Tx, right: Right<'c>) -> Result<Right<'c>> {
        duty::reach(tx, right)
    }
}
