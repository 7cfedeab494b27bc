//! The arithmetic: which days or hours a limit uses up, which it passes over and why.

use std::borrow::Cow;
use std::collections::BTreeSet;

use huitong_codes::Calendar;
use huitong_codes::calendar::date_of;

use super::civil::{HOUR, MINUTE, day_of, end_of, instant};
use super::history::Run;
use super::limit::Limit;

/// Why a day was passed over.
pub(super) type Why<'c> = Cow<'c, str>;

/// What counting found; days are day numbers.
#[derive(Debug, Default)]
pub(super) struct Count<'c> {
    /// The last instant in time; `None` while the clock stands.
    pub due: Option<i64>,
    pub counted: Vec<i64>,
    pub made_up: Vec<i64>,
    pub skipped: Vec<(i64, Why<'c>)>,
    /// Where hours count: the spans that did.
    pub spans: Vec<(i64, i64)>,
    /// From the last calendar day to the working day it moved to, and why.
    pub moved: Option<(i64, i64, Why<'c>)>,
    /// Years without a published calendar that were met.
    pub assumed: BTreeSet<i16>,
}

/// Counts a limit from the start of a run.
pub(super) fn count<'c>(run: &'c Run<'_>, calendar: &'c Calendar) -> Count<'c> {
    let mut count = Count::default();
    match run.limit {
        Limit::WorkingDays(_) => working_days(run, calendar, &mut count),
        Limit::Days(_) => days(run, calendar, &mut count),
        Limit::Hours(_) => hours(run, &mut count),
        Limit::WorkingHours(_) => working_hours(run, calendar, &mut count),
    }
    count
}

fn paused(why: &str) -> Why<'_> {
    if why.is_empty() { "暂停计时".into() } else { format!("暂停计时：{why}").into() }
}

/// Whether the clock stands at the end of a day: such a day does not count, the day it goes on does.
enum Standing<'c> {
    No,
    Yes(&'c str),
    ForGood,
}

fn standing<'c>(run: &'c Run<'_>, day: i64) -> Standing<'c> {
    match run.pause_at(end_of(day)) {
        None => Standing::No,
        Some(pause) if pause.to.is_none() => Standing::ForGood,
        Some(pause) => Standing::Yes(pause.why),
    }
}

impl<'c> Count<'c> {
    // Reads the calendar for a day and remembers a year that is not published.
    fn look(&mut self, calendar: &'c Calendar, day: i64) -> huitong_codes::Day<'c> {
        let found = calendar.day_at(day);
        if found.assumed {
            self.assumed.insert(date_of(day).year());
        }
        found
    }
}

fn working_days<'c>(run: &'c Run<'_>, calendar: &'c Calendar, count: &mut Count<'c>) {
    let mut day = day_of(run.start);
    let mut left = run.limit.amount();
    while left > 0 {
        day += 1;
        let standing = standing(run, day);
        if let Standing::ForGood = standing {
            return;
        }
        let found = count.look(calendar, day);
        match standing {
            _ if !found.working => count.skipped.push((day, found.why.into())),
            Standing::Yes(why) => count.skipped.push((day, paused(why))),
            _ => {
                count.counted.push(day);
                if found.holiday.is_some() {
                    count.made_up.push(day);
                }
                left -= 1;
            }
        }
    }
    count.due = Some(end_of(day));
}

fn days<'c>(run: &'c Run<'_>, calendar: &'c Calendar, count: &mut Count<'c>) {
    let mut day = day_of(run.start);
    let mut left = run.limit.amount();
    while left > 0 {
        day += 1;
        match standing(run, day) {
            Standing::ForGood => return,
            Standing::Yes(why) => count.skipped.push((day, paused(why))),
            Standing::No => {
                count.counted.push(day);
                left -= 1;
            }
        }
    }
    let last = day;
    let found = count.look(calendar, last);
    // A limit of nothing ends on the day it began, whatever day that is.
    if !found.working && !count.counted.is_empty() {
        loop {
            day += 1;
            let standing = standing(run, day);
            if let Standing::ForGood = standing {
                return;
            }
            let next = count.look(calendar, day);
            match standing {
                _ if !next.working => count.skipped.push((day, next.why.into())),
                Standing::Yes(why) => count.skipped.push((day, paused(why))),
                _ => break,
            }
        }
        count.moved = Some((last, day, found.why.into()));
    }
    count.due = Some(end_of(day));
}

fn hours<'c>(run: &'c Run<'_>, count: &mut Count<'c>) {
    let need = i64::from(run.limit.amount()) * HOUR;
    let stopped = use_up(run, run.start, i64::MAX, need, &mut count.spans) > 0;
    if stopped {
        return;
    }
    let due = count.spans.last().map_or(run.start, |(_, to)| *to);
    let touched: BTreeSet<i64> =
        count.spans.iter().flat_map(|(from, to)| day_of(*from)..=day_of(*to)).collect();
    for day in day_of(run.start)..=day_of(due) {
        match run.pause_at(end_of(day)) {
            Some(pause) if !touched.contains(&day) => count.skipped.push((day, paused(pause.why))),
            _ => count.counted.push(day),
        }
    }
    count.due = Some(due);
}

fn working_hours<'c>(run: &'c Run<'_>, calendar: &'c Calendar, count: &mut Count<'c>) {
    let mut left = i64::from(run.limit.amount()) * HOUR;
    if left == 0 {
        count.due = Some(run.start);
        return;
    }
    let stands_from = run.pauses.iter().find(|p| p.to.is_none()).map_or(i64::MAX, |p| p.from);
    let mut day = day_of(run.start);
    while left > 0 {
        if instant(day, 0) >= stands_from {
            return;
        }
        let found = count.look(calendar, day);
        if found.working {
            let before = left;
            for (from, to) in calendar.office().spans() {
                let from = instant(day, i64::from(*from) * MINUTE).max(run.start);
                left = use_up(run, from, instant(day, i64::from(*to) * MINUTE), left, &mut count.spans);
            }
            if left < before {
                count.counted.push(day);
                if found.holiday.is_some() {
                    count.made_up.push(day);
                }
            } else {
                let pause =
                    run.pause_at(end_of(day)).or_else(|| run.pause_at(run.start.max(instant(day, 0))));
                let why = pause.map_or("当日办公时间已过".into(), |p| paused(p.why));
                count.skipped.push((day, why));
            }
        } else {
            count.skipped.push((day, found.why.into()));
        }
        day += 1;
    }
    count.due = count.spans.last().map(|(_, to)| *to);
}

/// Uses up to `need` of the time in `from .. to` in which the clock ran, notes the spans, returns what is still needed.
fn use_up(run: &Run<'_>, from: i64, to: i64, need: i64, spans: &mut Vec<(i64, i64)>) -> i64 {
    let mut left = need;
    let mut at = from;
    let mut take = |at: i64, until: i64, left: &mut i64| {
        let end = until.min(at.saturating_add(*left));
        if end > at {
            spans.push((at, end));
            *left -= end - at;
        }
    };
    for pause in &run.pauses {
        take(at, pause.from.min(to), &mut left);
        at = at.max(pause.to.unwrap_or(i64::MAX));
    }
    take(at, to, &mut left);
    left
}
