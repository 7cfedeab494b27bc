//! Links of associations wherever they are kept: in the table of this capability, or as entries of registers that stand for them.

use huitong_kernel::pack::{Definition, Pack};
use huitong_kernel::{Result, Tx};
use jiff::civil::Date;

use super::model::Link;
use super::store;
use crate::base::associations::AssociationId;
use crate::base::units::UnitId;

/// Links that another capability keeps and hands in. Who answers for an association is public: neither question has a scope.
pub struct Kept {
    /// All links of an association, past and present.
    pub of_association: fn(&Tx, &AssociationId) -> Result<Vec<Link>>,
    /// What a unit is linked to on a day.
    pub of_unit: fn(&Tx, &UnitId, Date) -> Result<Vec<Linked>>,
}

/// An association to which a unit is linked.
pub struct Linked {
    /// Its id.
    pub association: String,
    /// Kind of link (key of the pack).
    pub kind: String,
}

/// The register whose entries stand for links of a kind, where there is one: it alone is asked for them. What the table held of
/// that kind before is history.
pub fn register_of<'p>(pack: &'p Pack, kind: &str) -> Option<&'p Definition> {
    pack.link_kind(kind).and_then(|kind| pack.registers_of(kind).next()).map(|(of, _)| of)
}

/// All links of an association, past and present, by kind and first day.
pub fn of_association(tx: &Tx, association: &AssociationId) -> Result<Vec<Link>> {
    let pack = tx.ctx().pack()?;
    let mut links = store::of_association(tx, association)?;
    links.retain(|link| register_of(pack, &link.kind).is_none());
    for kept in tx.ctx().policy.house.all::<Kept>() {
        links.extend((kept.of_association)(tx, association)?);
    }
    links.sort_by(|a, b| (&a.kind, a.from_on, &a.id).cmp(&(&b.kind, b.from_on, &b.id)));
    Ok(links)
}

/// What a unit is linked to on a day.
pub fn of_unit(tx: &Tx, unit: &UnitId, on: Date) -> Result<Vec<Linked>> {
    let pack = tx.ctx().pack()?;
    let own = store::of_unit(tx, unit, on)?.into_iter();
    let own = own.filter(|link| register_of(pack, &link.kind).is_none());
    let own = own.map(|link| Linked { association: link.association.to_string(), kind: link.kind });
    let mut links: Vec<Linked> = own.collect();
    for kept in tx.ctx().policy.house.all::<Kept>() {
        links.extend((kept.of_unit)(tx, unit, on)?);
    }
    Ok(links)
}
