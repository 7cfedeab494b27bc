//! The due instants written in the examples are those of the calendar.

use huitong_codes::Calendar;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::breaking::shown;
use super::shipped::jinning;
use crate::deadline;
use crate::pack::{LimitText, examples};

fn due(start: DateTime, limit: &LimitText) -> Result<DateTime, String> {
    let zone = Offset::constant(8);
    let start = zone.to_timestamp(start).map_err(|error| error.to_string())?.as_millisecond();
    let at = deadline::due(start, limit.text.parse()?, Calendar::builtin());
    Ok(zone.to_datetime(jiff::Timestamp::from_millisecond(at).map_err(|error| error.to_string())?))
}

#[test]
fn examples_fall_due_as_written() {
    let pack = jinning();
    assert!(pack.examples.iter().filter(|example| example.due.is_some()).count() >= 4);
    let findings = examples::run(&pack, Some(&due));
    assert!(findings.is_empty(), "{}", shown(&findings));
}

#[test]
fn a_wrong_due_instant_is_named() {
    let pack = jinning();
    let never = |start: DateTime, _: &LimitText| Ok(start);
    let findings = examples::run(&pack, Some(&never));
    assert!(findings.iter().all(|finding| finding.message.contains("到期，算得")), "{}", shown(&findings));
    assert!(findings.len() >= 4);
}
