//! What happens when a limit has passed: the job looks; where the limit waits for those outside, the act happens by itself. And
//! what happens when the calendar of a year arrives: clocks that were counted on a guess are counted again.

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::journal::Record;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};
use serde_json::{Value as Json, json};

use super::case::{Case, Input, OVERDUE, RECOUNT};
use super::matter::{Matter, Rules};
use super::spine::{CalendarChange, RunningLimit, Step};
use super::{clocks, counts, store};

/// Looks at a clock that falls due now; `body` is its id. A clock that was met, or moved, is left alone.
pub fn due<M: Matter>(tx: &Tx, body: &str) -> Result<()> {
    let Some(clock) = store::clock(tx, body)? else { return Ok(()) };
    if clock.met_at.is_some() || clock.due_at >= tx.ctx().now {
        return Ok(());
    }
    let Some(mut matter) = M::find(tx, &Scope::all(), &clock.matter)? else { return Ok(()) };
    // The calendar may have arrived a moment ago.
    if let Some((again, change)) = clocks::recounted(tx.ctx(), &clock) {
        matter = count_again(tx, matter, &again, &change)?;
        if again.due_at >= tx.ctx().now {
            return Ok(());
        }
    }
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

/// Counts every running clock again that was counted on a guess, now that the calendar in force knows (`….recount`): how many.
pub fn recount<M: Matter>(city: &City) -> Result<u64> {
    let ctx = city.ctx(Actor::System);
    let all = city.db.read(&ctx, |tx| store::counted_otherwise(tx, ctx.calendar().version()))?;
    let mut again = 0;
    for guessed in all.iter().filter(|clock| clocks::recounted(&ctx, clock).is_some()) {
        again += city.db.write(&ctx, |tx| recount_one::<M>(tx, guessed.id.as_str()))?;
    }
    Ok(again)
}

/// One of them; 0 where it is none of this kind of matter, or is counted again already.
fn recount_one<M: Matter>(tx: &Tx, id: &str) -> Result<u64> {
    let Some(clock) = store::clock(tx, id)? else { return Ok(0) };
    let Some((again, change)) = clocks::recounted(tx.ctx(), &clock) else { return Ok(0) };
    let Some(matter) = M::find(tx, &Scope::all(), &clock.matter)? else { return Ok(0) };
    count_again(tx, matter, &again, &change).map(|_| 1)
}

fn count_again<M: Matter>(tx: &Tx, matter: M, clock: &RunningLimit, change: &CalendarChange) -> Result<M> {
    let said = json!({"clock": clock.id, "counted": change.said(clock.due_at)});
    let record = |record: Record| {
        record
            .fact("was_due_at", huitong_kernel::clock::rfc3339(change.was_due_at))
            .fact("counted_due_at", huitong_kernel::clock::rfc3339(change.counted_due_at))
            .fact("calendar", change.calendar.as_str())
    };
    let mut matter = matter;
    let rules = Rules::of(tx.ctx(), matter.spine())?;
    clocks::put_right(tx, rules, &mut matter, clock)?;
    leave(tx, rules, matter, clock, (RECOUNT, said), record)
}

/// Leaves a line in the timeline and in the journal (`….overdue`); being overdue itself is computed, never stored.
fn overdue<M: Matter>(tx: &Tx, rules: Rules<'_>, matter: M, clock: &RunningLimit) -> Result<()> {
    let told = store::steps(tx, &clock.matter)?;
    if told.iter().any(|s| s.act == OVERDUE && s.said("clock") == clock.id.as_str()) {
        return Ok(());
    }
    let said = json!({"clock": clock.id, "rule": clock.rule});
    leave(tx, rules, matter, clock, (OVERDUE, said), |record| record).map(drop)
}

/// Leaves the step of a clock on its matter, and its record.
fn leave<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    mut matter: M,
    clock: &RunningLimit,
    (act, mut said): (&str, Json),
    with: impl Fn(Record) -> Record,
) -> Result<M> {
    let ctx = tx.ctx();
    let title = rules.of.limit(&clock.limit_key).map_or(clock.limit_key.clone(), |l| l.title.clone());
    said["limit"] = Json::from(title);
    let spine = matter.spine_mut();
    spine.version += 1;
    let at = spine.next_at(ctx.now);
    spine.updated_at = at;
    let step = Step {
        matter: spine.id.clone(),
        version: spine.version,
        id: ctx.id(),
        at,
        act: act.to_owned(),
        actor: String::from("system"),
        actor_name: String::from("系统"),
        role: String::new(),
        office: String::new(),
        office_name: String::new(),
        state_before: spine.state.clone(),
        state_after: spine.state.clone(),
        outcome: None,
        content: said.to_string(),
        public_text: None,
    };
    matter.update(tx, rules.of)?;
    counts::moved(tx, &matter, &matter)?;
    store::insert_steps(tx, &[&step])?;
    tx.record(with(
        Record::new(&format!("{}.{act}", rules.of.key), &clock.matter)
            .not_before(at)
            .fact("number", matter.spine().number.as_str())
            .fact("limit", clock.limit_key.as_str())
            .fact("due_at", huitong_kernel::clock::rfc3339(clock.due_at)),
    ))?;
    Ok(matter)
}
