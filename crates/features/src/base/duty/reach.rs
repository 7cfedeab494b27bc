//! How far a right reaches that goes by links: the associations for which the reader's unit answers today.

use std::collections::BTreeSet;
use std::sync::Arc;

use huitong_kernel::ctx::OfficeKind;
use huitong_kernel::pack::{Pack, Reach};
use huitong_kernel::rights::Right;
use huitong_kernel::{Id, Result, Tx};

use super::links;
use crate::base::associations::AssociationId;
use crate::base::units::UnitId;

/// The right with the associations that it reaches by links. Only links that make a unit a party of the association count,
/// and of these only the kinds that the definition names, where it names some.
pub fn reach<'c>(tx: &Tx, mut right: Right<'c>) -> Result<Right<'c>> {
    let (today, pack) = (tx.ctx().today(), tx.ctx().pack()?);
    for through in right.through.iter_mut().filter(|through| through.reach == Reach::Linked) {
        let Some(post) = through.post.filter(|post| post.kind == OfficeKind::Unit) else { continue };
        let links = links::of_unit(tx, &Id::stored(post.office.clone()), today)?;
        let counted = links.into_iter().filter(|link| counts(pack, &link.kind, through.by));
        let among: BTreeSet<String> = counted.map(|link| link.association).collect();
        through.among = Some(Arc::new(among));
    }
    Ok(right)
}

/// The units that answer for an association today by a link of these kinds: the other side of the same rule.
pub fn answering(tx: &Tx, association: &AssociationId, by: &[String]) -> Result<Vec<UnitId>> {
    let (today, pack) = (tx.ctx().today(), tx.ctx().pack()?);
    let links = links::of_association(tx, association)?;
    let now = links.into_iter().filter(|link| link.holds_on(today));
    Ok(now.filter(|link| counts(pack, &link.kind, by)).map(|link| link.unit).collect())
}

/// Whether a link makes its unit a party of the association, by a kind that counts.
fn counts(pack: &Pack, kind: &str, by: &[String]) -> bool {
    let kind = pack.link_kind(kind).filter(|kind| kind.party.is_some());
    kind.is_some_and(|kind| by.is_empty() || by.iter().any(|by| *by == kind.key || *by == kind.title))
}
