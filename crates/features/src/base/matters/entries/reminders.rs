//! Reminders of what stands in a queue of a register: off until an office turns one on for itself, and off again at any time.
//!
//! A job wakes on the day that the definition names and leaves one entry in the journal for each reminder; the notices follow.

use huitong_kernel::clock::{civil_date, instant};
use huitong_kernel::condition::Frame;
use huitong_kernel::ctx::{OfficeKind, Post};
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Definition, Every, Reminder};
use huitong_kernel::{Error, OrMissing, Result, Tx};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use serde_json::json;

use super::{list, store};

/// The job.
pub const JOB: &str = "register.remind";
/// The act by which an office turns one on or off.
pub const ACT: &str = "unit.remind";
/// The fact that says which reminder an entry of the journal is.
pub const REMINDER: &str = "reminder";
/// When somebody is reminded on the day.
const HOUR: Time = Time::constant(8, 30, 0, 0);

/// A reminder as an office has it.
pub struct Switch<'p> {
    /// What it says of itself.
    pub reminder: &'p Reminder,
    /// Whether it is on.
    pub on: bool,
}

/// The unit for which somebody turns reminders of a register on and off.
fn office<'c>(tx: &Tx<'c>) -> Option<&'c Post> {
    let right = tx.ctx().may(ACT)?;
    right.through.iter().filter_map(|through| through.post).find(|post| post.kind == OfficeKind::Unit)
}

/// The reminders that the reader may turn on or off, as they stand.
pub fn switches<'p>(tx: &Tx, of: &'p Definition) -> Result<Vec<Switch<'p>>> {
    let Some(post) = office(tx) else { return Ok(Vec::new()) };
    let all = of.register.iter().flat_map(|register| &register.reminders);
    all.map(|reminder| {
        Ok(Switch { on: store::is_reminded(tx, &of.key, &reminder.key, &post.office)?, reminder })
    })
    .collect()
}

/// Turns a reminder on or off for the unit of whoever acts.
pub fn turn(tx: &Tx, of: &Definition, key: &str, on: bool) -> Result<String> {
    tx.ctx().right(ACT)?;
    tx.ctx().right(&of.view())?;
    let post = office(tx).ok_or_else(|| Error::denied("提醒由单位开启，您不在单位任职"))?;
    let reminder = reminder(of, key).or_missing()?;
    let was = store::is_reminded(tx, &of.key, key, &post.office)?;
    store::turn_reminder(tx, &of.key, key, &post.office, on)?;
    if on {
        wake(tx, of, reminder)?;
    }
    tx.record(
        Record::new(ACT, &post.office)
            .in_post(Some(post))
            .fact("register", of.key.as_str())
            .fact(REMINDER, key)
            .change(json!({"on": was}), json!({"on": on})),
    )?;
    Ok(match on {
        true => format!("已开启，{}提醒。", reminder.every.said()),
        false => String::from("已关闭。"),
    })
}

fn reminder<'p>(of: &'p Definition, key: &str) -> Option<&'p Reminder> {
    of.register.as_ref()?.reminders.iter().find(|one| one.key == key)
}

/// Enqueues the next time.
fn wake(tx: &Tx, of: &Definition, reminder: &Reminder) -> Result<()> {
    let body = format!("{} {}", of.key, reminder.key);
    let at = instant(next(&reminder.every, civil_date(tx.ctx().now)).to_datetime(HOUR));
    tx.enqueue(JOB, &body, at, Some(&format!("{JOB} {body}")))
}

/// The next day after this one on which somebody is reminded.
fn next(every: &Every, after: Date) -> Date {
    let fits = |day: &Date| match every {
        Every::Month(of_month) => day.day() == *of_month,
        Every::Week(of_week) => day.weekday().to_monday_one_offset() == *of_week,
    };
    (1..=31).map(|n: i32| after.saturating_add(n.days())).find(fits).unwrap_or(after)
}

/// The job: what stands in the queue of an office that has turned the reminder on is told, then it sleeps until the next time.
pub fn remind(tx: &Tx, body: &str) -> Result<()> {
    let Some((register, key)) = body.split_once(' ') else { return Ok(()) };
    let Some(of) = tx.ctx().pack()?.definition(register) else { return Ok(()) };
    let Some(reminder) = reminder(of, key) else { return Ok(()) };
    let queue = of.queue(&reminder.queue).or_missing()?;
    let offices = store::reminded(tx, register, key)?;
    for office in &offices {
        let units = [office.as_str()];
        let frame = Frame { now: tx.ctx().now, me: None, my_units: &units };
        for entry in list::standing(tx, of, queue, office, &frame)? {
            tx.record(Record::new(&of.remind(), &entry.spine.id).fact(REMINDER, key))?;
        }
    }
    if offices.is_empty() { Ok(()) } else { wake(tx, of, reminder) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_next_time_is_never_today() {
        let cases = [
            (Every::Month(1), date(2025, 3, 1), date(2025, 4, 1)),
            (Every::Month(28), date(2025, 1, 31), date(2025, 2, 28)),
            (Every::Week(1), date(2025, 3, 10), date(2025, 3, 17)),
            (Every::Week(7), date(2025, 3, 10), date(2025, 3, 16)),
        ];
        for (every, after, expected) in cases {
            assert_eq!(next(&every, after), expected, "{every:?} after {after}");
        }
    }
}
