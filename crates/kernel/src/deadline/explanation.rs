//! What a reader is shown of a deadline: its arithmetic as a list and as a sentence.

use huitong_codes::Calendar;
use huitong_codes::calendar::date_of;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::second_text;

use super::count::Count;
use super::history::Run;
use super::limit::Limit;
use super::wire;

/// A day that was passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The day.
    #[serde(with = "wire::date")]
    pub date: Date,
    /// 周末, the holiday's name, 暂停计时：… or 当日办公时间已过.
    pub why: String,
}

/// A span of hours that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its begin, UTC milliseconds (RFC 3339 in JSON).
    #[serde(with = "wire::instant")]
    pub from: i64,
    /// Its end, UTC milliseconds (RFC 3339 in JSON).
    #[serde(with = "wire::instant")]
    pub to: i64,
}

/// A limit in calendar days that ended on a rest day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The last day by plain counting.
    #[serde(with = "wire::date")]
    pub from: Date,
    /// The working day it moved to.
    #[serde(with = "wire::date")]
    pub to: Date,
    /// Why the last day is a rest day.
    pub why: String,
}

/// A deadline with its arithmetic. In JSON instants are RFC 3339 with +08:00 and dates `2025-03-19`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// When the clock began, UTC milliseconds.
    #[serde(with = "wire::instant")]
    pub start: i64,
    /// The limit that applies.
    pub limit: Limit,
    /// The last instant in time, UTC milliseconds; `None` while the clock stands.
    #[serde(with = "wire::instant_option")]
    pub due: Option<i64>,
    /// The same in civil time, `2025-03-19 23:59:59`; `暂停计时` while the clock stands.
    pub due_text: String,
    /// The days that counted; for limits in hours the days on which hours counted.
    #[serde(with = "wire::dates")]
    pub counted: Vec<Date>,
    /// The days passed over, with the reason of each.
    pub skipped: Vec<Skipped>,
    /// The counted days that are weekend days made up for (调休上班).
    #[serde(with = "wire::dates")]
    pub made_up: Vec<Date>,
    /// For limits in hours: the spans that counted.
    pub spans: Vec<Span>,
    /// For calendar days: the move off a rest day.
    pub moved: Option<Moved>,
    /// A year without a published calendar was met: 暂按周末与法定日计算.
    pub assumed: bool,
    /// The arithmetic in one Chinese sentence.
    pub sentence: String,
    /// The rule version that set the limit.
    pub rule: String,
    /// The calendar version that was counted by.
    pub calendar: String,
}

// For programs and the command line: to the second, where there are any.
fn exact_text(at: i64) -> String {
    let text = second_text(at);
    text.strip_suffix(":00").map_or(text.clone(), str::to_owned)
}

impl Explanation {
    pub(super) fn new(
        run: &Run<'_>,
        count: Count<'_>,
        rule: &str,
        calendar: &Calendar,
        sentence: String,
    ) -> Self {
        let dates = |days: Vec<i64>| days.into_iter().map(date_of).collect();
        let skipped = |(day, why): (i64, std::borrow::Cow<'_, str>)| Skipped {
            date: date_of(day),
            why: why.into_owned(),
        };
        Self {
            start: run.start,
            limit: run.limit,
            due: count.due,
            due_text: count.due.map_or_else(|| "暂停计时".to_owned(), exact_text),
            counted: dates(count.counted),
            skipped: count.skipped.into_iter().map(skipped).collect(),
            made_up: dates(count.made_up),
            spans: count.spans.into_iter().map(|(from, to)| Span { from, to }).collect(),
            moved: count.moved.map(|(from, to, why)| Moved {
                from: date_of(from),
                to: date_of(to),
                why: why.into_owned(),
            }),
            assumed: !count.assumed.is_empty(),
            sentence,
            rule: rule.to_owned(),
            calendar: calendar.version().to_owned(),
        }
    }
}
