//! What lists ask of an entry that is no column of it, written beside it.

use huitong_kernel::pack::{Control, Definition, Field, VOID};
use huitong_kernel::{Result, Tx};
use serde_json::Value as Json;

use super::super::plain::Plain;
use super::super::words;
use super::store::{self, FactRow};

/// The fact that says which associations an entry is about.
pub(super) const ABOUT: &str = "association";
/// The same of what is void.
pub(super) const VOID_ABOUT: &str = "void_association";

/// Puts the facts of entries in the place of those they had. What is void has none, so that no list and no sum finds it; only
/// whom it was about stays known, for who asks for what is void.
pub(in super::super) fn set_facts(tx: &Tx, of: &Definition, entries: &[&Plain]) -> Result<()> {
    entries.iter().try_for_each(|entry| store::forget_facts(tx, &entry.spine.id))?;
    first_facts(tx, of, entries)
}

/// The facts of entries that have none yet.
pub(in super::super) fn first_facts(tx: &Tx, of: &Definition, entries: &[&Plain]) -> Result<()> {
    let mut rows = Vec::new();
    for entry in entries {
        match entry.spine.state == VOID {
            true => rows.extend(about(of, entry, VOID_ABOUT)),
            false => rows.extend(of_entry(of, entry)),
        }
    }
    store::insert_facts(tx, &rows)
}

/// Whether a field's answer is kept as a fact.
pub fn is_fact(field: &Field) -> bool {
    (field.indexed || field.control == Control::Entry) && field.stands_for.is_none() && !field.step_only
}

fn of_entry(of: &Definition, entry: &Plain) -> Vec<FactRow> {
    let mut rows = Vec::new();
    let row = |fact: &str, nth, text, number| row(entry, fact, nth, text, number);
    for field in of.fields.iter().filter(|field| is_fact(field)) {
        let all: Vec<&Json> = match entry.said(&field.key) {
            Some(Json::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        };
        // An order holds those too that do not say it.
        if all.is_empty() && orders(field) {
            rows.push(row(&field.key, 0, None, None));
        }
        for (nth, one) in all.into_iter().enumerate() {
            rows.push(row(&field.key, nth, one.as_str().map(str::to_owned), words::number(one)));
        }
    }
    let derived = of.register.iter().flat_map(|register| &register.derived).filter(|one| !one.this_year);
    for one in derived {
        let value = entry.marks.derived.get(&one.key);
        let text = value.and_then(Json::as_str).map(str::to_owned);
        rows.push(row(&one.key, 0, text, value.and_then(words::number)));
    }
    rows.extend(about(of, entry, ABOUT));
    rows
}

/// The associations an entry is about, where they may be several.
fn about(of: &Definition, entry: &Plain, fact: &str) -> Vec<FactRow> {
    let several = of.register.as_ref().is_some_and(|register| register.several);
    let all = entry.marks.about.iter().filter(|_| several).enumerate();
    all.map(|(nth, one)| row(entry, fact, nth, Some(one.clone()), None)).collect()
}

fn row(entry: &Plain, fact: &str, nth: usize, text: Option<String>, number: Option<i64>) -> FactRow {
    FactRow {
        entry: entry.spine.id.clone(),
        fact: fact.to_owned(),
        nth: i64::try_from(nth).unwrap_or(i64::MAX),
        procedure: entry.spine.procedure.clone(),
        association: entry.spine.association.clone(),
        text,
        number,
        day: entry.day.clone().unwrap_or_default(),
    }
}

/// Whether lists can be ordered by a field's fact.
pub fn orders(field: &Field) -> bool {
    is_fact(field) && (counts(field) || field.control == Control::Date)
}

/// Whether a field's fact is a number.
pub fn counts(field: &Field) -> bool {
    matches!(field.control, Control::Integer | Control::Score | Control::Money)
}
