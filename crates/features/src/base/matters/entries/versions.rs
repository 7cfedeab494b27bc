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

/// The versions that a correction writes which holds from a day on: one for that day, one for each later period until a field
/// was said anew. `from` is the day from which the entry holds once it is corrected: where that is earlier than anything known,
/// the entry was true from then.
pub fn corrected(versions: &[Version], since: Date, changes: &Changes, from: Option<Date>) -> Vec<Next> {
    let periods = periods(versions);
    let Some(first) = periods.first() else { return Vec::new() };
    let mut active: BTreeSet<&str> = changes.keys().map(String::as_str).collect();
    let at_since = periods.iter().rfind(|one| one.since_on <= since).unwrap_or(first);
    let begins = since.max(first.since_on);
    let mut next = Vec::new();
    if let Some(from) = from.filter(|from| *from < first.since_on) {
        let stood = first.stood.with(changes, &active);
        next.push(Next { since_on: from, said: stood.body.keys().cloned().collect(), stood });
    }
    let said = changes.keys().cloned().collect();
    next.push(Next { since_on: begins, said, stood: at_since.stood.with(changes, &active) });
    for later in periods.iter().filter(|one| one.since_on > begins) {
        let said_then =
            versions.iter().filter(|one| one.since_on == later.since_on).flat_map(|one| &one.said);
        for field in said_then {
            active.remove(field.as_str());
        }
        if active.is_empty() {
            break;
        }
        let stood = later.stood.with(changes, &active);
        next.push(Next { since_on: later.since_on, said: Vec::new(), stood });
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
