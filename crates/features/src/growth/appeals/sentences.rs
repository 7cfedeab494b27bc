//! The sentences of the pack with their placeholders filled from a case.

use std::collections::BTreeMap;

use huitong_kernel::clock::{civil_date, minute_text};
use huitong_kernel::http::form::Checked;
use huitong_kernel::pack::{self, FlowAct, Pack};
use huitong_kernel::{Id, Result, Tx};

use super::model::{Appeal, Said, Step};
use crate::base::identity;
use crate::base::units::{self, Unit, UnitId};

/// Fills the sentence of an act for readers who may not know the complainant: it names nobody outside the office. `before`
/// is the state the act began in.
pub fn fill(
    tx: &Tx,
    pack: &Pack,
    sentence: &str,
    appeal: &Appeal,
    (act, before): (&FlowAct, &str),
    said: &Checked,
) -> Result<String> {
    let facts = facts(tx, pack, appeal)?;
    let (reason, outcome) = said_words(pack, act, &|field| said.text(field));
    let handler = appeal.assignee.clone().map(|id| identity::name_of(tx, &Id::stored(id))).transpose()?;
    Ok(pack::fill(sentence, &|name| match name {
        "reason" => Some(reason),
        "outcome" => Some(outcome),
        "opinion" => Some(said.text("opinion")),
        "verb" => Some(act.label_in(before)),
        "handler" => handler.as_deref(),
        other => facts.get(other).map(String::as_str),
    }))
}

/// The sentence of a step for those inside, as it was when it was taken; `facts` are those of its case.
pub fn of_step(
    tx: &Tx,
    pack: &Pack,
    appeal: &Appeal,
    facts: &Facts,
    (step, said): (&Step, &Said),
) -> Result<String> {
    let Some(act) = pack.flow.act(&step.act) else {
        return Ok(format!("{}已超过（{}）", said.text("limit"), said.text("rule")));
    };
    let fact = |name: &str| facts.get(name).map(String::as_str);
    let (reason, outcome) = said_words(pack, act, &|field| said.text(field));
    // What the step itself says of units and people, where the case may say something else by now.
    let (mut unit, mut to_unit, mut handler) = (None, None, None);
    match step.act.as_str() {
        "sign" => unit = Some(step.office_name.clone()),
        "assign" => handler = Some(identity::name_of(tx, &Id::stored(said.text("handler").to_owned()))?),
        "dispatch" => {
            let to = Some(said.text("unit_id")).filter(|id| !id.is_empty()).unwrap_or(said.text("unit"));
            to_unit = Some(match Id::parse(to) {
                Some(id) if appeal.unit.as_ref() == Some(&id) => fact("unit").unwrap_or_default().to_owned(),
                Some(id) => units::name_of(tx, &id)?,
                None => to.to_owned(),
            });
        }
        _ => {}
    }
    Ok(pack::fill(&act.sentence, &|name| match name {
        "reason" => Some(reason),
        "outcome" => Some(outcome),
        "opinion" => Some(said.text("opinion")),
        "verb" => Some(act.label_in(&step.state_before)),
        "actor" => Some(&step.actor_name),
        "unit" => unit.as_deref().or_else(|| fact("unit")),
        "to_unit" => to_unit.as_deref().or_else(|| fact("to_unit")),
        "handler" => handler.as_deref(),
        other => fact(other),
    }))
}

/// Reason and outcome of an act in words, from what its form said.
pub fn said_words<'s>(
    pack: &'s Pack,
    act: &'s FlowAct,
    said: &dyn Fn(&str) -> &'s str,
) -> (&'s str, &'s str) {
    let word = |list: &str, key: &'s str| pack.label(list, key).unwrap_or(key);
    let outcome = match act.key.as_str() {
        "contact" => word("contact_result", said("result")),
        "reply" => word("reply_outcome", said("outcome")),
        "judge" => word("solved", said("solved")),
        "verify" => word("verification", said("method")),
        _ => {
            let found = act.outcomes.iter().find(|o| o.key == said("outcome"));
            found.map_or("", |o| o.label.as_str())
        }
    };
    let reason = match act.key.as_str() {
        "decline" => word("decline_reason", said("reason")),
        "contact" => word("contact_reason", said("reason")),
        _ => said("reason"),
    };
    (reason, outcome)
}

/// Placeholders with their values.
pub type Facts = BTreeMap<&'static str, String>;

/// The placeholders that every sentence, notice and reply template may use.
pub fn facts(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Facts> {
    let find = |id: &Option<UnitId>| id.as_ref().map_or(Ok(None), |id| units::find(tx, id));
    let name = |unit: Option<&Unit>| unit.map(|u| u.name.clone()).unwrap_or_default();
    let unit = find(&appeal.unit)?;
    let desk = if appeal.desk_unit == appeal.unit { unit.clone() } else { find(&appeal.desk_unit)? };
    let day = |at: i64| {
        let date = civil_date(at);
        format!("{}年{}月{}日", date.year(), date.month(), date.day())
    };
    let category = appeal.category.as_deref().and_then(|c| pack.category_path(c)).unwrap_or_default();
    Ok(BTreeMap::from([
        ("number", appeal.number.clone()),
        ("title", appeal.title.clone()),
        ("kind", appeal.kind.clone()),
        ("category", category),
        ("complainant", String::from("诉求人")),
        ("actor", tx.ctx().actor_name().to_owned()),
        ("unit", name(unit.as_ref())),
        ("to_unit", name(desk.as_ref())),
        ("unit_phone", unit.and_then(|u| u.phone).unwrap_or_default()),
        ("due", appeal.answer_due_at.or(appeal.due_at).map(minute_text).unwrap_or_default()),
        ("date", day(tx.ctx().now)),
        ("submitted_on", day(appeal.submitted_at)),
    ]))
}
