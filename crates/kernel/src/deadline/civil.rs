//! Instants (UTC milliseconds) and the civil time of UTC+8.

use huitong_codes::calendar::{date_of, day_number};
use jiff::civil::{Date, DateTime};

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
const OFFSET: i64 = 8 * HOUR;

// The years 0 to 9998: beyond them a date has no four-digit year, and the last is left to limits that run on.
const EARLIEST: i64 = -62_167_248_000_000;
const LATEST: i64 = 253_370_736_000_000;

/// Brings an instant into the years that can be written; within them it stays as it is, so that nothing is ever counted from
/// another day than its own.
pub(super) fn bounded(at: i64) -> i64 {
    at.clamp(EARLIEST, LATEST)
}

/// The civil day (days since 1970-01-01) of an instant.
pub(super) fn day_of(at: i64) -> i64 {
    (at + OFFSET).div_euclid(DAY)
}

/// Milliseconds since civil midnight.
pub(super) fn time_of(at: i64) -> i64 {
    (at + OFFSET).rem_euclid(DAY)
}

/// The instant `millis` after the civil midnight of a day.
pub(super) fn instant(day: i64, millis: i64) -> i64 {
    day * DAY + millis - OFFSET
}

/// The last instant of a day that still keeps a limit, 23:59:59.
pub(super) fn end_of(day: i64) -> i64 {
    instant(day, DAY - SECOND)
}

/// Whether an instant is the last of its day.
pub(super) fn ends_day(at: i64) -> bool {
    time_of(at) == DAY - SECOND
}

/// Writes an instant as RFC 3339 with +08:00, with milliseconds only where there are any.
pub fn rfc3339(at: i64) -> String {
    let time = time_of(at);
    let (hours, minutes, seconds) = (time / HOUR, time % HOUR / MINUTE, time % MINUTE / SECOND);
    let fraction = if time % SECOND == 0 { String::new() } else { format!(".{:03}", time % SECOND) };
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}{fraction}+08:00", date_of(day_of(at)))
}

/// Reads RFC 3339, or a date with or without a time in the civil time of UTC+8; the error is a Chinese sentence.
///
/// # Errors
/// The text is none of these.
pub fn parse_instant(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(exact) = text.parse::<jiff::Timestamp>() {
        return Ok(exact.as_millisecond());
    }
    let civil: DateTime = text
        .parse()
        .or_else(|_| text.parse::<Date>().map(DateTime::from))
        .map_err(|_| format!("时间“{text}”写法不对，应形如 2025-03-14T09:30:00+08:00 或 2025-03-14 09:30"))?;
    let time = civil.time();
    let millis = i64::from(time.hour()) * HOUR
        + i64::from(time.minute()) * MINUTE
        + i64::from(time.second()) * SECOND
        + i64::from(time.subsec_nanosecond() / 1_000_000);
    Ok(instant(day_number(civil.date()), millis))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_day_that_can_be_written_is_shown_as_another(year in 1_i16..9999, month in 1_i8..=12, day in 1_i8..=28, time in 0..DAY) {
            let date = jiff::civil::date(year, month, day);
            let at = instant(day_number(date), time);
            prop_assert_eq!(date_of(day_of(bounded(at))), date);
        }

        #[test]
        fn what_is_beyond_is_brought_within(at in any::<i64>()) {
            prop_assert!((0..=9999).contains(&date_of(day_of(bounded(at))).year()));
        }
    }
}
