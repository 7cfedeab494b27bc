//! The sentences of the pack with their placeholders filled from a case.

use std::collections::BTreeMap;

use huitong_kernel::clock::{civil_date, minute_text};
use huitong_kernel::http::form::Checked;
use huitong_kernel::pack::{self, FlowAct, Pack};
use huitong_kernel::{Id, Result, Tx};

use super::model::{Appeal, Step};
use crate::base::identity;
use crate::base::units::{self, Unit, UnitId};

/// Fills the sentence of an act for readers who may not know the complainant: it names nobody outside the office.
pub fn fill(
    tx: &Tx,
    pack: &Pack,
    sentence: &str,
    appeal: &Appeal,
    act: &FlowAct,
    said: &Checked,
) -> Result<String> {
    let mut values = facts(tx, pack, appeal)?;
    let (reason, outcome) = said_words(pack, act, &|field| said.text(field).to_owned());
    values.insert("reason", reason);
    values.insert("outcome", outcome);
    values.insert("opinion", said.text("opinion").to_owned());
    if let Some(handler) = &appeal.assignee {
        values.insert("handler", identity::name_of(tx, &Id::stored(handler.clone()))?);
    }
    Ok(pack::fill(sentence, &values))
}

/// The sentence of a step for those inside, as it was when it was taken; `facts` are those of its case.
pub fn of_step(tx: &Tx, pack: &Pack, facts: &Facts, step: &Step) -> Result<String> {
    let said = step.words();
    let said = |field: &str| said.get(field).cloned().unwrap_or_default();
    let Some(act) = pack.flow.act(&step.act) else {
        return Ok(format!("{}已超过（{}）", said("limit"), said("rule")));
    };
    let mut values = facts.clone();
    let (reason, outcome) = said_words(pack, act, &said);
    values.insert("reason", reason);
    values.insert("outcome", outcome);
    values.insert("opinion", said("opinion"));
    values.insert("actor", step.actor_name.clone());
    if step.act == "dispatch" {
        let to = Some(said("unit_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| said("unit"));
        let unit = Id::parse(&to).map(|id| units::name_of(tx, &id)).transpose()?;
        values.insert("to_unit", unit.unwrap_or(to));
    }
    if step.act == "sign" {
        values.insert("unit", step.office_name.clone());
    }
    if step.act == "assign" {
        values.insert("handler", identity::name_of(tx, &Id::stored(said("handler")))?);
    }
    Ok(pack::fill(&act.sentence, &values))
}

/// Reason and outcome of an act in words, from what its form said.
pub fn said_words(pack: &Pack, act: &FlowAct, said: &dyn Fn(&str) -> String) -> (String, String) {
    let word = |list: &str, key: String| pack.label(list, &key).map_or(key.clone(), str::to_owned);
    let outcome = match act.key.as_str() {
        "contact" => word("contact_result", said("result")),
        "reply" => word("reply_outcome", said("outcome")),
        "judge" => word("solved", said("solved")),
        _ => act
            .outcomes
            .iter()
            .find(|o| o.key == said("outcome"))
            .map(|o| o.label.clone())
            .unwrap_or_default(),
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
