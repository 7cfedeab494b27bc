//! The days of a deadline's arithmetic as marks to draw: start, counted, passed over, due.

use huitong_kernel::Ctx;
use huitong_kernel::clock::civil_date;
use huitong_kernel::deadline::{Explanation, hours};
use huitong_kernel::http::page::DayMark;
use huitong_kernel::pack::Definition;
use jiff::civil::Date;

use super::clocks;
use super::spine::RunningLimit;

/// Days that are drawn at most; a longer limit is said in its sentence only.
const DRAWN: usize = 70;

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
pub fn arithmetic(ctx: &Ctx, of: &Definition, clock: &RunningLimit) -> Arithmetic {
    let limit = of.limit(&clock.limit_key);
    let title = limit.map_or_else(|| clock.limit_key.clone(), |l| l.title.clone());
    let explained = clocks::explain(ctx, clock);
    let basis = limit.map(|limit| ctx.policy.ground(limit));
    Arithmetic {
        title,
        days: explained.as_ref().map(marks).unwrap_or_default(),
        sentence: explained.map_or_else(|| clocks::sentence(ctx, clock), |explained| explained.sentence),
        basis: basis.unwrap_or_default(),
    }
}

/// The days of a deadline from its first to its last, each with what it counts for.
pub fn marks(explained: &Explanation) -> Vec<DayMark> {
    let Some(due) = explained.due else { return Vec::new() };
    let (first, last) = (civil_date(explained.start), civil_date(due));
    let all: Vec<Date> =
        first.series(jiff::Span::new().days(1)).take_while(|d| *d <= last).take(DRAWN + 1).collect();
    if all.len() > DRAWN {
        return Vec::new();
    }
    all.into_iter().map(|day| mark(explained, day, first, last)).collect()
}

const WEEK: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

fn mark(explained: &Explanation, day: Date, first: Date, last: Date) -> DayMark {
    let nth = explained.counted.iter().position(|d| *d == day).map(|nth| nth + 1);
    let made_up = explained.made_up.contains(&day);
    let skipped = explained.skipped.iter().find(|s| s.date == day);
    let passed = hours_on(explained, day, last);
    let (kind, why) = match (nth, skipped) {
        (Some(_), _) if !passed.is_empty() => ("count", passed),
        (Some(nth), _) if made_up => ("work", format!("调休第{nth}日")),
        (Some(nth), _) => ("count", format!("第{nth}日")),
        (None, Some(skipped)) => ("skip", skipped.why.clone()),
        (None, None) if day == first => ("start", String::from("不计")),
        (None, None) => ("skip", String::from(if day == last { "顺延" } else { "不计" })),
    };
    let week = usize::try_from(day.weekday().to_monday_zero_offset()).ok().and_then(|n| WEEK.get(n));
    DayMark {
        month: if day == first || day.day() == 1 { format!("{}月", day.month()) } else { String::new() },
        day: day.day().to_string(),
        week: week.copied().unwrap_or_default(),
        kind: if day == last { "due" } else { kind },
        why,
    }
}

/// Time that counted on a day of a limit in hours: `3小时`, `2小时 30分`; "" for limits in days. Seconds that do not make a minute
/// are carried on, so that the days add up to the limit.
fn hours_on(explained: &Explanation, day: Date, last: Date) -> String {
    let counted = |until: &dyn Fn(Date) -> bool| {
        let spans = explained.spans.iter().filter(|s| until(civil_date(s.from)));
        spans.map(|s| s.to - s.from).sum::<i64>()
    };
    // A limit is whole minutes: its last day takes the remainder.
    let rounding = if day == last { 30_000 } else { 0 };
    let minutes = (counted(&|d| d <= day) + rounding) / 60_000 - counted(&|d| d < day) / 60_000;
    // A narrow cell breaks it at the one blank that is left.
    hours(minutes * 60_000).replace(" 小时", "小时").replace(" 分", "分")
}

#[cfg(test)]
mod tests {
    use huitong_codes::Calendar;
    use huitong_kernel::clock::parse_instant;
    use huitong_kernel::deadline::explain;

    use super::*;

    fn drawn(start: &str, limit: &str) -> String {
        let start = parse_instant(start).unwrap();
        let explained = explain(start, limit.parse().unwrap(), "test", Calendar::builtin());
        let marks = marks(&explained);
        marks
            .iter()
            .map(|d| format!("{}{}{}:{} {}", d.month, d.day, d.week, d.kind, d.why))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn working_days_skip_the_weekend_and_the_first_day() {
        assert_eq!(
            drawn("2025-03-14T09:30:00+08:00", "3 工作日"),
            "3月14五:start 不计|15六:skip 周末|16日:skip 周末|17一:count 第1日|18二:count 第2日|19三:due 第3日"
        );
    }

    #[test]
    fn working_hours_say_how_much_each_day_brought() {
        assert_eq!(
            drawn("2025-03-14T15:30:00+08:00", "4 工作小时"),
            "3月14五:count 1小时 30分|15六:skip 周末|16日:skip 周末|17一:due 2小时 30分"
        );
    }

    #[test]
    fn the_hours_of_the_days_add_up_to_the_limit() {
        assert_eq!(
            drawn("2025-03-14T15:56:21+08:00", "4 工作小时"),
            "3月14五:count 1小时 3分|15六:skip 周末|16日:skip 周末|17一:due 2小时 57分"
        );
    }

    #[test]
    fn a_limit_too_long_to_draw_is_only_said() {
        assert_eq!(drawn("2025-03-14T09:30:00+08:00", "200 日"), "");
    }
}
