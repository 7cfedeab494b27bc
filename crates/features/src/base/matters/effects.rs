//! What an act does beside what its form says: a closed list of words of the definition.

use huitong_kernel::pack::{Effect, Receiver};
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};

use super::case::Case;
use super::matter::{Matter, Note};
use crate::base::units::{self, Unit, UnitId};
use crate::base::{duty, identity};

/// Does one of them.
pub fn apply<M: Matter>(case: &mut Case<'_, '_, M>, effect: &Effect) -> Result<()> {
    let (tx, ctx) = (case.tx, case.tx.ctx());
    let now = case.matter.spine().next_at(ctx.now);
    match effect {
        Effect::Give(receiver) => {
            let unit = receiver_of(case, receiver)?;
            if let Some(why) = case.matter.cannot_be_given(&unit) {
                // Where the definition names the unit, nobody chose it; it may well have it already.
                return match receiver {
                    Receiver::Field(field) => Err(Error::invalid(field, why)),
                    _ if case.matter.spine().desk_unit.as_ref() == Some(&unit.id) => Ok(()),
                    _ => Err(Error::unmet(why)),
                };
            }
            case.matter.spine_mut().give(&unit.id);
            Ok(())
        }
        Effect::Receive => {
            let spine = case.matter.spine_mut();
            if let Some(next) = spine.next_unit.take() {
                spine.unit = Some(next);
            }
            Ok(())
        }
        Effect::Take(roles) => {
            let handles = case.post.is_some_and(|post| roles.contains(&post.role));
            let me = ctx.user().filter(|_| handles).map(ToString::to_string);
            case.matter.spine_mut().assignee = me;
            Ok(())
        }
        Effect::Assign(field) => {
            let office = case.matter.spine().desk_unit.as_ref().map(ToString::to_string).unwrap_or_default();
            let said = case.said.id(field).unwrap_or_else(|| case.said(field)).to_owned();
            let handler = colleague(tx, &office, &said)?;
            let handler = handler.ok_or_else(|| Error::invalid(field, "请从本单位经办人中选择"))?;
            case.said.mean(field, handler.as_str());
            case.matter.spine_mut().assignee = Some(handler);
            Ok(())
        }
        Effect::Stamp(name) => case.matter.note(name, Note::At(now)),
        Effect::StampOnce(name) if case.matter.is_noted(name) => Ok(()),
        Effect::StampOnce(name) => case.matter.note(name, Note::At(now)),
        Effect::By(name) => case.matter.note(name, Note::By(ctx.user().map(ToString::to_string))),
        Effect::Mark(name, holds) => case.matter.note(name, Note::Holds(*holds)),
        Effect::Clear(field) => case.matter.forget(field),
        Effect::Named(name) => M::effect(case, name),
    }
}

/// The account of somebody who handles matters in an office: by account as pages and programs send it, or by a name that
/// only one of them has.
fn colleague(tx: &Tx, office: &str, said: &str) -> Result<Option<String>> {
    let holders = identity::people_in_role(tx, office, HANDLER)?;
    let mut fitting = holders.iter().filter(|h| h.user.as_str() == said || h.name == said);
    Ok(match (fitting.next(), fitting.next()) {
        (Some(handler), None) => Some(handler.user.to_string()),
        _ => None,
    })
}

/// The role of those to whom matters of a unit are given.
pub const HANDLER: &str = "handler";

fn receiver_of<M: Matter>(case: &Case<'_, '_, M>, receiver: &Receiver) -> Result<Unit> {
    let tx = case.tx;
    match receiver {
        Receiver::Field(field) => {
            let said = case.said.id(field).unwrap_or_else(|| case.said(field));
            named_unit(tx, field, said)
        }
        Receiver::OwnUnit => {
            let post = case.post.filter(|post| post.kind == huitong_kernel::ctx::OfficeKind::Unit);
            let id: Option<UnitId> = post.map(|post| Id::stored(post.office.clone()));
            let id = id.ok_or_else(|| Error::denied("这一步要以单位的任职来办"))?;
            units::find(tx, &id)?.or_missing()
        }
        Receiver::Link(word) => {
            let kind = case.rules.pack.link_kind_named(word).or_missing()?;
            linked_unit(tx, case.matter.spine().association.as_deref(), &kind.key)?
                .ok_or_else(|| Error::unmet(format!("这家协会还没有明确{}，不能交办", kind.title)))
        }
    }
}

/// The unit that holds a kind of link with an association today, the longest-standing first.
pub fn linked_unit(tx: &Tx, association: Option<&str>, kind: &str) -> Result<Option<Unit>> {
    let Some(association) = association else { return Ok(None) };
    let today = tx.ctx().today();
    let links = duty::of_association(tx, &Id::stored(association.to_owned()))?;
    let link = links.into_iter().find(|link| link.kind == kind && link.holds_on(today));
    link.map_or(Ok(None), |link| units::find(tx, &link.unit))
}

/// A unit as people and programs name it: by id, by the key of the city file, or by its full name.
pub fn named_unit(tx: &Tx, field: &str, said: &str) -> Result<Unit> {
    let by_id = Id::parse(said).map(|id| units::find(tx, &id)).transpose()?.flatten();
    let found = match by_id {
        Some(unit) => Some(unit),
        None => units::by_key(tx, said)?.map_or_else(|| units::by_name(tx, said), |u| Ok(Some(u)))?,
    };
    found.ok_or_else(|| Error::invalid(field, format!("没有名为“{said}”的单位，请核对名称")))
}
