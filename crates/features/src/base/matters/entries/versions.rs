//! What an entry said on a day, as it was known at an instant; pure.
//!
//! Each version says from when it is true and which fields its act said. Of the versions known at T and true by D the one with
//! the greatest `since_on` counts, then that with the greatest `version`. A correction that reaches back writes one version for
//! each period that it touches, each the whole row as it should have stood then.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// How an entry stood: its state and everything that was filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stood {
    /// Its state.
    pub state: String,
    /// What was filled in, field by field.
    pub body: Map<String, Json>,
}

/// One version.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The version of the entry that its act produced; a correction writes several of the same.
    pub version: i64,
    /// From when it is true.
    pub since_on: Date,
    /// When it was known.
    pub at: i64,
    /// Key of the act.
    pub act: String,
    /// The fields that the act said to be so from this day on; none where it only carries a correction on.
    pub said: Vec<String>,
    /// How the entry stood.
    pub stood: Stood,
}

/// What changes, by field; nothing where a field becomes empty.
pub type Changes = BTreeMap<String, Option<Json>>;

/// A version that is still to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    /// From when it is true.
    pub since_on: Date,
    /// The fields that it says.
    pub said: Vec<String>,
    /// How the entry stands then.
    pub stood: Stood,
}

/// The version that counts on a day, as known at an instant.
pub fn on(versions: &[Version], day: Date, known_at: i64) -> Option<&Version> {
    let known = versions.iter().filter(|one| one.at <= known_at && one.since_on <= day);
    known.max_by_key(|one| (one.since_on, one.version))
}

/// The periods of an entry as they are known now: in each, one version counts.
pub fn periods(versions: &[Version]) -> Vec<&Version> {
    let mut all: BTreeMap<Date, &Version> = BTreeMap::new();
    for one in versions {
        let standing = all.entry(one.since_on).or_insert(one);
        if standing.version < one.version {
            *standing = one;
        }
    }
    all.into_values().collect()
}

impl Stood {
    /// The same with these changes.
    fn with(&self, changes: &Changes, only: &BTreeSet<&str>) -> Stood {
        let mut stood = self.clone();
        for (field, value) in changes.iter().filter(|(field, _)| only.contains(field.as_str())) {
            match value {
                Some(value) => drop(stood.body.insert(field.clone(), value.clone())),
                None => drop(stood.body.remove(field)),
            }
        }
        stood
    }
}

/// The days on which a field was said.
fn sayings<'v>(versions: &'v [Version], field: &'v str) -> impl Iterator<Item = Date> + 'v {
    versions.iter().filter(move |one| one.said.iter().any(|said| said == field)).map(|one| one.since_on)
}

/// From when a field is corrected: the day that is named, else that on which was entered what stands now; never before anything
/// is known.
fn begins(versions: &[Version], since: Option<Date>, field: &str) -> Option<Date> {
    let first = versions.iter().map(|one| one.since_on).min()?;
    Some(since.or_else(|| sayings(versions, field).max()).map_or(first, |day| day.max(first)))
}

/// What stood where a correction of a field begins.
pub fn before<'v>(versions: &'v [Version], since: Option<Date>, field: &str) -> Option<&'v Json> {
    on(versions, begins(versions, since, field)?, i64::MAX)?.stood.body.get(field)
}

/// What a correction says otherwise. Its form holds everything as it stands now: what was changed in it is meant; where nothing
/// was, it is meant that this was so from the day that is named already.
pub fn otherwise(versions: &[Version], since: Option<Date>, answers: Changes) -> Changes {
    let now = periods(versions).last().map(|one| one.stood.body.clone()).unwrap_or_default();
    let touched = |(field, answer): (&String, &Option<Json>)| now.get(field) != answer.as_ref();
    let any = answers.iter().any(touched);
    let meant = |(field, answer): &(String, Option<Json>)| {
        (!any || touched((field, answer))) && before(versions, since, field) != answer.as_ref()
    };
    answers.into_iter().filter(meant).collect()
}

/// The versions that a correction writes: each change holds from where it begins until its field was said anew, in every period
/// between. `from` is the day from which the entry holds once it is corrected: where that is earlier than anything known, the
/// entry was true from then.
pub fn corrected(
    versions: &[Version],
    since: Option<Date>,
    changes: &Changes,
    from: Option<Date>,
) -> Vec<Next> {
    let periods = periods(versions);
    let Some(first) = periods.first() else { return Vec::new() };
    let span = |field: &'_ String| {
        let begins = begins(versions, since, field).unwrap_or(first.since_on);
        (begins, sayings(versions, field).filter(|day| *day > begins).min())
    };
    let spans: BTreeMap<&str, (Date, Option<Date>)> =
        changes.keys().map(|field| (field.as_str(), span(field))).collect();
    let mut next = Vec::new();
    if let Some(from) = from.filter(|from| *from < first.since_on) {
        let stood = first.stood.with(changes, &spans.keys().copied().collect());
        next.push(Next { since_on: from, said: stood.body.keys().cloned().collect(), stood });
    }
    let days = periods.iter().map(|one| one.since_on).chain(spans.values().map(|(begins, _)| *begins));
    for day in days.collect::<BTreeSet<_>>() {
        let holds =
            |(begins, ends): &(Date, Option<Date>)| *begins <= day && ends.is_none_or(|ends| day < ends);
        let active: BTreeSet<&str> =
            spans.iter().filter(|(_, span)| holds(span)).map(|(field, _)| *field).collect();
        if active.is_empty() {
            continue;
        }
        let standing = periods.iter().rfind(|one| one.since_on <= day).unwrap_or(first);
        let said = spans.iter().filter(|(_, (begins, _))| *begins == day);
        next.push(Next {
            since_on: day,
            said: said.map(|(field, _)| (*field).to_owned()).collect(),
            stood: standing.stood.with(changes, &active),
        });
    }
    next
}

/// The versions by which an entry is taken back: in every period it has not been.
pub fn void(versions: &[Version], state: &str) -> Vec<Next> {
    let one = |period: &Version| Next {
        since_on: period.since_on,
        said: Vec::new(),
        stood: Stood { state: state.to_owned(), body: period.stood.body.clone() },
    };
    periods(versions).into_iter().map(one).collect()
}

#[cfg(test)]
mod tests;
