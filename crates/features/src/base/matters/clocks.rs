//! The clocks of a matter: which limits an act starts and ends, and what is due next.

use huitong_codes::Calendar;
use huitong_kernel::clock::day_text;
use huitong_kernel::deadline::{self, Clock, Event, Explanation, Measure, Pace};
use huitong_kernel::pack::{Chosen, Definition, Limit, LimitText, Promise};
use huitong_kernel::{Ctx, Result, Tx};
use jiff::civil::Date;

use super::matter::{Matter, Rules};
use super::spine::{CalendarChange, ClockChange, NOT_DUE, RuleChange, RunningLimit, end_of};
use super::store;

/// What a rule begins with that is fixed to a day.
const UNTIL: &str = "到 ";

/// Brings the clocks of a matter up to an act: ends, starts, re-reads the rule where its facts changed; then says what
/// is due next. `act` is the key of the act with its outcome, where it has some; `ended` whether the matter ends with it.
pub fn advance<M: Matter>(
    tx: &Tx,
    rules: Rules<'_>,
    matter: &mut M,
    (act, outcome): (&str, Option<&str>),
    ended: bool,
) -> Result<()> {
    // A limit may begin or end with an act, or only with one of its outcomes (`review.back`).
    let done: Vec<String> =
        std::iter::once(act.to_owned()).chain(outcome.map(|outcome| format!("{act}.{outcome}"))).collect();
    let mut clocks = store::clocks(tx, &matter.spine().id)?;
    let now = matter.spine().updated_at;
    for clock in clocks.iter_mut().filter(|c| c.met_at.is_none()) {
        let limit = rules.of.limit(&clock.limit_key);
        let ends = limit.and_then(|l| done.iter().find(|done| l.is_met_by(done) || l.is_stopped_by(done)));
        if ended || ends.is_some() {
            clock.met_at = Some(now);
            clock.ended_by = Some(ends.cloned().unwrap_or_else(|| act.to_owned()));
            store::end_clock(tx, clock)?;
        } else if let Some((length, _)) = chosen(rules.of, &clock.limit_key, matter)
            && length.text() != clock.rule
        {
            // By the calendar it began under: another kind changes the limit, not the days.
            let calendar = tx.ctx().policy.calendar_of(&clock.calendar).unwrap_or(tx.ctx().calendar());
            clock.due_at = length.due(clock.started_at, calendar);
            let mut changes = clock.history();
            let (from, to) = (std::mem::replace(&mut clock.rule, length.text()), length.text());
            let pack = rules.pack.version.clone();
            changes.push(ClockChange::Rule(RuleChange { at: now, from, to, pack }));
            clock.changes = serde_json::to_string(&changes)?;
            store::change_clock(tx, clock)?;
            tx.enqueue(M::DUE_JOB, clock.id.as_str(), clock.due_at + 1_000, None)?;
        }
    }
    for limit in
        rules.of.limits.iter().filter(|l| !ended && l.starts.iter().any(|start| done.contains(start)))
    {
        if clocks.iter().any(|c| c.limit_key == limit.key && c.met_at.is_none()) {
            continue;
        }
        let nth = clocks.last().map_or(1, |last| last.nth + 1);
        if let Some(clock) = start(tx.ctx(), rules, limit, matter, (nth, now)) {
            insert::<M>(tx, std::slice::from_ref(&clock))?;
            clocks.push(clock);
        }
    }
    settle(rules.of, matter, &clocks);
    Ok(())
}

/// The first clocks of a new matter, from the instant it came in; [`insert`] stores them once the matter is there.
pub fn first<M: Matter>(ctx: &Ctx, rules: Rules<'_>, matter: &mut M, act: &str) -> Vec<RunningLimit> {
    let began = matter.spine().began_at;
    let mut clocks: Vec<RunningLimit> = Vec::new();
    for limit in rules.of.limits.iter().filter(|l| l.starts.iter().any(|a| a == act)) {
        let nth = clocks.last().map_or(1, |last| last.nth + 1);
        clocks.extend(start(ctx, rules, limit, matter, (nth, began)));
    }
    settle(rules.of, matter, &clocks);
    clocks
}

/// Stores clocks that have started. Nothing ticks: a job wakes one second after each due instant and looks.
pub fn insert<M: Matter>(tx: &Tx, clocks: &[RunningLimit]) -> Result<()> {
    store::insert_clocks(tx, clocks)?;
    let wakes: Vec<_> = clocks.iter().map(|c| (c.id.as_str(), c.due_at + 1_000)).collect();
    tx.enqueue_all(M::DUE_JOB, &wakes)
}

fn start<M: Matter>(
    ctx: &Ctx,
    rules: Rules<'_>,
    limit: &Limit,
    matter: &M,
    (nth, now): (i64, i64),
) -> Option<RunningLimit> {
    let (length, promise) = chosen(rules.of, &limit.key, matter)?;
    let calendar = ctx.calendar();
    Some(RunningLimit {
        matter: matter.spine().id.clone(),
        nth,
        id: ctx.id(),
        procedure: rules.of.key.clone(),
        limit_key: limit.key.clone(),
        pack: rules.pack.version.clone(),
        calendar: calendar.version().to_owned(),
        // What nobody has confirmed is promised to nobody.
        promise: promise == Promise::Public && ctx.policy.is_settled(limit),
        started_at: now,
        due_at: length.due(now, calendar),
        met_at: None,
        ended_by: None,
        rule: length.text(),
        changes: String::from("[]"),
    })
}

/// What is due next for the office; a limit that only waits for those outside is nobody's debt.
fn settle<M: Matter>(of: &Definition, matter: &mut M, clocks: &[RunningLimit]) {
    let running = || clocks.iter().filter(|c| c.met_at.is_none() && !waits_for_others(of, &c.limit_key));
    let next = running().min_by_key(|c| c.due_at);
    let spine = matter.spine_mut();
    spine.due_at = next.map(|c| c.due_at);
    spine.due_order = spine.due_at.unwrap_or(NOT_DUE);
    spine.due_limit = next.map(|c| c.limit_key.clone());
    matter.clocks_stand(&|limit| clocks.iter().rfind(|c| c.limit_key == limit).map(|c| c.due_at));
}

/// Whether an act happens by itself when this limit has passed.
pub fn waits_for_others(of: &Definition, limit: &str) -> bool {
    of.acts.iter().any(|act| act.after_limit.as_deref() == Some(limit))
}

/// How long a limit is in one case.
enum Length {
    Fixed(LimitText),
    Until(Date),
}

impl Length {
    fn text(&self) -> String {
        match self {
            Length::Fixed(limit) => limit.text.clone(),
            Length::Until(day) => format!("{UNTIL}{day}"),
        }
    }

    fn due(&self, start: i64, calendar: &Calendar) -> i64 {
        match self {
            Length::Fixed(limit) => deadline::due(start, limit.length, calendar),
            Length::Until(day) => end_of(*day),
        }
    }
}

fn chosen(
    of: &Definition,
    limit: &str,
    facts: &dyn huitong_kernel::condition::Facts,
) -> Option<(Length, Promise)> {
    match of.limit_for(limit, facts)? {
        Chosen::Clause { limit, promise, .. } => Some((Length::Fixed(limit), promise)),
        Chosen::Until { day, promise } => Some((Length::Until(day), promise)),
        Chosen::Unknown(_) | Chosen::None => None,
    }
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
    /// It was stopped by an act that does not do what it asks for: the matter went elsewhere, was taken back, closed by itself.
    Stopped {
        /// When.
        at: i64,
        /// The act, in words.
        act: &'p str,
        /// Whether it had passed by then; never where it only waits for those outside.
        late: bool,
    },
}

/// How a clock of a matter stands.
pub fn standing<'p>(of: &'p Definition, clock: &RunningLimit) -> Standing<'p> {
    let Some(at) = clock.met_at else { return Standing::Running };
    let late = at > clock.due_at;
    let by = clock.ended_by.as_deref().unwrap_or_default();
    let act = of.act(by.split('.').next().unwrap_or_default());
    match (act, of.limit(&clock.limit_key)) {
        (Some(act), Some(limit)) if !limit.is_met_by(by) => {
            let late = late && !waits_for_others(of, &limit.key);
            Standing::Stopped { at, act: act.label_in(begun_in(of, limit)), late }
        }
        _ => Standing::Met { at, late },
    }
}

/// The state in which a limit begins to run: what stops it later is named as it is from there, a transfer and no dispatch.
fn begun_in<'p>(of: &'p Definition, limit: &Limit) -> &'p str {
    let acts = limit.starts.iter().filter_map(|key| of.act(key.split('.').next().unwrap_or_default()));
    acts.flat_map(|act| act.all_moves()).map(|(_, to)| to.as_str()).next().unwrap_or_default()
}

/// A running clock counted again by the calendar in force, where the one it was counted by had to guess; nothing where that
/// one knew, or where the calendar in force has to guess as well.
pub fn recounted(ctx: &Ctx, clock: &RunningLimit) -> Option<(RunningLimit, CalendarChange)> {
    let calendar = ctx.calendar();
    if clock.met_at.is_some() || clock.calendar == calendar.version() || !explain(ctx, clock)?.assumed {
        return None;
    }
    let change = CalendarChange {
        at: ctx.now,
        before: clock.calendar.clone(),
        calendar: calendar.version().to_owned(),
        was_due_at: clock.due_at,
        counted_due_at: clock.due_at,
    };
    let with = |change: &CalendarChange| -> Option<RunningLimit> {
        let mut changes = clock.history();
        changes.push(ClockChange::Calendar(change.clone()));
        let changes = serde_json::to_string(&changes).ok()?;
        Some(RunningLimit { calendar: change.calendar.clone(), changes, ..clock.clone() })
    };
    let counted = deadline::explain_clock(&history(&with(&change)?)?, &[calendar]).ok()?;
    let counted_due_at = counted.due.filter(|_| !counted.assumed)?;
    let change = CalendarChange { counted_due_at, ..change };
    // What was promised to a citizen for an earlier day stays promised.
    let due_at = if clock.promise { counted_due_at.min(clock.due_at) } else { counted_due_at };
    Some((RunningLimit { due_at, ..with(&change)? }, change))
}

/// Stores a clock that was counted again, and says what is due next.
pub fn put_right<M: Matter>(tx: &Tx, rules: Rules<'_>, matter: &mut M, clock: &RunningLimit) -> Result<()> {
    store::change_clock(tx, clock)?;
    tx.enqueue(M::DUE_JOB, clock.id.as_str(), clock.due_at + 1_000, None)?;
    let clocks = store::clocks(tx, &matter.spine().id)?;
    settle(rules.of, matter, &clocks);
    Ok(())
}

/// The arithmetic of a clock, by the calendar and with the changes of rule that are kept with it; nothing where these are
/// not known here.
pub fn explain(ctx: &Ctx, clock: &RunningLimit) -> Option<Explanation> {
    let mut explained = deadline::explain_clock(&history(clock)?, &kept(ctx, clock)).ok()?;
    explained.sentence.extend(counted_again(clock));
    Some(explained)
}

/// The same in one sentence, or why there is none.
pub fn sentence(ctx: &Ctx, clock: &RunningLimit) -> String {
    if let Some(day) = clock.rule.strip_prefix(UNTIL).and_then(|day| day.parse::<Date>().ok()) {
        return format!("期限按填写的日期：{}当天为止。", day_text(day));
    }
    let Some(history) = history(clock) else { return String::new() };
    let said = deadline::sentence(&history, &kept(ctx, clock)).unwrap_or_else(|error| error.to_string());
    said + &counted_again(clock).unwrap_or_default()
}

/// The calendar that a clock was counted by, where it is still known.
fn kept<'c>(ctx: &'c Ctx, clock: &RunningLimit) -> Vec<&'c Calendar> {
    ctx.policy.calendar_of(&clock.calendar).into_iter().collect()
}

/// A clock as the arithmetic reads it: what it began with and what happened to it; nothing where its rule is no limit that
/// can be read.
fn history(clock: &RunningLimit) -> Option<Clock> {
    let changes = clock.history();
    let (mut rule, mut calendar) = (None, None);
    let mut events = vec![Event::Start { at: clock.started_at }];
    for change in &changes {
        events.push(match change {
            ClockChange::Rule(RuleChange { at, from, to, pack }) => {
                rule = rule.or(Some(from));
                Event::Rule { at: *at, limit: to.parse().ok()?, version: pack.clone() }
            }
            ClockChange::Calendar(CalendarChange { at, before, calendar: version, .. }) => {
                calendar = calendar.or(Some(before));
                Event::Calendar { at: *at, version: version.clone() }
            }
        });
    }
    let limit = rule.unwrap_or(&clock.rule).parse().ok()?;
    let calendar = calendar.unwrap_or(&clock.calendar).clone();
    Some(Clock { limit, rule: clock.pack.clone(), calendar, events })
}

/// What a clock that was counted again says besides its arithmetic: until when it ran before, and which of the two holds.
fn counted_again(clock: &RunningLimit) -> Option<String> {
    let changes = clock.history();
    let last = changes.iter().rev().find_map(|change| match change {
        ClockChange::Calendar(change) => Some(change),
        ClockChange::Rule(_) => None,
    })?;
    Some(last.said(clock.due_at))
}

/// How the time of a clock passes; one that ends on a day that was said goes by the clock.
pub fn pace(clock: &RunningLimit) -> Pace {
    match clock.rule.parse::<deadline::Limit>() {
        Ok(limit) => limit.pace(),
        Err(_) if clock.rule.starts_with(UNTIL) => Pace::Clock,
        Err(_) => Pace::Office,
    }
}

/// How a clock is measured.
pub fn measure(ctx: &Ctx, clock: &RunningLimit) -> Measure {
    Measure::between(pace(clock), clock.started_at, clock.due_at, ctx.calendar())
}

/// How the limit is measured that is due next on a matter, as it would run from now; of one that ends on a day that was said
/// no length is known.
pub fn measure_next<M: Matter>(ctx: &Ctx, rules: Rules<'_>, matter: &M) -> Measure {
    let limit = matter.spine().due_limit.as_deref().and_then(|limit| chosen(rules.of, limit, matter));
    match limit.map(|(length, _)| length) {
        Some(Length::Fixed(LimitText { length, .. })) => {
            let due = deadline::due(ctx.now, length, ctx.calendar());
            Measure::between(length.pace(), ctx.now, due, ctx.calendar())
        }
        Some(Length::Until(_)) => Measure { pace: Pace::Clock, whole: None },
        None => Measure::default(),
    }
}

/// Until when something is due, in words: `3月17日 24:00 前（办公时间截至17:00）`.
pub fn until(ctx: &Ctx, due: i64, pace: Pace) -> String {
    let note = deadline::office_note(due, pace, ctx.calendar());
    format!("{} 前{note}", deadline::due_text(due, ctx.now))
}

/// A rule as sentences say it: `4 个工作小时`, where it is a length.
pub fn spoken(rule: &str) -> String {
    rule.parse::<deadline::Limit>().map_or_else(|_| rule.to_owned(), deadline::Limit::words)
}
