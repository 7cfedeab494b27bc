//! The sentences of the pack with their placeholders filled from a case.

use std::collections::BTreeMap;

use huitong_kernel::clock::{civil_date, minute_text};
use huitong_kernel::http::form::Checked;
use huitong_kernel::pack::{self, FlowAct, Pack};
use huitong_kernel::{Id, Result, Tx};

use super::model::{Appeal, Step};
use crate::base::identity;
use crate::base::units::{self, UnitId};

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

/// The sentence of a step for those inside, as it was when it was taken.
pub fn of_step(tx: &Tx, pack: &Pack, appeal: &Appeal, step: &Step) -> Result<String> {
    let Some(act) = pack.flow.act(&step.act) else {
        return Ok(format!("{}已超过（{}）", step.said("limit"), step.said("rule")));
    };
    let mut values = facts(tx, pack, appeal)?;
    let (reason, outcome) = said_words(pack, act, &|field| step.said(field));
    values.insert("reason", reason);
    values.insert("outcome", outcome);
    values.insert("opinion", step.said("opinion"));
    values.insert("actor", step.actor_name.clone());
    if step.act == "dispatch" {
        let said =
            Some(step.said("unit_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| step.said("unit"));
        let unit = Id::parse(&said).map(|id| units::name_of(tx, &id)).transpose()?;
        values.insert("to_unit", unit.unwrap_or(said));
    }
    if step.act == "sign" {
        values.insert("unit", step.office_name.clone());
    }
    if step.act == "assign" {
        values.insert("handler", identity::name_of(tx, &Id::stored(step.said("handler")))?);
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

/// The placeholders that every sentence, notice and reply template may use.
pub fn facts(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<BTreeMap<&'static str, String>> {
    let name = |unit: &Option<UnitId>| unit.as_ref().map_or(Ok(String::new()), |u| units::name_of(tx, u));
    let phone = match &appeal.unit {
        Some(unit) => units::find(tx, unit)?.and_then(|u| u.phone).unwrap_or_default(),
        None => String::new(),
    };
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
        ("unit", name(&appeal.unit)?),
        ("to_unit", name(&appeal.desk_unit)?),
        ("unit_phone", phone),
        ("due", appeal.answer_due_at.or(appeal.due_at).map(minute_text).unwrap_or_default()),
        ("date", day(tx.ctx().now)),
        ("submitted_on", day(appeal.submitted_at)),
    ]))
}
