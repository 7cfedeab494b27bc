//! Deadlines by example, as policy words them; the properties stand beside.

mod properties;

use huitong_codes::Calendar;

use super::{
    Clock, DeadlineError, Event, Explanation, Limit, Measure, Pace, Urgency, brief, due, due_text, explain,
    explain_clock, filed_text, length, office_note, parse_instant, remaining, rfc3339,
};

pub(super) fn at(text: &str) -> i64 {
    parse_instant(text).unwrap()
}

fn say(start: &str, limit: &str) -> Explanation {
    explain(at(start), limit.parse().unwrap(), "规则1", Calendar::builtin())
}

fn clock(limit: &str, events: Vec<Event>) -> Clock {
    Clock { limit: limit.parse().unwrap(), rule: "规则1".into(), calendar: "2023-2026".into(), events }
}

fn tell(limit: &str, events: Vec<Event>) -> Explanation {
    explain_clock(&clock(limit, events), &[Calendar::builtin()]).unwrap()
}

fn start(text: &str) -> Event {
    Event::Start { at: at(text) }
}

fn pause(text: &str) -> Event {
    Event::Pause { at: at(text), why: "待补充材料".into() }
}

fn resume(text: &str) -> Event {
    Event::Resume { at: at(text) }
}

#[test]
fn three_working_days_over_a_weekend() {
    let found = say("2025-03-14 09:30", "3 工作日");
    assert_eq!(
        found.sentence,
        "自 2025-03-14（周五）09:30 起，3 个工作日，从下一工作日起算：3月17日、18日、19日，\
         跳过 3月15日、16日（周末）；于 3月19日 24:00 到期（办公时间截至17:00）。"
    );
    assert_eq!(found.due, Some(at("2025-03-19T23:59:59+08:00")));
    assert_eq!((found.due_text.as_str(), found.assumed), ("2025-03-19 23:59:59", false));
}

#[test]
fn working_days_over_a_holiday_with_a_made_up_sunday() {
    let found = say("2025-09-26 16:00", "7 工作日");
    assert_eq!(
        found.sentence,
        "自 2025-09-26（周五）16:00 起，7 个工作日，从下一工作日起算：9月28日、29日、30日、10月9日、10日、11日、13日，\
         跳过 9月27日、10月12日（周末），10月1日至5日、7日、8日（国庆节），10月6日（中秋节）；\
         其中 9月28日（周日）、10月11日（周六）调休上班，计入；于 10月13日 24:00 到期（办公时间截至17:00）。"
    );
}

#[test]
fn a_start_on_a_rest_day_or_at_night_counts_from_the_next_working_day() {
    for start in ["2025-03-15 10:00", "2025-03-16 23:59:59.999", "2025-03-14 00:00", "2025-03-14 23:59:59"] {
        assert_eq!(say(start, "1 工作日").due_text, "2025-03-17 23:59:59", "{start}");
    }
}

#[test]
fn long_limits_give_sums_and_years_are_said_when_they_change() {
    let found = say("2025-12-30 10:00", "3 工作日");
    assert!(
        found.sentence.contains("：12月31日、2026年1月4日、5日，跳过 2026年1月1日、2日、3日（元旦）"),
        "{found:?}"
    );
    let long = say("2025-03-14 09:30", "60 工作日").sentence;
    assert!(
        long.contains(
            "：3月17日至6月12日间的 60 个工作日，跳过 周末 19 天，清明节 3 天，劳动节 5 天，端午节 3 天；"
        ),
        "{long}"
    );
}

#[test]
fn a_year_without_calendar_is_marked() {
    let found = say("2026-12-30 10:00", "3 工作日");
    assert!(found.assumed);
    assert_eq!(found.due_text, "2027-01-05 23:59:59");
    assert!(found.sentence.contains("2027年1月1日（元旦）"), "{}", found.sentence);
    assert!(found.sentence.contains("2027年节假日安排未发布，暂按周末与法定日计算"));
}

#[test]
fn calendar_days_that_end_on_a_rest_day_move_and_say_so() {
    let found = say("2025-03-14 09:30", "15 日");
    assert_eq!(
        found.sentence,
        "自 2025-03-14（周五）09:30 起，15 日，从次日起连续计算：3月15日至29日；\
         最后一日 3月29日（周六）为休息日（周末），顺延至下一工作日 3月31日；于 3月31日 24:00 到期。"
    );
    assert_eq!(found.counted.len(), 15);
    assert_eq!(found.skipped.len(), 1, "30 March lies between the last day and the day it moved to");
    let holiday = say("2025-09-29 09:00", "2 日");
    assert!(
        holiday.sentence.contains("为休息日（国庆节），顺延至下一工作日 10月9日"),
        "{}",
        holiday.sentence
    );
    assert_eq!(say("2025-03-14 09:30", "14 日").moved, None);
}

#[test]
fn hours_go_by_the_clock_and_never_move() {
    let found = say("2025-03-14 23:00", "2 小时");
    assert_eq!(
        found.sentence,
        "自 2025-03-14（周五）23:00 起，2 小时，按钟点连续计算，不分节假日；于 3月15日 01:00 到期。"
    );
    assert_eq!(found.counted.len(), 2);
}

#[test]
fn working_hours_are_office_hours() {
    let found = say("2025-03-14 09:30", "4 工作小时");
    assert_eq!(
        found.sentence,
        "自 2025-03-14（周五）09:30 起，4 个工作小时，只计工作日的办公时间（09:00–12:00、13:00–17:00）：\
         3月14日 09:30–12:00、13:00–14:30；于 3月14日 14:30 到期。"
    );
    let over = say("2025-03-14 16:00", "2 工作小时");
    assert!(
        over.sentence.contains("：3月14日 16:00–17:00、3月17日 09:00–10:00，跳过 3月15日、16日（周末）；"),
        "{}",
        over.sentence
    );
    assert_eq!(say("2025-03-17 09:00", "7 工作小时").due_text, "2025-03-17 17:00");
    assert_eq!(say("2025-03-17 12:30", "1 工作小时").due_text, "2025-03-17 14:00");
    let evening = say("2025-03-14 18:00", "1 工作小时");
    assert_eq!(evening.due_text, "2025-03-17 10:00");
    assert_eq!(evening.skipped[0].why, "当日办公时间已过");
}

#[test]
fn a_pause_puts_off_the_due_day_by_the_working_days_it_lasted() {
    let history = vec![start("2025-03-14 09:30"), pause("2025-03-18 15:00"), resume("2025-03-20 10:00")];
    let found = tell("3 工作日", history);
    assert_eq!(
        found.sentence,
        "自 2025-03-14（周五）09:30 起，3 个工作日，从下一工作日起算：3月17日、20日、21日，\
         跳过 3月15日、16日（周末），3月18日、19日（暂停计时：待补充材料）；于 3月21日 24:00 到期（办公时间截至17:00）。"
    );
    let same_day = vec![start("2025-03-14 09:30"), pause("2025-03-18 10:00"), resume("2025-03-18 15:00")];
    assert_eq!(tell("3 工作日", same_day).due_text, "2025-03-19 23:59:59");
}

#[test]
fn a_standing_clock_has_no_due_instant() {
    let history = vec![start("2025-03-14 09:30"), pause("2025-03-18 15:00")];
    for limit in ["3 工作日", "15 日", "200 小时", "30 工作小时"] {
        let found = tell(limit, history.clone());
        assert_eq!((found.due, found.due_text.as_str()), (None, "暂停计时"), "{limit}");
        assert!(found.sentence.ends_with("；目前暂停计时，恢复后继续计算。"), "{}", found.sentence);
    }
    assert_eq!(tell("1 工作日", history).due_text, "2025-03-17 23:59:59", "it fell due before the pause");
}

#[test]
fn hours_stand_still_exactly_while_paused() {
    let history = vec![start("2025-03-14 10:00"), pause("2025-03-14 11:00"), resume("2025-03-14 13:30")];
    let found = tell("2 小时", history.clone());
    assert!(
        found
            .sentence
            .contains("，2025-03-14 11:00 至 2025-03-14 13:30 暂停（待补充材料）；于 3月14日 14:30 到期")
    );
    assert_eq!(tell("2 工作小时", history).due_text, "2025-03-14 14:30");
}

#[test]
fn a_change_of_rule_counts_the_new_limit_from_the_same_start() {
    let rule =
        Event::Rule { at: at("2025-03-18 10:00"), limit: Limit::WorkingDays(7), version: "规则2".into() };
    let found = tell("15 工作日", vec![start("2025-03-14 09:30"), rule]);
    assert_eq!((found.due_text.as_str(), found.rule.as_str()), ("2025-03-25 23:59:59", "规则2"));
    assert!(
        found.sentence.contains("时限已于 2025-03-18 10:00 由 15 个工作日改为 7 个工作日（规则 规则2）"),
        "{}",
        found.sentence
    );
}

#[test]
fn a_new_calendar_recounts_and_an_unknown_one_is_refused() {
    let published = Calendar::builtin().extended("2027版", "2027,放假,元旦,01-01~01-04\n").unwrap();
    let change = Event::Calendar { at: at("2026-12-31 10:00"), version: "2027版".into() };
    let clock = clock("3 工作日", vec![start("2026-12-29 10:00"), change]);
    let found = explain_clock(&clock, &[Calendar::builtin(), &published]).unwrap();
    assert_eq!((found.due_text.as_str(), found.calendar.as_str()), ("2027-01-05 23:59:59", "2027版"));
    assert!(!found.assumed);
    assert!(found.sentence.contains("2026-12-31 10:00 起按工作日历“2027版”重新推算"));
    let error = explain_clock(&clock, &[Calendar::builtin()]).unwrap_err();
    assert_eq!(error, DeadlineError::UnknownCalendar("2027版".into()));
    assert!(error.to_string().contains("请先导入"));
    let unstarted = Clock { events: vec![Event::Comment { at: 0 }], ..clock };
    assert_eq!(explain_clock(&unstarted, &[Calendar::builtin()]), Err(DeadlineError::NotStarted));
}

#[test]
fn a_limit_reads_and_writes_itself() {
    for text in ["3 工作日", "15 日", "2 小时", "4 工作小时"] {
        assert_eq!(text.parse::<Limit>().unwrap().to_string(), text);
    }
    assert_eq!("３个工作日".parse(), Ok(Limit::WorkingDays(3)));
    assert_eq!("0.5 工作日".parse(), Ok(Limit::WorkingHours(4)));
    assert_eq!("30天".parse(), Ok(Limit::Days(30)));
    for wrong in ["", "工作日", "3", "0 日", "3 周", "-1 日", "40000 日", "99999999999 小时"] {
        assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
    }
}

#[test]
fn json_is_what_the_command_prints() {
    let found = say("2025-03-14 09:30", "3 工作日");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["due"], "2025-03-19T23:59:59+08:00");
    assert_eq!(json["counted"], serde_json::json!(["2025-03-17", "2025-03-18", "2025-03-19"]));
    assert_eq!(json["skipped"][0], serde_json::json!({"date": "2025-03-15", "why": "周末"}));
    assert_eq!(json["limit"], "3 工作日");
    assert_eq!(serde_json::from_value::<Explanation>(json).unwrap(), found);
    let event = pause("2025-03-14 09:30");
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
    let odd = at("2025-03-14T01:30:15.25Z");
    assert_eq!(rfc3339(odd), "2025-03-14T09:30:15.250+08:00");
    assert_eq!(at(&rfc3339(odd)), odd);
    assert!(parse_instant("明天").unwrap_err().contains("应形如"));
    assert_eq!(at("2025-03-14"), at("2025-03-13T16:00:00Z"));
}

#[test]
fn what_is_left_is_said_in_the_time_of_the_limit() {
    let said = |pace: Pace, now: &str, due: &str| {
        let left = remaining(at(now), at(due), Measure { pace, ..Measure::default() }, Calendar::builtin());
        (left.words, left.state)
    };
    let office = |now: &str| said(Pace::Office, now, "2025-03-19 23:59:59");
    assert_eq!(office("2025-03-18 14:00"), ("剩 1 个工作日 3 小时".into(), Urgency::Calm));
    assert_eq!(office("2025-03-18 17:00"), ("剩 1 个工作日".into(), Urgency::Calm));
    assert_eq!(office("2025-03-19 09:00"), ("剩 1 个工作日".into(), Urgency::Calm));
    assert_eq!(office("2025-03-19 11:00"), ("剩 5 小时".into(), Urgency::Calm));
    assert_eq!(office("2025-03-19 13:00"), ("剩 4 小时".into(), Urgency::Calm));
    assert_eq!(office("2025-03-19 13:36"), ("剩 3 小时 24 分".into(), Urgency::Soon));
    assert_eq!(office("2025-03-19 16:07:20"), ("剩 52 分钟".into(), Urgency::Soon));
    assert_eq!(office("2025-03-19 20:00"), ("今日 24:00 到期".into(), Urgency::Soon));
    assert_eq!(office("2025-03-19 23:59:59.900"), ("今日 24:00 到期".into(), Urgency::Soon));
    assert_eq!(office("2025-03-20 00:00"), ("已超期".into(), Urgency::Overdue));
    assert_eq!(office("2025-03-20 15:12"), ("已超期 5 小时 12 分".into(), Urgency::Overdue));
    assert_eq!(office("2025-03-24 10:00"), ("已超期 2 个工作日 1 小时".into(), Urgency::Overdue));
    let weekend = said(Pace::Office, "2025-03-14 20:00", "2025-03-15 12:00");
    assert_eq!(weekend.0, "3月15日 12:00 到期");
    let clock = |now: &str| said(Pace::Clock, now, "2025-03-16 23:59:59");
    assert_eq!(clock("2025-03-14 20:00"), ("剩 2 天 4 小时".into(), Urgency::Calm));
    assert_eq!(clock("2025-03-16 20:00"), ("剩 4 小时".into(), Urgency::Soon));
    assert_eq!(clock("2025-03-18 00:00"), ("已超期 1 天".into(), Urgency::Overdue));
    let left =
        remaining(at("2025-03-18 14:00"), at("2025-03-19 23:59:59"), Measure::default(), Calendar::builtin());
    assert_eq!(brief(&left.words), "剩1个工作日3小时");
}

#[test]
fn due_instants_are_said_to_the_minute() {
    let now = at("2025-03-14 09:30");
    for (due, said, note) in [
        ("2025-03-17 23:59:59", "3月17日 24:00", "（办公时间截至17:00）"),
        ("2025-03-17 11:43:06", "3月17日 11:43", ""),
        ("2026-01-05 17:00", "2026年1月5日 17:00", ""),
    ] {
        assert_eq!(due_text(at(due), now), said);
        let year = if said.contains('年') { "" } else { "2025年" };
        assert_eq!(filed_text(at(due)), format!("{year}{said}"));
        assert_eq!(office_note(at(due), Pace::Office, Calendar::builtin()), note);
        assert_eq!(office_note(at(due), Pace::Clock, Calendar::builtin()), "");
    }
    assert_eq!(length(59_999, Pace::Office, Calendar::builtin()), "");
    assert_eq!(length(8_460_000, Pace::Office, Calendar::builtin()), "2 小时 21 分");
    let begun = say("2025-03-14 15:43:06", "4 工作小时");
    assert!(
        begun.sentence.contains("15:43 起") && begun.sentence.contains("15:43–17:00"),
        "{}",
        begun.sentence
    );
    assert!(begun.sentence.ends_with("于 3月17日 11:43 到期。"), "{}", begun.sentence);
    assert_eq!(begun.due, Some(at("2025-03-17 11:43:06")));
}

#[test]
fn the_due_instant_alone_equals_the_explained_one() {
    for limit in [Limit::WorkingDays(15), Limit::Days(60), Limit::Hours(2), Limit::WorkingHours(4)] {
        let start = at("2025-09-26 11:20");
        assert_eq!(
            Some(due(start, limit, Calendar::builtin())),
            explain(start, limit, "", Calendar::builtin()).due
        );
    }
}
