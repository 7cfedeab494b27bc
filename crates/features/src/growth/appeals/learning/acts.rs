//! The verbs on models: learned, taken back, asked for.

use huitong_kernel::clock::{civil_date, instant};
use huitong_kernel::journal::{Kept, Record};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::civil::Time;
use serde_json::json;

use super::learn::Learned;
use super::model::{DispatchModel, IN_FORCE, ModelId, REFUSED, REPLACED, ROLLED_BACK};
use super::store;

/// The job that learns.
pub const JOB: &str = "dispatch.learn";
/// When it learns, at night.
const HOUR: i8 = 2;
/// So many models keep their content, so that one of them can answer again.
const KEPT: i64 = 5;

/// Enters what was learned (`dispatch_model.learn`): where it is better it answers from now on, else only its figures stay.
pub fn learn(tx: &Tx, before: Option<&ModelId>, learned: &Learned, content: Option<&[u8]>) -> Result<()> {
    let standing = store::in_force(tx)?;
    if standing.as_ref().map(|model| &model.id) != before {
        return Err(Error::busy("another model came into force meanwhile"));
    }
    let number = store::newest(tx, 1)?.first().map_or(1, |newest| newest.number + 1);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let model = DispatchModel {
        id: tx.ctx().id(),
        number,
        state: String::from(if content.is_some() { IN_FORCE } else { REFUSED }),
        learned_at: tx.ctx().now,
        learned_until: learned.until,
        cases: count(learned.cases),
        corrections: count(learned.corrections),
        words: count(learned.words),
        quality: serde_json::to_string(&learned.figures)?,
        held_out: count(learned.held_out),
        right_now: count(learned.right_now),
        right_before: count(learned.right_before),
    };
    if let Some(old) = standing.as_ref().filter(|_| content.is_some()) {
        store::set_state(tx, &old.id, IN_FORCE, REPLACED)?;
    }
    store::insert(tx, &model, content)?;
    store::keep_content(tx, KEPT)?;
    let record = Record::new("dispatch_model.learn", model.id.as_str())
        .change(json!({}), json!({"state": model.state, "number": model.number}))
        .fact("cases", model.cases)
        .fact("corrections", model.corrections)
        .fact("held_out", model.held_out)
        .fact("right_now", model.right_now)
        .fact("right_before", model.right_before);
    let digest = content.map(huitong_kernel::digest::sm3_hex);
    tx.record(digest.into_iter().fold(record, |record, digest| record.fact("content_sm3", digest)))?;
    Ok(())
}

/// Takes the model in force back (`dispatch_model.roll_back`): the one before it answers again, or the 职能词典 alone.
/// Answers the number of what answers now.
pub fn roll_back(tx: &Tx, number: i64) -> Result<Option<i64>> {
    let right = tx.ctx().right("dispatch_model.roll_back")?;
    let standing = store::in_force(tx)?
        .filter(|model| model.number == number)
        .or_missing()
        .map_err(|_| Error::unmet(format!("第 {number} 版已不是在用的版本，请刷新后再看")))?;
    let earlier = store::before(tx, standing.number)?;
    store::set_state(tx, &standing.id, IN_FORCE, ROLLED_BACK)?;
    if let Some(earlier) = &earlier {
        store::set_state(tx, &earlier.id, REPLACED, IN_FORCE)?;
    }
    tx.record(
        Record::new("dispatch_model.roll_back", standing.id.as_str())
            .in_post(right.first_post())
            .change(json!({"state": IN_FORCE}), json!({"state": ROLLED_BACK}))
            .fact("number", standing.number)
            .fact("instead", earlier.as_ref().map_or(0, |earlier| earlier.number)),
    )?;
    Ok(earlier.map(|earlier| earlier.number))
}

/// Asks for one more learning now (`dispatch_model.ask`).
pub fn ask(tx: &Tx) -> Result<()> {
    let right = tx.ctx().right("dispatch_model.ask")?;
    tx.enqueue(JOB, "", tx.ctx().now, Some("dispatch.learn now"))?;
    let last = store::newest(tx, 1)?.into_iter().next();
    let subject = last.map_or_else(|| String::from("none"), |model| model.id.to_string());
    tx.record(Record::new("dispatch_model.ask", &subject).in_post(right.first_post()))?;
    Ok(())
}

/// After cases were closed, the next night learns.
pub fn tonight(tx: &Tx, entries: &[Kept]) -> Result<()> {
    if !entries.iter().any(|entry| matches!(entry.act.as_str(), "appeal.judge" | "appeal.close")) {
        return Ok(());
    }
    let today = civil_date(tx.ctx().now);
    let tomorrow = today.tomorrow().map_err(|e| Error::internal(e.to_string()))?;
    let night = instant(tomorrow.to_datetime(Time::constant(HOUR, 0, 0, 0)));
    tx.enqueue(JOB, "", night, Some("dispatch.learn tonight"))
}
