//! The days of a deadline's arithmetic as marks to draw: start, counted, passed over, due.

use huitong_kernel::Ctx;
use huitong_kernel::clock::civil_date;
use huitong_kernel::deadline::{self, Explanation};
use huitong_kernel::http::page::DayMark;
use huitong_kernel::pack::Pack;
use jiff::civil::Date;

use super::model::RunningLimit;

/// A limit with its sentence and its days, ready to draw.
#[derive(Debug, Clone, Default)]
pub struct Arithmetic {
    /// Name of the limit.
    pub title: String,
    /// The arithmetic in one sentence.
    pub sentence: String,
    /// The days.
    pub days: Vec<DayMark>,
    /// Where the rule comes from, with its standing.
    pub basis: String,
}

/// Explains a clock from its pinned rule.
pub fn arithmetic(ctx: &Ctx, pack: &Pack, clock: &RunningLimit) -> Arithmetic {
    let limit = pack.limit(&clock.limit_key);
    let title = limit.map_or_else(|| clock.limit_key.clone(), |l| l.title.clone());
    let Ok(length) = clock.rule.parse() else { return Arithmetic { title, ..Arithmetic::default() } };
    let explained = deadline::explain(clock.started_at, length, &clock.pack, ctx.calendar());
    let basis = limit.map(|l| format!("{}（{}）", l.source.basis, l.source.standing()));
    Arithmetic {
        title,
        days: marks(&explained),
        sentence: explained.sentence,
        basis: basis.unwrap_or_default(),
    }
}

/// The days from the start to the due day, each with its reason.
pub fn marks(explained: &Explanation) -> Vec<DayMark> {
    let start = civil_date(explained.start);
    let due = explained.due.map(civil_date);
    let mut days: Vec<(Date, &'static str, String)> = Vec::new();
    for (nth, &day) in explained.counted.iter().enumerate() {
        let kind = if Some(day) == due { "due" } else { "count" };
        let worked = if explained.made_up.contains(&day) { "调休上班·" } else { "" };
        days.push((day, kind, format!("{worked}第{}日", nth + 1)));
    }
    for skipped in &explained.skipped {
        days.push((skipped.date, "skip", skipped.why.clone()));
    }
    if let Some(due) = due.filter(|due| !days.iter().any(|(day, ..)| day == due)) {
        days.push((due, "due", String::new()));
    }
    if !days.iter().any(|(day, ..)| *day == start) {
        days.push((start, "start", String::from("当日不计")));
    }
    days.sort_by_key(|(day, ..)| *day);
    days.dedup_by_key(|(day, ..)| *day);
    let first = days.first().map(|(day, ..)| *day);
    days.into_iter().map(|(day, kind, why)| mark(day, kind, why, first == Some(day))).collect()
}

fn mark(day: Date, kind: &'static str, why: String, first: bool) -> DayMark {
    let week = ["一", "二", "三", "四", "五", "六", "日"];
    let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = if first || day.day() == 1 { format!("{}月", day.month()) } else { String::new() };
    DayMark { month, day: day.day().to_string(), week: week[place], kind, why }
}
