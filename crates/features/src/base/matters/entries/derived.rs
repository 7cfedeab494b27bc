//! What is known of an entry from the rows within it: how many there are, the latest, their sum.

use std::collections::BTreeMap;

use huitong_kernel::condition::{Frame, truth};
use huitong_kernel::pack::{Definition, Derived, Take};
use huitong_kernel::{Result, Tx};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::super::matter::Rules;
use super::super::plain::Plain;
use super::super::words;
use super::store;

/// What is known of an entry within which nothing lies yet: there are none, and no latest.
pub(in super::super) fn nothing_within(of: &Definition) -> BTreeMap<String, Json> {
    let stored = of.register.iter().flat_map(|register| &register.derived).filter(|one| !one.this_year);
    let counts = stored.filter(|one| !matches!(one.take, Take::Latest | Take::Earliest));
    counts.map(|one| (one.key.clone(), Json::from(0))).collect()
}

/// Counts anew what is stored of the rows within an entry.
pub(super) fn settle(tx: &Tx, rules: Rules<'_>, entry: &mut Plain) -> Result<()> {
    let stored: Vec<&Derived> = rules
        .of
        .register
        .iter()
        .flat_map(|register| &register.derived)
        .filter(|one| !one.this_year)
        .collect();
    for one in &stored {
        let value = value(tx, rules, entry, one)?;
        match value {
            Some(value) => drop(entry.marks.derived.insert(one.key.clone(), value)),
            None => drop(entry.marks.derived.remove(&one.key)),
        }
    }
    Ok(())
}

/// What a fact is of an entry now; nothing where there is none.
pub fn value(tx: &Tx, rules: Rules<'_>, entry: &Plain, of: &Derived) -> Result<Option<Json>> {
    let rows = store::children(tx, &entry.spine.id, &format!("{}.{}", rules.of.key, of.of))?;
    Ok(of_rows(&rows, of, tx.ctx().now, tx.ctx().today().year()))
}

/// What a fact is of these rows, seen in a year; pure.
pub fn of_rows(rows: &[Plain], of: &Derived, now: i64, year: i16) -> Option<Json> {
    let frame = Frame { now, ..Frame::default() };
    let of_year = |row: &&Plain| {
        let day: Option<Date> = row.day.as_deref().and_then(|day| day.parse().ok());
        !of.this_year || day.is_some_and(|day| day.year() == year)
    };
    let counted: Vec<&Plain> =
        rows.iter().filter(of_year).filter(|row| truth(&of.when, *row, &frame).holds()).collect();
    let said = || counted.iter().filter_map(|row| row.said(of.field.as_deref()?));
    let days = || said().filter_map(Json::as_str);
    match of.take {
        Take::Count => Some(Json::from(counted.len())),
        Take::Any => Some(Json::from(i64::from(!counted.is_empty()))),
        Take::Latest => days().max().map(Json::from),
        Take::Earliest => days().min().map(Json::from),
        Take::Sum => Some(Json::from(said().filter_map(words::number).sum::<i64>())),
    }
}
