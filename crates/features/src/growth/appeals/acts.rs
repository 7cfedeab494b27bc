//! The verbs on a case: check → decide → store → record.

use huitong_kernel::error::FieldError;
use huitong_kernel::{Error, Result, Tx};

use super::case::{Case, Done, Input};
use super::model::{Appeal, AppealId};
use super::{learning, rules};
use crate::base::identity;
use crate::base::units::{self, Unit};

/// Confirms who the complainant is (`appeal.verify`).
pub fn verify(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "verify", input)?;
    case.appeal.vouch();
    case.finish()
}

/// Takes a case on (`appeal.accept`): from here the answer limit of its kind runs.
pub fn accept(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "accept", input)?;
    case.appeal.accepted_at = Some(tx.ctx().now);
    case.finish()
}

/// Does not take a case on (`appeal.decline`), with a reason the complainant reads.
pub fn decline(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "decline", input)?;
    case.appeal.accepted_at = Some(tx.ctx().now);
    case.finish()
}

/// Says what kind of matter it is and where it belongs (`appeal.classify`).
pub fn classify(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "classify", input)?;
    case.appeal.kind = case.said("kind").to_owned();
    case.appeal.category = Some(case.said("category").to_owned());
    case.finish()
}

/// Gives a case to the unit that must answer it (`appeal.dispatch`). The first unit stays responsible until the next
/// one has signed.
pub fn dispatch(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "dispatch", input)?;
    let unit = named_unit(tx, case.said.id("unit").unwrap_or_else(|| case.said("unit")))?;
    if let Some(why) = rules::cannot_be_given(&unit, &case.appeal) {
        return Err(Error::invalid("unit", why));
    }
    if case.appeal.dispatched_at.is_none() {
        case.appeal.proposed = learning::first(tx, &case.appeal)?;
    }
    give(&mut case.appeal, &unit, tx.ctx().now);
    case.finish()
}

fn give(appeal: &mut Appeal, unit: &Unit, now: i64) {
    match appeal.unit {
        None => appeal.unit = Some(unit.id.clone()),
        Some(_) => appeal.next_unit = Some(unit.id.clone()),
    }
    appeal.desk_unit = Some(unit.id.clone());
    appeal.dispatched_at = Some(now);
}

/// A unit as people and programs name it: by id, by the key of the city file, or by its full name.
pub fn named_unit(tx: &Tx, said: &str) -> Result<Unit> {
    let by_id = huitong_kernel::Id::parse(said).map(|id| units::find(tx, &id)).transpose()?.flatten();
    let found = match by_id {
        Some(unit) => Some(unit),
        None => units::by_key(tx, said)?.map_or_else(|| units::by_name(tx, said), |u| Ok(Some(u)))?,
    };
    found.ok_or_else(|| Error::invalid("unit", format!("没有名为“{said}”的单位，请从列表中选择")))
}

/// Takes a dispatched case over (`appeal.sign`): now this unit answers for it, and the signing handler is in charge.
pub fn sign(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "sign", input)?;
    if let Some(next) = case.appeal.next_unit.take() {
        case.appeal.unit = Some(next);
    }
    case.appeal.signed_at = Some(tx.ctx().now);
    let handles = case.post.is_some_and(|p| p.role == "handler");
    case.appeal.assignee = tx.ctx().user().filter(|_| handles).map(ToString::to_string);
    case.finish()
}

/// Puts a handler of the same unit in charge (`appeal.assign`).
pub fn assign(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "assign", input)?;
    let office = case.appeal.desk_unit.as_ref().map(ToString::to_string).unwrap_or_default();
    let said = case.said.id("handler").unwrap_or_else(|| case.said("handler")).to_owned();
    let holders = identity::people_in_role(tx, &office, "handler")?;
    // By account as pages and programs send it, or by a name that only one of them has.
    let mut fitting = holders.iter().filter(|h| h.user.as_str() == said || h.name == said);
    let (Some(handler), None) = (fitting.next(), fitting.next()) else {
        return Err(Error::invalid("handler", "请从本单位经办人中选择"));
    };
    case.appeal.assignee = Some(handler.user.to_string());
    case.said.mean("handler", handler.user.as_str());
    case.finish()
}

/// Records a contact with the complainant (`appeal.contact`); the first one ends its limit.
pub fn contact(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "contact", input)?;
    // A call that nobody answered may be made again and again; the same words about one are the same call.
    if !case.said("note").is_empty() {
        written_once(&case, input, "note")?;
    }
    case.appeal.contacted_at.get_or_insert(tx.ctx().now);
    case.hide("note").finish()
}

/// Leaves an internal note (`appeal.note`); it moves no clock.
pub fn note(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let case = Case::open(tx, id, "note", input)?;
    written_once(&case, input, "text")?;
    case.hide("text").finish()
}

/// Refuses words that the same person wrote down on this case last, where a page brought them; a program that must not
/// repeat itself has its key.
fn written_once(case: &Case<'_, '_>, input: &Input, field: &str) -> Result<()> {
    match case.repeats()? {
        Some(at) if !input.filled.strict => {
            let at = huitong_kernel::clock::minute_text(at);
            Err(Error::invalid(field, format!("这段文字您已在 {at} 记录过，没有重复记录")))
        }
        _ => Ok(()),
    }
}

/// Writes the reply (`appeal.reply`); it goes to the leader for review.
pub fn reply(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "reply", input)?;
    if let Some(blank) = rules::left_blank(case.pack, case.said("text")) {
        let message = format!("模板里的“{blank}”还没有改写，请写上实际内容或者删去");
        return Err(Error::invalid("text", message));
    }
    case.appeal.replied_at = Some(tx.ctx().now);
    case.appeal.replied_by = tx.ctx().user().map(ToString::to_string);
    case.appeal.approved = false;
    case.hide("text").finish()
}

/// Approves the reply or sends it back to be changed (`appeal.review`).
pub fn review(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "review", input)?;
    case.appeal.approved = case.said("outcome") == "approve";
    if !case.appeal.approved && case.said("opinion").trim().is_empty() {
        return Err(Error::invalid("opinion", "退回修改要写明改什么"));
    }
    case.finish()
}

/// Sends the approved reply to the complainant (`appeal.send`).
pub fn send(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    let mut case = Case::open(tx, id, "send", input)?;
    case.appeal.answered_at = Some(tx.ctx().now);
    case.finish()
}

/// Judges the answer (`appeal.judge`): an unsolved one closes too and is counted as unsolved.
pub fn judge(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    judged(Case::open(tx, id, "judge", input)?)
}

/// The same, by the complainant who holds number and tracking code.
pub fn judge_tracked(tx: &Tx, number: &str, code: &str, input: &Input) -> Result<Done> {
    judged(Case::tracked(tx, number, code, "judge", input)?)
}

fn judged(mut case: Case<'_, '_>) -> Result<Done> {
    case.appeal.solved = Some(case.said("solved").to_owned());
    case.appeal.satisfied = Some(case.said("satisfied").to_owned());
    case.hide("comment").finish()
}

/// Takes the case back (`appeal.withdraw`).
pub fn withdraw(tx: &Tx, id: &AppealId, input: &Input) -> Result<Done> {
    Case::open(tx, id, "withdraw", input)?.hide("reason").finish()
}

/// The same, by the complainant who holds number and tracking code.
pub fn withdraw_tracked(tx: &Tx, number: &str, code: &str, input: &Input) -> Result<Done> {
    Case::tracked(tx, number, code, "withdraw", input)?.hide("reason").finish()
}

/// What does an act on an existing case.
pub type Verb = fn(&Tx, &AppealId, &Input) -> Result<Done>;

/// Every act on an existing case by its key: one table for pages, API, imports, replay and demo.
pub const ACTS: &[(&str, Verb)] = &[
    ("verify", verify),
    ("accept", accept),
    ("decline", decline),
    ("classify", classify),
    ("dispatch", dispatch),
    ("sign", sign),
    ("assign", assign),
    ("contact", contact),
    ("note", note),
    ("reply", reply),
    ("review", review),
    ("send", send),
    ("judge", judge),
    ("withdraw", withdraw),
];

/// Does an act by its key.
pub fn act(tx: &Tx, id: &AppealId, act: &str, input: &Input) -> Result<Done> {
    match ACTS.iter().find(|(key, _)| *key == act) {
        Some((_, run)) => run(tx, id, input),
        None => Err(Error::missing()),
    }
}

/// Errors of several fields as one.
pub(super) fn several(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Error::fields(errors)) }
}
