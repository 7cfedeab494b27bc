//! Entries in the words of those who own them: names for ids, labels for keys, the hour for instants.

use huitong_kernel::clock::{minute_text, parse_instant};
use huitong_kernel::http::page::{Change, Fact};
use huitong_kernel::journal::Kept;
use huitong_kernel::{Id, Result, Tx};

use super::rules::{self, Words};
use super::subjects::{Kind, office_name};
use crate::base::{associations, identity, units};

/// What changed and what else an entry says.
pub struct Read {
    /// Before and after.
    pub changes: Vec<Change>,
    /// Facts about the act.
    pub facts: Vec<Fact>,
}

/// Reads an entry aloud; a kind that nobody owns keeps its own names.
pub fn read(tx: &Tx, subject: Option<&Kind>, kept: &Kept) -> Read {
    with_words(tx, subject, kept, |words| Read {
        changes: rules::changes(&kept.body, words),
        facts: rules::facts(&kept.body, words),
    })
}

/// Hands the words of an entry to whoever reads it.
pub fn with_words<T>(tx: &Tx, subject: Option<&Kind>, kept: &Kept, read: impl FnOnce(&Words) -> T) -> T {
    let field = |path: &str| {
        let known = subject.and_then(|s| s.fields().iter().find(|(key, _)| *key == path));
        let of_owner = || subject.and_then(|s| s.inner(tx, kept, path));
        let last = || path.rsplit('.').next().unwrap_or(path).to_owned();
        known.map(|(_, label)| (*label).to_owned()).or_else(of_owner).unwrap_or_else(last)
    };
    let meaning = |path: &str, text: &str| {
        let of_owner = subject.and_then(|s| s.meaning(tx, kept, path, text));
        of_owner.or_else(|| name(tx, text).ok().flatten()).or_else(|| hour(text))
    };
    let rank = |path: &str| {
        subject.and_then(|s| s.fields().iter().position(|(key, _)| *key == path)).unwrap_or(usize::MAX)
    };
    read(&Words { field: &field, rank: &rank, meaning: &meaning })
}

/// The name of the body or person that an id stands for.
fn name(tx: &Tx, text: &str) -> Result<Option<String>> {
    if let Some(id) = Id::parse(text) {
        return Ok(units::find(tx, &id)?.map(|unit| unit.name));
    }
    if let Some(id) = Id::parse(text) {
        return Ok(associations::find(tx, &id)?.map(|association| association.name));
    }
    match Id::parse(text) {
        Some(id) => Ok(identity::account(tx, &id)?.map(|account| account.name)),
        None => Ok(None),
    }
}

/// An instant as people read it; a day stays a day.
fn hour(text: &str) -> Option<String> {
    let instant = text.len() >= 19 && text.as_bytes().get(10) == Some(&b'T');
    instant.then(|| parse_instant(text).map(minute_text)).flatten()
}

/// Stands in the journal, and in the steps of a matter, for the account of somebody who asked that nobody learns who they are.
/// Entries are bound by their digests, so the word stays as it was written on the first day.
pub const UNNAMED: &str = "complainant";

/// The words for actors without an account.
pub const NOBODY: [(&str, &str); 4] =
    [("public", "公众"), (UNNAMED, "诉求人（身份不显示）"), ("system", "系统"), ("command-line", "命令行")];

/// Who acted, for readers of the journal.
pub fn actor_name(tx: &Tx, actor: &str) -> Result<String> {
    if let Some((_, word)) = NOBODY.iter().find(|(key, _)| *key == actor) {
        return Ok((*word).to_owned());
    }
    match Id::parse(actor) {
        Some(id) => identity::name_of(tx, &id),
        None => Ok(actor.to_owned()),
    }
}

/// Who acted, for colleagues: whoever sits in a unit by office and name, all others by what they are to the record.
pub fn colleague(tx: &Tx, kept: &Kept, outsider: &str) -> Result<String> {
    let in_unit = Id::parse(&kept.office).map(|id| units::find(tx, &id)).transpose()?.flatten();
    if in_unit.is_some() {
        return Ok(format!("{} · {}", office_name(tx, &kept.office)?, actor_name(tx, &kept.actor)?));
    }
    let of_the_house = ["system", "command-line"].contains(&kept.actor.as_str());
    if of_the_house { actor_name(tx, &kept.actor) } else { Ok(outsider.to_owned()) }
}
