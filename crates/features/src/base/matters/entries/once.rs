//! That there is not a second one: none that is open, or none that holds on the same day.

use huitong_kernel::condition::{Frame, truth};
use huitong_kernel::pack::StandsFor;
use huitong_kernel::{Error, Id, Result, Tx};
use jiff::civil::Date;

use super::super::matter::Rules;
use super::super::plain::Plain;
use super::{facts, store};
use crate::base::{associations, units};

/// Refuses an entry of which there is one already.
pub(in super::super) fn once(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<()> {
    alone(tx, rules, entry)?;
    if rules.of.once.is_none() {
        return Ok(());
    }
    claim(tx, entry)?;
    let others = candidates(tx, rules, entry)?;
    clash(rules, entry, &others, tx.ctx().today())
}

/// Entries among which stands what would be twice: found by a fact where one makes them the same, for those may be about
/// other associations.
fn candidates(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<Vec<Plain>> {
    let among = rules.of.once.iter().flat_map(|once| &once.among);
    let mut facts = among.filter_map(|key| rules.of.field(key)).filter(|field| facts::is_fact(field));
    match facts.find_map(|field| Some((&field.key, entry.said(&field.key)?.as_str()?))) {
        Some((key, text)) => store::referring(tx, &rules.of.key, key, text),
        None => store::alike(tx, &rules.of.key, entry),
    }
}

/// Refuses what an association may have only by itself, beside whatever it has; and whatever else beside that.
fn alone(tx: &Tx, rules: Rules<'_>, entry: &Plain) -> Result<()> {
    let (of, today) = (rules.of, tx.ctx().today());
    let Some(alone) = of.alone.as_ref().filter(|_| open(entry, today)) else { return Ok(()) };
    let frame = Frame { now: tx.ctx().now, ..Frame::default() };
    let by_itself = |one: &Plain| truth(&alone.when, one, &frame).holds();
    let several = of.register.as_ref().is_some_and(|register| register.several);
    for association in entry.associations() {
        associations::claim(tx, &Id::stored(association.clone()))?;
        let beside = store::about(tx, &of.key, &association, several)?;
        let clashes = |other: &&Plain| {
            other.spine.id != entry.spine.id && open(other, today) && (by_itself(entry) || by_itself(other))
        };
        if let Some(other) = beside.iter().find(clashes) {
            let field = of.standing_for(StandsFor::Association).map_or("", |field| &field.key);
            let name = associations::name_of(tx, &Id::stored(association))?;
            return Err(Error::invalid(field, format!("{name}已有“{}”。{}", other.spine.title, alone.what)));
        }
    }
    Ok(())
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
