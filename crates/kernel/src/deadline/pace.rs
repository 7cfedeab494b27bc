//! How the time of a limit passes: in the hours of the office, or by the clock.

use huitong_codes::Calendar;

use super::civil::{DAY, MINUTE, bounded, day_of, time_of};

/// How the time of a limit passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// While offices work: its day is a working day (7 hours by default).
    #[default]
    Office,
    /// By day and night, on rest days too.
    Clock,
}

impl Pace {
    /// Milliseconds from one instant to another; negative where `to` is earlier. Constant time.
    pub fn between(self, from: i64, to: i64, calendar: &Calendar) -> i64 {
        let (from, to) = (bounded(from), bounded(to));
        match self {
            Self::Office => worked_until(to, calendar) - worked_until(from, calendar),
            Self::Clock => to - from,
        }
    }

    /// Milliseconds of one of its days.
    pub(super) fn day(self, calendar: &Calendar) -> i64 {
        match self {
            Self::Office => i64::from(calendar.office().daily_minutes()) * MINUTE,
            Self::Clock => DAY,
        }
    }
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
