//! The words of lengths and due instants. Pages say minutes at the finest: seconds are for the journal and for programs.

use huitong_codes::Calendar;

use crate::clock::{brief_day, civil_date, day_text, time_text};

use super::civil::{HOUR, MINUTE, ends_day, time_of};
use super::pace::Pace;

/// How long: `1 个工作日 6 小时`, `2 天 3 小时`, `2 小时 21 分`, `53 分钟`; "" below a minute.
pub fn length(millis: i64, pace: Pace, calendar: &Calendar) -> String {
    let day = pace.day(calendar).max(1);
    let unit = match pace {
        Pace::Office => "个工作日",
        Pace::Clock => "天",
    };
    match (millis / day, millis % day / HOUR) {
        (0, _) => hours(millis),
        (days, 0) => format!("{days} {unit}"),
        (days, hours) => format!("{days} {unit} {hours} 小时"),
    }
}

/// The same in hours, be they more than a day.
pub fn hours(millis: i64) -> String {
    match (millis / HOUR, millis % HOUR / MINUTE) {
        (0, 0) => String::new(),
        (0, minutes) => format!("{minutes} 分钟"),
        (hours, 0) => format!("{hours} 小时"),
        (hours, minutes) => format!("{hours} 小时 {minutes} 分"),
    }
}

/// Words of time where room is short: `1个工作日6小时`.
pub fn brief(words: &str) -> String {
    words.replace(' ', "")
}

/// A due instant: `3月17日 24:00`, with its year where that is not the year of `now`.
pub fn due_text(due: i64, now: i64) -> String {
    format!("{} {}", brief_day(civil_date(due), civil_date(now)), due_time(due))
}

/// The same where it is filed, for whoever reads it in another year: `2025年3月17日 24:00`.
pub fn filed_text(due: i64) -> String {
    format!("{} {}", day_text(civil_date(due)), due_time(due))
}

/// `14:30`; the end of a day is `24:00`.
pub(super) fn due_time(due: i64) -> String {
    if ends_day(due) { String::from("24:00") } else { time_text(due) }
}

/// Where a limit of working time runs on after office hours, when these end: `（办公时间截至17:00）`; else "".
pub fn office_note(due: i64, pace: Pace, calendar: &Calendar) -> String {
    let closes = calendar.office().spans().last().map(|(_, to)| *to);
    match closes.filter(|to| pace == Pace::Office && time_of(due) > i64::from(*to) * MINUTE) {
        Some(to) => format!("（办公时间截至{:02}:{:02}）", to / 60, to % 60),
        None => String::new(),
    }
}
