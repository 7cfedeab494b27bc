//! The one relation: who answers for a duty of an association on a day. Dispatch, rights, reminders and figures all ask it.

use std::collections::BTreeMap;

use huitong_kernel::pack::Pack;
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Date;

use super::links;
use super::model::{Answer, AppealAnswer, Gap, Responsible};
use super::rules::{Lists, Relation};
use crate::base::associations::{self, AssociationId};
use crate::base::units::{self, UnitId};

/// Who answers for a duty (code of the pack's duty list) of an association on a day; 404 for an unknown association.
pub fn answers(tx: &Tx, association: &AssociationId, duty: &str, on: Date) -> Result<Answer> {
    let pack = tx.ctx().pack()?;
    let Some(duty) = pack.duties.iter().find(|d| d.code == duty) else {
        return Err(Error::invalid(
            "duty",
            format!("责任清单中没有“{duty}”，请从责任清单中选取代码，如 DI-04"),
        ));
    };
    with_relation(tx, association, |relation| relation.answer(duty, on))
}

/// Who an appeal in an association's field goes to: the sponsor first (DB-08), else the industry department (DI-04).
pub fn answers_appeal(tx: &Tx, association: &AssociationId, on: Date) -> Result<AppealAnswer> {
    with_relation(tx, association, |relation| relation.appeal(on))
}

/// The whole duty list of one association: each duty (its place in the pack's list) with who answers.
pub fn duty_list(tx: &Tx, association: &AssociationId, on: Date) -> Result<Vec<Answer>> {
    with_relation(tx, association, |relation| {
        relation.lists.duties.iter().map(|duty| relation.answer(duty, on)).collect()
    })
}

/// One kind of link of an association: who holds it on a day, or what its absence is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// 主要行业管理部门.
    pub title: String,
    /// The units, the longest-standing first.
    pub units: Vec<Responsible>,
    /// What its absence is called, where there is nobody and that says something.
    pub gap: Option<Gap>,
}

/// Every kind of link of an association on a day, in the order of the pack; kinds without holder and gap are left out.
pub fn held(tx: &Tx, association: &AssociationId, on: Date) -> Result<Vec<Held>> {
    with_relation(tx, association, |relation| {
        let all = relation.lists.link_kinds.iter().map(|kind| {
            let units = relation.held(kind, on);
            let gap = if units.is_empty() { relation.gap_of(kind) } else { None };
            Held { title: kind.title.clone(), units, gap }
        });
        all.filter(|held| !held.units.is_empty() || held.gap.is_some()).collect()
    })
}

/// What a pack says about responsibility.
pub(super) fn lists(pack: &Pack) -> Lists<'_> {
    Lists {
        unit_kinds: &pack.unit_kinds,
        link_kinds: &pack.link_kinds,
        association_types: &pack.association_types,
        duties: &pack.duties,
    }
}

fn with_relation<T>(tx: &Tx, association: &AssociationId, ask: impl FnOnce(&Relation) -> T) -> Result<T> {
    let association = associations::find(tx, association)?.or_missing()?;
    let links = links::of_association(tx, &association.id)?;
    let all = units::all(tx)?;
    let names: BTreeMap<&UnitId, &str> = all.iter().map(|u| (&u.id, u.name.as_str())).collect();
    let relation = Relation {
        lists: lists(tx.ctx().pack()?),
        management_type: &association.management_type,
        links: &links,
        unit_name: &|id| names.get(id).map_or_else(|| id.to_string(), |name| (*name).to_owned()),
        of_kind: &|kind| all.iter().filter(|u| u.active && u.is(kind)).map(|u| u.id.clone()).collect(),
    };
    Ok(ask(&relation))
}
