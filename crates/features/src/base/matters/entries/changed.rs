//! What an act changed of an entry, and who asked for it; for its history.

use huitong_kernel::Result;
use huitong_kernel::Tx;
use jiff::civil::Date;

use super::super::plain::Plain;
use super::super::spine::Step;
use super::super::store as matters;
use super::correction::PROCEDURE;
use super::store;
use super::versions::{self, Stood, Version};

/// What an act changed.
pub struct Changed {
    /// From when.
    pub since_on: Date,
    /// How the entry stood then, as it was known before.
    pub before: Stood,
    /// How it stands.
    pub after: Stood,
}

/// What the act changed that produced a version; nothing where the entry began with it, or no version came of it.
pub fn by(all: &[Version], version: i64) -> Option<Changed> {
    let came = all.iter().filter(|one| one.version == version);
    // A correction writes further versions that only carry it on.
    let own = came.clone().find(|one| !one.said.is_empty()).or(came.clone().next())?;
    let known: Vec<Version> = all.iter().filter(|one| one.version < version).cloned().collect();
    let before =
        versions::on(&known, own.since_on, i64::MAX).or(versions::periods(&known).first().copied())?;
    Some(Changed { since_on: own.since_on, before: before.stood.clone(), after: own.stood.clone() })
}

/// The versions of an entry.
pub fn versions_of(tx: &Tx, entry: &Plain) -> Result<Vec<Version>> {
    store::versions_of(tx, &entry.spine.id)
}

/// The first step of the correction that was confirmed by a step of an entry: who asked for it.
pub fn asked_by(tx: &Tx, entry: &Plain, step: &Step) -> Result<Option<Step>> {
    for correction in matters::of_parent(tx, PROCEDURE, &entry.spine.id)? {
        if super::correction::made(&correction) == Some(step.version) {
            return Ok(matters::steps(tx, &correction.spine.id)?.into_iter().next());
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn version(version: i64, since: &str, said: &[&str], members: i64) -> Version {
        let body = json!({"members": members}).as_object().cloned().unwrap_or_default();
        Version {
            version,
            since_on: since.parse().unwrap_or_default(),
            at: version,
            act: String::new(),
            said: said.iter().map(|key| (*key).to_owned()).collect(),
            stood: Stood { state: String::from("current"), body },
        }
    }

    #[test]
    fn a_correction_is_told_by_the_period_that_it_names() {
        let all = [
            version(1, "2024-01-01", &["members"], 9),
            version(2, "2024-06-01", &["members"], 12),
            version(3, "2024-03-01", &["members"], 10),
            version(4, "2023-01-01", &["members"], 8),
            version(4, "2024-01-01", &[], 8),
        ];
        let told = |version| {
            by(&all, version).map(|changed| {
                let members = |stood: &Stood| stood.body.get("members").and_then(Json::as_i64);
                (changed.since_on.to_string(), members(&changed.before), members(&changed.after))
            })
        };
        for (version, expected) in [
            (1, None),
            (2, Some(("2024-06-01", 9, 12))),
            (3, Some(("2024-03-01", 9, 10))),
            (4, Some(("2023-01-01", 9, 8))),
            (5, None),
        ] {
            let expected = expected.map(|(day, before, after)| (day.to_owned(), Some(before), Some(after)));
            assert_eq!(told(version), expected, "{version}");
        }
    }
}
