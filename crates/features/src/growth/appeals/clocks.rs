//! The clocks of a case: which limits an act starts and ends, and what is due next.

use huitong_codes::Calendar;
use huitong_kernel::deadline::{self, Clock, Event, Explanation};
use huitong_kernel::pack::{Chosen, Limit, LimitText, Pack, Promise};
use huitong_kernel::{Ctx, Result, Tx};

use super::model::{Appeal, NOT_DUE, RuleChange, RunningLimit};
use super::store;

/// The key of the limit within which an answer is promised.
pub const ANSWER: &str = "answer";

/// The job that wakes when a clock falls due and looks.
pub const DUE_JOB: &str = "appeal.due";

/// Brings the clocks of a case up to an act: ends, starts, re-reads the rule where its facts changed; then says what
/// is due next. `act` is the key of the flow's act, `ended` whether the case ends with it.
pub fn advance(tx: &Tx, pack: &Pack, appeal: &mut Appeal, act: &str, ended: bool) -> Result<()> {
    let mut clocks = store::clocks(tx, &appeal.id)?;
    let now = tx.ctx().now;
    for clock in clocks.iter_mut().filter(|c| c.met_at.is_none()) {
        let ends = pack.limit(&clock.limit_key).is_some_and(|l| l.is_met_by(act) || l.is_stopped_by(act));
        if ends || ended {
            clock.met_at = Some(now);
            clock.ended_by = Some(act.to_owned());
            store::end_clock(tx, clock)?;
        } else if let Some((length, _)) = chosen(pack, &clock.limit_key, appeal)
            && length.text != clock.rule
        {
            // By the calendar it began under: another kind changes the limit, not the days.
            let calendar = tx.ctx().policy.calendar_of(&clock.calendar).unwrap_or(tx.ctx().calendar());
            clock.due_at = deadline::due(clock.started_at, length.length, calendar);
            let mut changes = clock.rule_changes();
            let (from, to) = (std::mem::replace(&mut clock.rule, length.text.clone()), length.text);
            changes.push(RuleChange { at: now, from, to, pack: pack.version.clone() });
            clock.changes = serde_json::to_string(&changes)?;
            store::change_clock(tx, clock)?;
            tx.enqueue(DUE_JOB, clock.id.as_str(), clock.due_at + 1_000, None)?;
        }
    }
    for limit in pack.limits.iter().filter(|l| !ended && l.starts.iter().any(|a| a == act)) {
        if clocks.iter().any(|c| c.limit_key == limit.key && c.met_at.is_none()) {
            continue;
        }
        if let Some(clock) = start(tx.ctx(), pack, limit, appeal, now) {
            insert(tx, std::slice::from_ref(&clock))?;
            clocks.push(clock);
        }
    }
    settle(pack, appeal, &clocks);
    Ok(())
}

/// The first clocks of a new case, from the instant it came in; [`insert`] stores them once the case is there.
pub fn first(ctx: &Ctx, pack: &Pack, appeal: &mut Appeal, act: &str) -> Vec<RunningLimit> {
    let started = pack.limits.iter().filter(|l| l.starts.iter().any(|a| a == act));
    let clocks: Vec<_> = started.filter_map(|l| start(ctx, pack, l, appeal, appeal.submitted_at)).collect();
    settle(pack, appeal, &clocks);
    clocks
}

/// Stores clocks that have started. Nothing ticks: a job wakes one second after each due instant and looks.
pub fn insert(tx: &Tx, clocks: &[RunningLimit]) -> Result<()> {
    store::insert_clocks(tx, clocks)?;
    let wakes: Vec<_> = clocks.iter().map(|c| (c.id.as_str(), c.due_at + 1_000)).collect();
    tx.enqueue_all(DUE_JOB, &wakes)
}

fn start(ctx: &Ctx, pack: &Pack, limit: &Limit, appeal: &Appeal, now: i64) -> Option<RunningLimit> {
    let (length, promise) = chosen(pack, &limit.key, appeal)?;
    let calendar = ctx.calendar();
    Some(RunningLimit {
        id: ctx.id(),
        appeal: appeal.id.clone(),
        limit_key: limit.key.clone(),
        pack: pack.version.clone(),
        calendar: calendar.version().to_owned(),
        promise: promise == Promise::Public,
        started_at: now,
        due_at: deadline::due(now, length.length, calendar),
        met_at: None,
        ended_by: None,
        rule: length.text,
        changes: String::from("[]"),
    })
}

/// What is due next for the office; a limit that only waits for the complainant is nobody's debt.
fn settle(pack: &Pack, appeal: &mut Appeal, clocks: &[RunningLimit]) {
    let running =
        || clocks.iter().filter(|c| c.met_at.is_none() && !waits_for_complainant(pack, &c.limit_key));
    let next = running().min_by_key(|c| c.due_at);
    appeal.due_at = next.map(|c| c.due_at);
    appeal.due_order = appeal.due_at.unwrap_or(NOT_DUE);
    appeal.due_limit = next.map(|c| c.limit_key.clone());
    appeal.answer_due_at = clocks.iter().rfind(|c| c.limit_key == ANSWER).map(|c| c.due_at);
}

/// Whether an act of the flow happens by itself when this limit has passed.
pub fn waits_for_complainant(pack: &Pack, limit: &str) -> bool {
    pack.flow.acts.iter().any(|act| act.after_limit.as_deref() == Some(limit))
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'p> {
    /// It runs.
    Running,
    /// What it asks for was done, in time or late.
    Met {
        /// When.
        at: i64,
        /// Whether it was late.
        late: bool,
    },
    /// It was stopped by an act that does not do what it asks for: the case went elsewhere, was taken back, closed by itself.
    Stopped {
        /// When.
        at: i64,
        /// The act, in words.
        act: &'p str,
        /// Whether it had passed by then; never where it only waits for the complainant.
        late: bool,
    },
}

/// How a clock of a case stands.
pub fn standing<'p>(pack: &'p Pack, clock: &RunningLimit) -> Standing<'p> {
    let Some(at) = clock.met_at else { return Standing::Running };
    let late = at > clock.due_at;
    let act = clock.ended_by.as_deref().and_then(|key| pack.flow.act(key));
    match (act, pack.limit(&clock.limit_key)) {
        (Some(act), Some(limit)) if !limit.is_met_by(&act.key) => {
            let late = late && !waits_for_complainant(pack, &limit.key);
            Standing::Stopped { at, act: act.label_in(begun_in(pack, limit)), late }
        }
        _ => Standing::Met { at, late },
    }
}

/// The state in which a limit begins to run: what stops it later is named as it is from there, a transfer and no dispatch.
fn begun_in<'p>(pack: &'p Pack, limit: &Limit) -> &'p str {
    let acts = limit.starts.iter().filter_map(|key| pack.flow.act(key));
    acts.flat_map(|act| act.all_moves()).map(|(_, to)| to.as_str()).next().unwrap_or_default()
}

/// The arithmetic of a clock, by the calendar and with the changes of rule that are kept with it; nothing where these are
/// not known here.
pub fn explain(ctx: &Ctx, clock: &RunningLimit) -> Option<Explanation> {
    deadline::explain_clock(&history(clock)?, &kept(ctx, clock)).ok()
}

/// The same in one sentence, or why there is none.
pub fn sentence(ctx: &Ctx, clock: &RunningLimit) -> String {
    let Some(history) = history(clock) else { return String::new() };
    deadline::sentence(&history, &kept(ctx, clock)).unwrap_or_else(|error| error.to_string())
}

/// The calendar that a clock was counted by, where it is still known.
fn kept<'c>(ctx: &'c Ctx, clock: &RunningLimit) -> Vec<&'c Calendar> {
    ctx.policy.calendar_of(&clock.calendar).into_iter().collect()
}

/// A clock as the arithmetic reads it: what it began with and what happened to it; nothing where its rule is no limit that
/// can be read.
fn history(clock: &RunningLimit) -> Option<Clock> {
    let changes = clock.rule_changes();
    let first = changes.first().map_or(&clock.rule, |change| &change.from);
    let mut events = vec![Event::Start { at: clock.started_at }];
    for RuleChange { at, to, pack, .. } in &changes {
        events.push(Event::Rule { at: *at, limit: to.parse().ok()?, version: pack.clone() });
    }
    let limit = first.parse().ok()?;
    Some(Clock { limit, rule: clock.pack.clone(), calendar: clock.calendar.clone(), events })
}

fn chosen(pack: &Pack, limit: &str, appeal: &Appeal) -> Option<(LimitText, Promise)> {
    match pack.limit_for(limit, appeal)? {
        Chosen::Clause { limit, promise, .. } => Some((limit, promise)),
        Chosen::Unknown(_) | Chosen::None => None,
    }
}
