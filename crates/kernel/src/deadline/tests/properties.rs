//! Properties of deadlines over generated histories: holidays, make-up days, nights, year ends, unpublished years, pauses, changes.

use std::sync::LazyLock;

use huitong_codes::Calendar;
use huitong_codes::calendar::{date_of, day_number};
use jiff::civil::Date;
use proptest::prelude::*;

use super::super::civil::{HOUR, day_of, end_of};
use super::super::{Clock, Event, Explanation, Limit, Measure, Pace, explain, explain_clock, remaining};
use super::at;

// A later version: other office hours, one more published year, one replaced.
static LATER: LazyLock<Calendar> = LazyLock::new(|| {
    let text = "2026,放假,春节,02-16~02-20\n2027,放假,元旦,01-01~01-03\n2027,调休上班,元旦,01-09\n\
                办公时间,08:30-12:00,14:00-18:00\n";
    Calendar::builtin().extended("later", text).unwrap()
});

fn calendars() -> [&'static Calendar; 2] {
    [Calendar::builtin(), &LATER]
}

fn calendar_of(found: &Explanation) -> &'static Calendar {
    calendars().into_iter().find(|c| c.version() == found.calendar).unwrap()
}

// Instants from mid-2024 to the unpublished spring of 2027; half of them near a turn of the year or a holiday.
fn instant() -> impl Strategy<Value = i64> {
    let anywhere = at("2024-06-01")..at("2027-04-01");
    let hot = prop::sample::select(vec![
        "2024-12-30",
        "2025-01-25",
        "2025-09-26",
        "2025-12-30",
        "2026-02-12",
        "2026-12-29",
    ]);
    prop_oneof![anywhere, (hot, 0..12 * 24 * HOUR).prop_map(|(day, after)| at(day) + after)]
}

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1u32..40).prop_map(Limit::WorkingDays),
        (1u32..90).prop_map(Limit::Days),
        (1u32..200).prop_map(Limit::Hours),
        (1u32..60).prop_map(Limit::WorkingHours),
    ]
}

fn later_event(start: i64) -> impl Strategy<Value = Event> {
    let when = (0..40 * 24 * HOUR).prop_map(move |after| start + after);
    (when, limit(), 0..10u8).prop_map(|(at, limit, kind)| match kind {
        0..3 => Event::Pause { at, why: "待补充材料".into() },
        3..6 => Event::Resume { at },
        6 => Event::Rule { at, limit, version: "规则2".into() },
        7 => Event::Calendar { at, version: "later".into() },
        _ => Event::Comment { at },
    })
}

prop_compose! {
    fn history()(start in instant(), limit in limit())
        (events in prop::collection::vec(later_event(start), 0..8), start in Just(start), limit in Just(limit), ends in any::<bool>())
        -> Clock {
        let mut events = events;
        events.push(Event::Start { at: start });
        if ends {
            // Beyond every generated instant, so that no pause stays open.
            events.push(Event::Resume { at: start + 41 * 24 * HOUR });
        }
        Clock { limit, rule: "规则1".into(), calendar: "2023-2026".into(), events }
    }
}

fn told(clock: &Clock) -> Explanation {
    explain_clock(clock, &calendars()).unwrap()
}

fn sorted_days(found: &Explanation) -> Vec<i64> {
    let skipped = found.skipped.iter().map(|s| s.date);
    let mut days: Vec<i64> = found.counted.iter().copied().chain(skipped).map(day_number).collect();
    days.sort_unstable();
    days
}

fn is_row(days: &[i64]) -> bool {
    days.windows(2).all(|w| w[1] == w[0] + 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_same_history_gives_the_same_answer_in_any_order_of_telling(clock in history()) {
        let found = told(&clock);
        prop_assert_eq!(&told(&clock.clone()), &found);
        let mut sorted = clock;
        sorted.events.sort_by_key(Event::at);
        prop_assert_eq!(told(&sorted), found);
    }

    #[test]
    fn a_comment_never_touches_a_clock(clock in history(), comments in prop::collection::vec(instant(), 1..6)) {
        let mut with = clock.clone();
        for (i, at) in comments.into_iter().enumerate() {
            with.events.insert((i * 2).min(with.events.len()), Event::Comment { at });
        }
        prop_assert_eq!(told(&with), told(&clock));
    }

    #[test]
    fn a_second_start_restarts_nothing(clock in history(), after in 0..30 * 24 * HOUR) {
        let first = told(&clock);
        let mut with = clock;
        with.events.push(Event::Start { at: first.start + after });
        prop_assert_eq!(told(&with), first);
    }

    #[test]
    fn working_days_count_exactly_and_lie_in_a_row_with_what_is_skipped(clock in history()) {
        let found = told(&clock);
        let calendar = calendar_of(&found);
        let days = sorted_days(&found);
        prop_assert!(is_row(&days), "counted and skipped together leave no gap and no doublet");
        let Limit::WorkingDays(n) = found.limit else { return Ok(()) };
        prop_assert!(found.counted.iter().all(|d| calendar.is_working_day(*d)));
        if let Some(first) = days.first() {
            prop_assert_eq!(*first, day_of(found.start) + 1);
        }
        if let Some(due) = found.due {
            prop_assert_eq!(found.counted.len(), n as usize);
            prop_assert_eq!(due, end_of(day_of(due)));
            prop_assert_eq!(found.counted.last().copied(), Some(date_of(day_of(due))));
        } else {
            prop_assert!(found.counted.len() < n as usize);
        }
        for skipped in &found.skipped {
            let day = calendar.day(skipped.date);
            let why = if day.working { "暂停计时：待补充材料" } else { day.why };
            prop_assert_eq!(&skipped.why, why);
        }
    }

    #[test]
    fn calendar_days_end_on_a_working_day(clock in history()) {
        let found = told(&clock);
        let (Limit::Days(n), Some(due)) = (found.limit, found.due) else { return Ok(()) };
        prop_assert_eq!(found.counted.len(), n as usize);
        prop_assert!(calendar_of(&found).works_at(day_of(due)));
        let last = found.moved.as_ref().map_or_else(|| date_of(day_of(due)), |m| m.from);
        prop_assert_eq!(found.counted.last().copied(), Some(last));
        if let Some(moved) = &found.moved {
            prop_assert!(!calendar_of(&found).is_working_day(moved.from));
            prop_assert_eq!(moved.to, date_of(day_of(due)));
        }
    }

    #[test]
    fn hours_use_up_exactly_their_length_outside_pauses(clock in history()) {
        let found = told(&clock);
        let (Limit::Hours(n) | Limit::WorkingHours(n)) = found.limit else { return Ok(()) };
        let used: i64 = found.spans.iter().map(|s| s.to - s.from).sum();
        let need = i64::from(n) * HOUR;
        prop_assert!(used == need || (found.due.is_none() && used < need));
        prop_assert!(found.spans.windows(2).all(|w| w[0].to <= w[1].from));
        prop_assert_eq!(found.spans.last().map(|s| s.to).filter(|_| found.due.is_some()), found.due);
        if let Limit::WorkingHours(_) = found.limit {
            let calendar = calendar_of(&found);
            for span in &found.spans {
                prop_assert_eq!(Pace::Office.between(span.from, span.to, calendar), span.to - span.from);
            }
        }
    }

    #[test]
    fn a_later_start_is_never_due_earlier(start in instant(), after in 0..20 * 24 * HOUR, limit in limit()) {
        let due = |start| explain(start, limit, "", Calendar::builtin()).due.unwrap();
        prop_assert!(due(start + after) >= due(start));
        prop_assert!(due(start) >= start);
    }

    #[test]
    fn a_longer_limit_is_never_due_earlier(start in instant(), n in 1u32..60, more in 0u32..30) {
        for unit in [Limit::WorkingDays, Limit::Days, Limit::Hours, Limit::WorkingHours] {
            let due = |n| explain(start, unit(n), "", Calendar::builtin()).due.unwrap();
            prop_assert!(due(n + more) >= due(n));
        }
    }

    #[test]
    fn a_pause_never_brings_the_due_instant_forward(start in instant(), limit in limit(), from in 0..20 * 24 * HOUR, length in 0..20 * 24 * HOUR) {
        let events = vec![
            Event::Start { at: start },
            Event::Pause { at: start + from, why: String::new() },
            Event::Resume { at: start + from + length },
        ];
        let clock = Clock { limit, rule: String::new(), calendar: "2023-2026".into(), events };
        prop_assert!(told(&clock).due.unwrap() >= explain(start, limit, "", Calendar::builtin()).due.unwrap());
    }

    #[test]
    fn a_change_of_rule_equals_having_begun_under_it(clock in history(), new in limit()) {
        let mut changed = clock.clone();
        let last = changed.events.iter().map(Event::at).max().unwrap();
        changed.events.push(Event::Rule { at: last, limit: new, version: "规则3".into() });
        let mut from_start = clock;
        from_start.limit = new;
        from_start.events.retain(|e| !matches!(e, Event::Rule { .. }));
        prop_assert_eq!(told(&changed).due, told(&from_start).due);
        prop_assert_eq!(told(&changed).rule, "规则3");
    }

    #[test]
    fn an_unpublished_year_is_said_exactly_where_it_was_met(start in instant(), n in 1u32..40) {
        let found = explain(start, Limit::WorkingDays(n), "", Calendar::builtin());
        let met = sorted_days(&found).into_iter().map(date_of).any(|d: Date| d.year() > 2026);
        prop_assert_eq!(found.assumed, met);
        prop_assert_eq!(found.sentence.contains("暂按周末与法定日计算"), met);
    }

    #[test]
    fn working_time_adds_up_and_agrees_with_limits(start in instant(), mid in instant(), n in 1u32..60) {
        for calendar in calendars() {
            let end = explain(start, Limit::WorkingHours(n), "", calendar).due.unwrap();
            prop_assert_eq!(Pace::Office.between(start, end, calendar), i64::from(n) * HOUR);
            let parts = Pace::Office.between(start, mid, calendar) + Pace::Office.between(mid, end, calendar);
            prop_assert_eq!(parts, i64::from(n) * HOUR);
            let left = remaining(mid, end, Measure::default(), calendar);
            prop_assert_eq!(left.words.contains("已超期"), mid / 1000 > end / 1000);
        }
    }

    #[test]
    fn no_instant_and_no_limit_breaks_the_arithmetic(start in any::<i64>(), n in any::<u32>(), to in any::<i64>()) {
        let n = n % 4_000;
        for limit in [Limit::WorkingDays(n), Limit::Days(n), Limit::Hours(n), Limit::WorkingHours(n)] {
            let found = explain(start, limit, "", Calendar::builtin());
            prop_assert!(found.due.is_some() && found.sentence.contains(" 到期"));
        }
        prop_assert!(!remaining(start, to, Measure::default(), Calendar::builtin()).words.is_empty());
    }
}
