//! What happens when a limit has passed: the job looks; where the limit waits for those outside, the act happens by itself.

use huitong_kernel::journal::Record;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};
use serde_json::json;

use super::case::{Case, Input, OVERDUE};
use super::matter::{Matter, Rules};
use super::spine::{RunningLimit, Step};
use super::store;

/// Looks at a clock that falls due now; `body` is its id. A clock that was met, or moved, is left alone.
pub fn due<M: Matter>(tx: &Tx, body: &str) -> Result<()> {
    let Some(clock) = store::clock(tx, body)? else { return Ok(()) };
    if clock.met_at.is_some() || clock.due_at >= tx.ctx().now {
        return Ok(());
    }
    let Some(matter) = M::find(tx, &Scope::all(), &clock.matter)? else { return Ok(()) };
    let rules = Rules::of(tx.ctx(), matter.spine())?;
    let by_itself = rules.of.acts.iter().find(|a| a.after_limit.as_deref() == Some(clock.limit_key.as_str()));
    match by_itself {
        Some(act) if act.leaves(&matter.spine().state) => {
            Case::by_itself(tx, matter, &act.key, &Input::default())?.perform()?;
            Ok(())
        }
        Some(_) => Ok(()),
        None => overdue(tx, rules, matter, &clock),
    }
}

/// Leaves a line in the timeline and in the journal (`….overdue`); being overdue itself is computed, never stored.
fn overdue<M: Matter>(tx: &Tx, rules: Rules<'_>, mut matter: M, clock: &RunningLimit) -> Result<()> {
    let ctx = tx.ctx();
    let title = rules.of.limit(&clock.limit_key).map_or(clock.limit_key.clone(), |l| l.title.clone());
    let told = store::steps(tx, &clock.matter)?;
    if told.iter().any(|s| s.act == OVERDUE && s.said("clock") == clock.id.as_str()) {
        return Ok(());
    }
    let spine = matter.spine_mut();
    spine.version += 1;
    let at = ctx.now.max(spine.updated_at);
    spine.updated_at = at;
    let step = Step {
        matter: spine.id.clone(),
        version: spine.version,
        id: ctx.id(),
        at,
        act: String::from(OVERDUE),
        actor: String::from("system"),
        actor_name: String::from("系统"),
        role: String::new(),
        office: String::new(),
        office_name: String::new(),
        state_before: spine.state.clone(),
        state_after: spine.state.clone(),
        outcome: None,
        content: json!({"clock": clock.id, "limit": title, "rule": clock.rule}).to_string(),
        public_text: None,
    };
    matter.update(tx, rules.of)?;
    store::insert_steps(tx, &[&step])?;
    tx.record(
        Record::new(&format!("{}.{OVERDUE}", rules.of.key), &clock.matter)
            .fact("number", matter.spine().number.as_str())
            .fact("limit", clock.limit_key.as_str())
            .fact("due_at", huitong_kernel::clock::rfc3339(clock.due_at)),
    )?;
    Ok(())
}
