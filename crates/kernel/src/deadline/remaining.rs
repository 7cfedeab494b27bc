//! How much working time is left before a deadline, or how much has passed since, in the words of the queue.

use huitong_codes::Calendar;
use huitong_codes::calendar::date_of;
use serde::{Deserialize, Serialize};

use crate::clock::brief_day;

use super::civil::{HOUR, MINUTE, bounded, clock_text, day_of, time_of};

// Under this much working time a case is due soon, whatever its limit.
const LEAST: i64 = HOUR / 2;
// The same where the length of the limit is not known.
const SOON: i64 = 4 * HOUR;

/// How a deadline stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Four working hours or more are left.
    Calm,
    /// Less than a quarter of the limit is left, or less than half an hour; of a limit whose length nobody told, less than four
    /// working hours.
    Soon,
    /// The due instant has passed (已超期).
    Overdue,
}

/// The time left or passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remaining {
    /// How the deadline stands.
    pub state: Urgency,
    /// Working milliseconds left; negative since the due instant.
    pub millis: i64,
    /// `剩 1天2时`, `剩 3时24分`, `今日 23:59 到期`, `已超期 5时12分`.
    pub words: String,
}

/// Measures `now` against `due` in working time; a day in the words is one working day of office hours (7 by default).
pub fn remaining(now: i64, due: i64, calendar: &Calendar) -> Remaining {
    let (now, due) = (bounded(now), bounded(due));
    let millis = working_millis(now, due, calendar);
    let day = i64::from(calendar.office().daily_minutes()) * MINUTE;
    in_words(now, due, millis, day)
}

/// The same where the limit is so many working milliseconds long: due soon is what has used three quarters of it, so that
/// nothing warns from its first minute.
pub fn remaining_of(now: i64, due: i64, whole: i64, calendar: &Calendar) -> Remaining {
    let left = remaining(now, due, calendar);
    let state = match left.state {
        Urgency::Overdue => Urgency::Overdue,
        _ if left.millis < (whole / 4).max(LEAST) => Urgency::Soon,
        _ => Urgency::Calm,
    };
    Remaining { state, ..left }
}

/// The same by the clock, for limits in clock hours; a day is 24 hours.
pub fn remaining_by_clock(now: i64, due: i64) -> Remaining {
    let (now, due) = (bounded(now), bounded(due));
    in_words(now, due, due - now, 24 * HOUR)
}

/// Working milliseconds from one instant to another; negative where `to` is earlier. Constant time.
pub fn working_millis(from: i64, to: i64, calendar: &Calendar) -> i64 {
    worked_until(bounded(to), calendar) - worked_until(bounded(from), calendar)
}

fn worked_until(at: i64, calendar: &Calendar) -> i64 {
    let day = day_of(at);
    let office = calendar.office();
    let whole = calendar.worked_before(day) * i64::from(office.daily_minutes()) * MINUTE;
    if !calendar.works_at(day) {
        return whole;
    }
    let time = time_of(at);
    let elapsed = |(from, to): &(u16, u16)| {
        let (from, to) = (i64::from(*from) * MINUTE, i64::from(*to) * MINUTE);
        time.clamp(from, to) - from
    };
    whole + office.spans().iter().map(elapsed).sum::<i64>()
}

fn in_words(now: i64, due: i64, millis: i64, day: i64) -> Remaining {
    // A deadline of 23:59:59 keeps its whole last second.
    if now / 1_000 > due / 1_000 {
        let words = match length(-millis, day) {
            Some(length) => format!("已超期 {length}"),
            None => "已超期".to_owned(),
        };
        return Remaining { state: Urgency::Overdue, millis, words };
    }
    let state = if millis < SOON { Urgency::Soon } else { Urgency::Calm };
    let words = length(millis, day).map_or_else(|| due_words(now, due), |length| format!("剩 {length}"));
    Remaining { state, millis, words }
}

// After office hours of the last day no working time is left, yet the limit still runs.
fn due_words(now: i64, due: i64) -> String {
    let minute = clock_text(due - due.rem_euclid(MINUTE));
    if day_of(now) == day_of(due) {
        return format!("今日 {minute} 到期");
    }
    let date = date_of(day_of(due));
    format!("{} {minute} 到期", brief_day(date, date_of(day_of(now))))
}

// Days and hours, or hours and minutes; nothing below a minute.
fn length(millis: i64, day: i64) -> Option<String> {
    let days = if day > 0 { millis / day } else { 0 };
    let (hours, minutes) = ((millis - days * day) / HOUR, (millis - days * day) % HOUR / MINUTE);
    let parts: [(i64, &str); 2] =
        if days > 0 { [(days, "天"), (hours, "时")] } else { [(hours, "时"), (minutes, "分")] };
    let said: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    (!said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::{Urgency, remaining_of};
    use crate::deadline::parse_instant;
    use huitong_codes::Calendar;

    #[test]
    fn nothing_warns_from_its_first_minute() {
        let at = |text: &str| parse_instant(&format!("{text}:00+08:00")).unwrap();
        let due = at("2025-03-14 16:00");
        let hour = 3_600_000;
        for (now, whole, state) in [
            ("2025-03-14 14:01", 2 * hour, Urgency::Calm),
            ("2025-03-14 15:29", 2 * hour, Urgency::Calm),
            ("2025-03-14 15:31", 2 * hour, Urgency::Soon),
            ("2025-03-14 15:31", hour / 2, Urgency::Soon),
            ("2025-03-14 11:01", 28 * hour, Urgency::Soon),
            ("2025-03-12 09:00", 28 * hour, Urgency::Calm),
            ("2025-03-14 16:01", 28 * hour, Urgency::Overdue),
        ] {
            let left = remaining_of(at(now), due, whole, Calendar::builtin());
            assert_eq!(left.state, state, "{now}, {whole}: {}", left.words);
        }
    }
}
