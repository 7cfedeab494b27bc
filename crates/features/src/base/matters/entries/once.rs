//! That there is not a second one: none that is open, or none that holds on the same day.

use huitong_kernel::{Error, Id, Result, Tx};
use jiff::civil::Date;

use super::super::matter::Rules;
use super::super::plain::Plain;
use super::store;
use crate::base::{associations, units};

/// Refuses an entry of which there is one already.
pub(in super::super) fn once(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<()> {
    if rules.of.once.is_none() {
        return Ok(());
    }
    claim(tx, entry)?;
    let others = store::alike(tx, &rules.of.key, entry)?;
    clash(rules, entry, &others, tx.ctx().today())
}

/// Two who enter one at the same moment meet at the association it is about, else at the unit.
pub fn claim(tx: &Tx, entry: &Plain) -> Result<()> {
    match (&entry.spine.association, &entry.spine.unit) {
        (Some(id), _) => associations::claim(tx, &Id::stored(id.clone())),
        (None, Some(unit)) => units::claim(tx, unit),
        (None, None) => Ok(()),
    }
}

/// Refuses an entry that is the same as one of others.
pub fn clash<'p>(
    rules: Rules<'_>,
    entry: &Plain,
    others: impl IntoIterator<Item = &'p Plain>,
    today: Date,
) -> Result<()> {
    let Some(once) = &rules.of.once else { return Ok(()) };
    // What nobody filled in is not the same as another that nobody filled in.
    let alike =
        |other: &Plain, field: &str| entry.said(field).is_some_and(|said| other.said(field) == Some(said));
    let clashes = |other: &&Plain| {
        let same = once.among.iter().all(|field| alike(other, field));
        same && other.spine.id != entry.spine.id
            && if once.over { meet(entry, other) } else { open(entry, today) && open(other, today) }
    };
    match others.into_iter().find(clashes) {
        Some(other) => {
            let field = once.among.first().map_or("", String::as_str);
            let message = format!("{}：已有“{}”", once.what.trim_end_matches('。'), other.spine.title);
            Err(Error::invalid(field, message))
        }
        None => Ok(()),
    }
}

fn day(text: Option<&str>) -> Option<Date> {
    text.and_then(|text| text.parse().ok())
}

/// Whether two hold on one day; the last day counts.
fn meet(one: &Plain, other: &Plain) -> bool {
    let before = |a: &Plain, b: &Plain| {
        day(a.until_on.as_deref()).zip(day(b.from_on.as_deref())).is_some_and(|(until, from)| until < from)
    };
    !before(one, other) && !before(other, one)
}

/// Whether one has not ended.
fn open(entry: &Plain, today: Date) -> bool {
    day(entry.until_on.as_deref()).is_none_or(|until| until >= today)
        && entry.spine.state == huitong_kernel::pack::CURRENT
}
