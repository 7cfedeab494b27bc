//! How much of a limit is left before it is due, or how much has passed since, in the words of the queue.

use huitong_codes::Calendar;

use super::civil::{DAY, HOUR, SECOND, bounded, day_of, ends_day};
use super::pace::Pace;
use super::words::{due_text, due_time, length};

// With less than this left a case is due soon, whatever its limit.
const LEAST: i64 = HOUR / 2;

/// How a deadline stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// There is time.
    Calm,
    /// Less than a quarter of the limit is left, or less than half an hour; of a limit whose length nobody told, less than four
    /// working hours, or a day by the clock.
    Soon,
    /// The due instant has passed (已超期).
    Overdue,
}

impl Urgency {
    /// The class that draws it.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Soon => "soon",
            Self::Overdue => "over",
        }
    }
}

/// A limit beside its due instant: how its time passes, and its length in milliseconds of that, where it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measure {
    /// How its time passes.
    pub pace: Pace,
    /// Its length.
    pub whole: Option<i64>,
}

impl Measure {
    /// Of a limit that runs from one instant to another.
    pub fn between(pace: Pace, from: i64, to: i64, calendar: &Calendar) -> Measure {
        Measure { pace, whole: Some(pace.between(from, to, calendar)) }
    }

    // Due soon is what has used three quarters of its time, so that nothing warns from its first minute.
    fn soon(self) -> i64 {
        match (self.whole, self.pace) {
            (Some(whole), _) => (whole / 4).max(LEAST),
            (None, Pace::Office) => 4 * HOUR,
            (None, Pace::Clock) => DAY,
        }
    }
}

/// The time left or passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    /// How the deadline stands.
    pub state: Urgency,
    /// `剩 1 个工作日 2 小时`, `剩 3 小时 24 分`, `今日 24:00 到期`, `已超期 5 小时 12 分`.
    pub words: String,
    /// Share of the limit that is used (1–100); 0 where its length is not known.
    pub used: i64,
}

/// Measures `now` against `due` in the time of the limit.
pub fn remaining(now: i64, due: i64, measure: Measure, calendar: &Calendar) -> Remaining {
    let (now, due) = (bounded(now), bounded(due));
    // A deadline of 23:59:59 keeps its whole last second.
    let end = if ends_day(due) { due + SECOND } else { due };
    let millis = measure.pace.between(now, end, calendar);
    let said = length(millis.abs(), measure.pace, calendar);
    if now / SECOND > due / SECOND {
        return Remaining {
            state: Urgency::Overdue,
            words: format!("已超期 {said}").trim_end().to_owned(),
            used: measure.whole.map_or(0, |_| 100),
        };
    }
    let state = if millis < measure.soon() { Urgency::Soon } else { Urgency::Calm };
    let words = match (said.as_str(), day_of(now) == day_of(due)) {
        // After office hours of the last day no working time is left, yet the limit still runs.
        ("", true) => format!("今日 {} 到期", due_time(due)),
        ("", false) => format!("{} 到期", due_text(due, now)),
        _ => format!("剩 {said}"),
    };
    let used = |whole: i64| whole.saturating_sub(millis).saturating_mul(100) / whole.max(1);
    Remaining { state, words, used: measure.whole.map_or(0, |whole| used(whole).clamp(1, 100)) }
}

#[cfg(test)]
mod tests {
    use super::{Measure, Urgency, remaining};
    use crate::deadline::{Pace, parse_instant};
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
            let measure = Measure { pace: Pace::Office, whole: Some(whole) };
            let left = remaining(at(now), due, measure, Calendar::builtin());
            assert_eq!(left.state, state, "{now}, {whole}: {}", left.words);
        }
    }
}
