//! Deadlines as pure functions of (events, calendar version, rule version): which days counted, which did not and why, when due.
//!
//! Civil time is UTC+8. Working days count from the next working day and end at 23:59:59 of day N; calendar days that end on
//! a rest day move to the next working day and say so; hours are clock hours and never move; working hours are office hours.
//! Nothing here reads a clock.

mod civil;
mod count;
mod explanation;
mod history;
mod limit;
mod pace;
mod remaining;
mod sentence;
#[cfg(test)]
mod tests;
mod wire;
mod words;

pub use civil::{parse_instant, rfc3339};
pub use explanation::{Explanation, Moved, Skipped, Span};
pub use history::{Clock, DeadlineError, Event};
pub use limit::Limit;
pub use pace::Pace;
pub use remaining::{Measure, Remaining, Urgency, remaining};
pub use words::{brief, due_text, filed_text, hours, length, office_note};

use history::Run;
use huitong_codes::Calendar;

/// Explains a limit that started once and was never paused; `rule` names the rule version that set it.
pub fn explain(start: i64, limit: Limit, rule: &str, calendar: &Calendar) -> Explanation {
    explain_run(&Run::plain(start, limit), rule, calendar)
}

/// The arithmetic of a clock in one sentence, without the list of days; fails as [`explain_clock`] does.
pub fn sentence(clock: &Clock, calendars: &[&Calendar]) -> Result<String, DeadlineError> {
    let run = clock.run()?;
    let calendar = named(run.calendar, calendars)?;
    Ok(sentence::sentence(&run, &count::count(&run, calendar), calendar))
}

/// When such a limit falls due, UTC milliseconds, without the words.
pub fn due(start: i64, limit: Limit, calendar: &Calendar) -> i64 {
    let run = Run::plain(start, limit);
    count::count(&run, calendar).due.unwrap_or(run.start)
}

/// Explains a clock with its whole history; `calendars` holds every version that the history names.
///
/// # Errors
/// The history has no start, or names a calendar version that is not given.
pub fn explain_clock(clock: &Clock, calendars: &[&Calendar]) -> Result<Explanation, DeadlineError> {
    let run = clock.run()?;
    let calendar = named(run.calendar, calendars)?;
    Ok(explain_run(&run, run.rule, calendar))
}

fn named<'c>(version: &str, calendars: &[&'c Calendar]) -> Result<&'c Calendar, DeadlineError> {
    let found = calendars.iter().find(|c| c.version() == version);
    found.copied().ok_or_else(|| DeadlineError::UnknownCalendar(version.to_owned()))
}

fn explain_run(run: &Run<'_>, rule: &str, calendar: &Calendar) -> Explanation {
    let counted = count::count(run, calendar);
    let sentence = sentence::sentence(run, &counted, calendar);
    Explanation::new(run, counted, rule, calendar, sentence)
}
