//! What happens when a limit has passed: the job looks; where the limit waits for the complainant, the case closes.

use huitong_kernel::journal::Record;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};
use serde_json::json;

use super::case::{Case, Input, pack_of};
use super::model::{Appeal, RunningLimit, Step};
use super::store;

/// Looks at a clock that falls due now; `body` is its id. A clock that was met, or moved, is left alone.
pub fn due(tx: &Tx, body: &str) -> Result<()> {
    let Some(clock) = store::clock(tx, body)? else { return Ok(()) };
    if clock.met_at.is_some() || clock.due_at >= tx.ctx().now {
        return Ok(());
    }
    let Some(appeal) = store::find(tx, &Scope::all(), &clock.appeal)? else { return Ok(()) };
    let pack = pack_of(tx.ctx(), &appeal)?;
    let by_itself =
        pack.flow.acts.iter().find(|a| a.after_limit.as_deref() == Some(clock.limit_key.as_str()));
    match by_itself {
        Some(act) if act.leaves(&appeal.state) => {
            Case::by_itself(tx, appeal, &act.key, &Input::default())?.finish()?;
            Ok(())
        }
        Some(_) => Ok(()),
        None => overdue(tx, &appeal, &clock),
    }
}

/// Leaves a line in the timeline and in the journal (`appeal.overdue`); being overdue itself is computed, never stored.
fn overdue(tx: &Tx, appeal: &Appeal, clock: &RunningLimit) -> Result<()> {
    let ctx = tx.ctx();
    let title =
        pack_of(ctx, appeal)?.limit(&clock.limit_key).map_or(clock.limit_key.clone(), |l| l.title.clone());
    let told = store::steps(tx, &appeal.id)?;
    if told.iter().any(|s| s.act == "overdue" && s.said("clock") == clock.id.as_str()) {
        return Ok(());
    }
    store::insert_step(
        tx,
        &Step {
            id: ctx.id(),
            appeal: appeal.id.clone(),
            at: ctx.now,
            act: String::from("overdue"),
            actor: String::from("system"),
            actor_name: String::from("系统"),
            role: String::new(),
            office: String::new(),
            office_name: String::new(),
            state_before: appeal.state.clone(),
            state_after: appeal.state.clone(),
            outcome: None,
            content: json!({"clock": clock.id, "limit": title, "rule": clock.rule}).to_string(),
            public_text: None,
        },
    )?;
    tx.record(
        Record::new("appeal.overdue", appeal.id.as_str())
            .fact("number", appeal.number.as_str())
            .fact("limit", clock.limit_key.as_str())
            .fact("due_at", huitong_kernel::clock::rfc3339(clock.due_at)),
    )?;
    Ok(())
}
