//! Entries that stand for links between associations and units, as the relation asks for them.

use huitong_kernel::pack::{Definition, StandsFor, StandsForLink, VOID};
use huitong_kernel::{Id, Result, Tx};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::super::plain::Plain;
use super::store;
use super::versions::{self, Version};
use crate::base::associations::AssociationId;
use crate::base::duty::{Kept, Link, Linked};
use crate::base::units::UnitId;

/// What the relation is handed.
pub const LINKS: Kept = Kept { of_association, of_unit };

/// The registers whose entries stand for links, with the key of their kind and what they say of it.
fn registers<'c>(tx: &Tx<'c>) -> Result<Vec<(&'c Definition, &'c str, &'c StandsForLink)>> {
    let pack = tx.ctx().pack()?;
    let linked = pack
        .link_kinds
        .iter()
        .flat_map(|kind| pack.registers_of(kind).map(|(of, link)| (of, kind.key.as_str(), link)));
    Ok(linked.collect())
}

fn of_unit(tx: &Tx, unit: &UnitId, on: Date) -> Result<Vec<Linked>> {
    let mut all = Vec::new();
    for (of, kind, _) in registers(tx)? {
        let linked = store::linked_to(tx, &of.key, unit, on)?;
        all.extend(linked.into_iter().map(|association| Linked { association, kind: kind.to_owned() }));
    }
    Ok(all)
}

fn of_association(tx: &Tx, association: &AssociationId) -> Result<Vec<Link>> {
    let mut all = Vec::new();
    for (of, kind, link) in registers(tx)? {
        let several = of.register.as_ref().is_some_and(|register| register.several);
        for entry in store::about(tx, &of.key, association.as_str(), several)? {
            let versions = store::versions_of(tx, &entry.spine.id)?;
            let paper = link.paper.as_deref().and_then(|field| entry.said(field)?.as_str());
            for (unit, from_on, until_on) in spells(of, &entry, association.as_str(), &versions) {
                all.push(Link {
                    id: Id::stored(entry.spine.id.clone()),
                    association: association.clone(),
                    kind: kind.to_owned(),
                    unit,
                    from_on,
                    until_on,
                    paper: paper.unwrap_or(&of.title).to_owned(),
                    version: entry.spine.version,
                });
            }
        }
    }
    Ok(all)
}

/// From when until when an entry linked its association to which unit: as it stood in each period, because the past is not
/// changed by what is otherwise today.
fn spells(
    of: &Definition,
    entry: &Plain,
    association: &str,
    versions: &[Version],
) -> Vec<(UnitId, Date, Option<Date>)> {
    let day = |text: Option<&str>| text.and_then(|text| text.parse::<Date>().ok());
    let Some(began) = day(entry.from_on.as_deref()) else { return Vec::new() };
    let ended = day(entry.until_on.as_deref());
    let periods = versions::periods(versions);
    let mut spells: Vec<(UnitId, Date, Option<Date>)> = Vec::new();
    for (nth, period) in periods.iter().enumerate() {
        // What is true before the entry holds is true from the day on which it does.
        let from = if nth == 0 { began } else { period.since_on.max(began) };
        let next = periods.get(nth + 1).and_then(|next| next.since_on.yesterday().ok());
        let until = match (next, ended) {
            (Some(next), Some(ended)) => Some(next.min(ended)),
            (next, ended) => next.or(ended),
        };
        let body = &period.stood.body;
        let said = |stands| of.standing_for(stands).and_then(|field| body.get(&field.key));
        let about = said(StandsFor::Association).is_none_or(|said| match said {
            Json::Array(all) => all.iter().any(|one| one == association),
            one => one == association,
        });
        let unit = said(StandsFor::Unit).and_then(Json::as_str);
        let Some(unit) = unit.filter(|_| about && period.stood.state != VOID) else { continue };
        if until.is_some_and(|until| until < from) {
            continue;
        }
        match spells.last_mut() {
            Some((before, _, end)) if before.as_str() == unit && follows(*end, from) => *end = until,
            _ => spells.push((Id::stored(unit.to_owned()), from, until)),
        }
    }
    spells
}

fn follows(end: Option<Date>, from: Date) -> bool {
    end.and_then(|end| end.tomorrow().ok()) == Some(from)
}
