//! The only clock and the only source of randomness: both are handed in, so that a test or a demo can be repeated.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// One hour in milliseconds.
pub const HOUR: i64 = 3_600_000;
/// One day in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// Where "now" comes from.
#[derive(Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, moved by a number of milliseconds: a demo city lives in its own time.
    Shifted(i64),
    /// Stands still until it is moved: tests and replays.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at an instant until [`Clock::set`] moves it.
    pub fn manual(at: i64) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at)))
    }

    /// The machine's clock, moved so that it shows `at` now.
    pub fn shifted_to(at: i64) -> Clock {
        Clock::Shifted(at - machine_now())
    }

    /// Now, in UTC milliseconds.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => machine_now(),
            Clock::Shifted(by) => machine_now() + by,
            Clock::Manual(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock; the others cannot be moved.
    pub fn set(&self, at: i64) {
        if let Clock::Manual(cell) = self {
            cell.store(at, Ordering::SeqCst);
        }
    }
}

/// Real time in UTC milliseconds: for sessions, leases and rate limits, which must not follow a demo's time.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
pub fn machine_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The day in civil time (UTC+8) that an instant falls on.
pub fn civil_date(at: i64) -> Date {
    civil(at).date()
}

/// An instant as civil time (UTC+8).
pub fn civil(at: i64) -> jiff::civil::DateTime {
    let shifted = at.saturating_add(8 * HOUR);
    let epoch = jiff::civil::datetime(1970, 1, 1, 0, 0, 0, 0);
    epoch.saturating_add(jiff::SignedDuration::from_millis(shifted))
}

/// The instant (UTC milliseconds) of a civil time (UTC+8).
pub fn instant(civil: jiff::civil::DateTime) -> i64 {
    let epoch = jiff::civil::datetime(1970, 1, 1, 0, 0, 0, 0);
    let since = civil.duration_since(epoch);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX) - 8 * HOUR
}

/// RFC 3339 with +08:00, as every interface prints it; seconds only.
pub fn rfc3339(at: i64) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    let mut text = String::with_capacity(25);
    // Writing into a text cannot fail.
    let _ = PRINTER.print_datetime(&civil(at), &mut text);
    text.push_str("+08:00");
    text
}

/// Reads RFC 3339 with any offset, or a civil time without one (then UTC+8).
pub fn parse_instant(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    if let Ok(at) = text.replace(' ', "T").parse::<jiff::civil::DateTime>() {
        return Some(instant(at));
    }
    text.parse::<Date>().ok().map(|date| instant(date.to_datetime(jiff::civil::time(0, 0, 0, 0))))
}

/// For people: `2025-03-14 09:30`.
pub fn minute_text(at: i64) -> String {
    let c = civil(at);
    format!("{:04}-{:02}-{:02} {}", c.year(), c.month(), c.day(), time_text(at))
}

/// The time of day: `09:30`.
pub fn time_text(at: i64) -> String {
    let c = civil(at);
    format!("{:02}:{:02}", c.hour(), c.minute())
}

/// To the second, where records are read: `2025-03-14 09:30:05`.
pub fn second_text(at: i64) -> String {
    format!("{}:{:02}", minute_text(at), civil(at).second())
}

/// For lists, where room is short: `03-14 09:30`, with its year where that is not the year of `now`.
pub fn brief_text(at: i64, now: i64) -> String {
    let text = minute_text(at);
    match (civil(at).year() == civil(now).year(), text.split_once('-')) {
        (true, Some((_, brief))) => brief.to_owned(),
        _ => text,
    }
}

/// A day as people write it: `2025年3月14日`.
pub fn day_text(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A day for lists, likewise: `3月14日`, `2024年3月14日`.
pub fn brief_day(day: Date, today: Date) -> String {
    if day.year() == today.year() { format!("{}月{}日", day.month(), day.day()) } else { day_text(day) }
}

/// The source of randomness: the machine's, or a seeded one that repeats itself.
#[derive(Clone)]
pub struct Random(Option<Arc<Mutex<StdRng>>>);

impl Random {
    /// The machine's own randomness.
    pub fn system() -> Random {
        Random(None)
    }

    /// Repeats itself for the same seed.
    pub fn seeded(seed: u64) -> Random {
        Random(Some(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills a buffer with random bytes.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine for randomness"
    )]
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Some(rng) => rng.lock().fill(bytes),
            None => rand::rng().fill(bytes),
        }
    }

    /// 32 random bytes.
    pub fn bytes32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// 128 random bits.
    pub fn bits(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_le_bytes(bytes)
    }

    /// A number below `limit`.
    pub fn below(&self, limit: u64) -> u64 {
        u64::try_from(self.bits() % u128::from(limit.max(1))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_time_is_eight_hours_ahead() {
        let at = parse_instant("2025-03-14T09:30:00+08:00").unwrap();
        assert_eq!(rfc3339(at), "2025-03-14T09:30:00+08:00");
        assert_eq!(civil_date(at), jiff::civil::date(2025, 3, 14));
        assert_eq!(instant(civil(at)), at);
        assert_eq!(parse_instant("2025-03-14 09:30:00"), Some(at));
        assert_eq!(parse_instant("2025-03-14"), Some(at - 9 * HOUR - HOUR / 2));
    }

    #[test]
    fn a_year_is_said_where_it_is_another() {
        let now = parse_instant("2025-01-02T08:00:00+08:00").unwrap();
        for (at, said) in [
            ("2025-12-31T23:59:59+08:00", "12-31 23:59"),
            ("2024-12-31T23:59:59+08:00", "2024-12-31 23:59"),
            ("2024-02-29T09:00:00+08:00", "2024-02-29 09:00"),
            ("2026-01-01T00:00:00+08:00", "2026-01-01 00:00"),
        ] {
            assert_eq!(brief_text(parse_instant(at).unwrap(), now), said);
        }
        let day = |text: &str| brief_day(text.parse().unwrap(), civil_date(now));
        assert_eq!(
            (day("2025-03-04"), day("2026-01-03")),
            (String::from("3月4日"), String::from("2026年1月3日"))
        );
    }

    #[test]
    fn the_same_seed_repeats() {
        assert_eq!(Random::seeded(7).bytes32(), Random::seeded(7).bytes32());
        assert_ne!(Random::system().bytes32(), Random::system().bytes32());
    }
}
