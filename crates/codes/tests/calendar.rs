//! Working days: the published years day by day, years without a calendar, and importing later ones.

use huitong_codes::calendar::{Calendar, date_of, day_number};
use jiff::civil::{Date, date};
use proptest::prelude::*;

fn off_and_made_up(year: i16) -> (Vec<String>, Vec<String>) {
    let calendar = Calendar::builtin();
    let rules = calendar.rules(year).iter().map(|r| r.date);
    let text = |d: Date| format!("{:02}{:02}", d.month(), d.day());
    let mut days: Vec<Date> = rules.collect();
    days.sort();
    let (work, off): (Vec<Date>, Vec<Date>) = days.into_iter().partition(|d| calendar.is_working_day(*d));
    (off.into_iter().map(text).collect(), work.into_iter().map(text).collect())
}

fn span(from: Date, to: Date) -> Vec<String> {
    (day_number(from)..=day_number(to))
        .map(date_of)
        .map(|d| format!("{:02}{:02}", d.month(), d.day()))
        .collect()
}

#[test]
fn the_published_holidays_of_2024_to_2026() {
    let (off, work) = off_and_made_up(2025);
    let mut want = vec!["0101".to_owned()];
    want.extend(span(date(2025, 1, 28), date(2025, 2, 4)));
    want.extend(span(date(2025, 4, 4), date(2025, 4, 6)));
    want.extend(span(date(2025, 5, 1), date(2025, 5, 5)));
    want.extend(span(date(2025, 5, 31), date(2025, 6, 2)));
    want.extend(span(date(2025, 10, 1), date(2025, 10, 8)));
    assert_eq!((off, work), (want, ["0126", "0208", "0427", "0928", "1011"].map(String::from).to_vec()));

    let (off, work) = off_and_made_up(2026);
    let mut want = span(date(2026, 1, 1), date(2026, 1, 3));
    want.extend(span(date(2026, 2, 15), date(2026, 2, 23)));
    want.extend(span(date(2026, 4, 4), date(2026, 4, 6)));
    want.extend(span(date(2026, 5, 1), date(2026, 5, 5)));
    want.extend(span(date(2026, 6, 19), date(2026, 6, 21)));
    want.extend(span(date(2026, 9, 25), date(2026, 9, 27)));
    want.extend(span(date(2026, 10, 1), date(2026, 10, 7)));
    let made_up = ["0104", "0214", "0228", "0509", "0920", "1010"].map(String::from).to_vec();
    assert_eq!((off, work), (want, made_up));

    let (_, work) = off_and_made_up(2024);
    assert_eq!(work, ["0204", "0218", "0407", "0428", "0511", "0914", "0929", "1012"].map(String::from));
    let count = |y| Calendar::builtin().working_days_between(date(y, 1, 1), date(y, 12, 31));
    assert_eq!([count(2024), count(2025), count(2026)], [251, 248, 248]);
}

#[test]
fn a_day_says_why() {
    let calendar = Calendar::builtin();
    let why =
        |d| (calendar.day(d).working, calendar.day(d).why, calendar.day(d).holiday, calendar.day(d).assumed);
    assert_eq!(why(date(2025, 3, 14)), (true, "工作日", None, false));
    assert_eq!(why(date(2025, 3, 15)), (false, "周末", None, false));
    assert_eq!(why(date(2025, 10, 1)), (false, "国庆节", Some("国庆节"), false));
    assert_eq!(why(date(2025, 10, 6)), (false, "中秋节", Some("中秋节"), false));
    assert_eq!(why(date(2025, 9, 28)), (true, "调休上班", Some("国庆节"), false));
    assert_eq!(why(date(2027, 10, 1)), (false, "国庆节", Some("国庆节"), true));
    assert_eq!(why(date(2027, 10, 4)), (true, "工作日", None, true));
    assert_eq!(why(date(2027, 10, 9)), (false, "周末", None, true));
    assert_eq!(why(date(2022, 12, 31)), (false, "周末", None, true));
}

#[test]
fn counting_working_days() {
    let calendar = Calendar::builtin();
    assert_eq!(calendar.next_working_day(date(2025, 3, 14)), date(2025, 3, 17));
    assert_eq!(calendar.add_working_days(date(2025, 9, 26), 4), date(2025, 10, 9));
    assert_eq!(calendar.add_working_days(date(2025, 10, 9), -4), date(2025, 9, 26));
    assert_eq!(calendar.add_working_days(date(2025, 10, 9), 0), date(2025, 10, 9));
    assert_eq!(calendar.working_days_between(date(2025, 10, 9), date(2025, 10, 1)), 0);
}

#[test]
fn a_later_year_is_imported_and_the_gap_stays_assumed() {
    let text = "2028，放假，元旦，01-01~01-03\n2028,调休上班,元旦,01-08\n办公时间,08:30-12:00,14:00-18:00\n";
    let calendar = Calendar::builtin().extended("2028-试", text).unwrap();
    assert_eq!(calendar.version(), "2028-试");
    assert_eq!(calendar.years().collect::<Vec<_>>(), [2023, 2024, 2025, 2026, 2028]);
    assert_eq!(calendar.day(date(2028, 1, 3)).why, "元旦");
    assert!(calendar.is_working_day(date(2028, 1, 8)));
    assert!(calendar.day(date(2027, 6, 1)).assumed && !calendar.day(date(2028, 6, 1)).assumed);
    assert_eq!(calendar.office().daily_minutes(), 450);
    assert_eq!(Calendar::builtin().office().words(), "09:00–12:00、13:00–17:00");
}

#[test]
fn a_row_adds_to_a_year_or_corrects_it_and_never_replaces_it() {
    let shipped = Calendar::builtin();
    let changed = |text: &str| -> Vec<Date> {
        let new = shipped.extended("b", text).unwrap();
        let days = (day_number(date(2022, 1, 1))..day_number(date(2030, 1, 1))).map(date_of);
        days.filter(|day| new.is_working_day(*day) != shipped.is_working_day(*day)).collect()
    };
    assert_eq!(changed("2026,调休上班,元旦,12-26"), [date(2026, 12, 26)]);
    assert_eq!(changed("2026,放假,元旦,12-31"), [date(2026, 12, 31)]);
    assert_eq!(changed("2026,放假,国庆节,10-01~10-07"), [], "what is known already");
    assert_eq!(changed("2026,放假,春节,02-14"), [date(2026, 2, 14)], "no make-up day after all");
    assert_eq!(
        changed("2026,调休上班,春节,02-23"),
        [date(2026, 2, 23)],
        "a moved day off is worked after all"
    );
    assert_eq!(
        changed("2023,放假,元旦,12-29\n2026,放假,元旦,12-31"),
        [date(2023, 12, 29), date(2026, 12, 31)]
    );

    let rewritten = shipped.extended("c", "2026,放假,国庆节,10-01~10-05\n2026,重写").unwrap();
    let works = |day| rewritten.is_working_day(day);
    assert!(works(date(2026, 2, 23)) && works(date(2026, 10, 6)) && !works(date(2026, 10, 5)));
    assert!(!works(date(2026, 2, 17)) && !works(date(2026, 5, 2)), "the law stands whatever is rewritten");
}

#[test]
fn a_change_of_a_year_is_said() {
    let shipped = Calendar::builtin();
    let said = |text: &str, year| shipped.extended("b", text).unwrap().difference(shipped, year);
    assert_eq!(said("2026,放假,国庆节,10-01", 2026), None);
    assert_eq!(
        said("2026,调休上班,元旦,12-26", 2026).unwrap(),
        "2026 年与原来的安排不同：12月26日改为上班；工作日由 248 天变为 249 天"
    );
    let rewritten = said("2026,重写\n2026,调休上班,元旦,12-26", 2026).unwrap();
    assert!(
        rewritten.contains("2026 年少了 7 个节日（") && rewritten.contains("等 10 天改为上班"),
        "{rewritten}"
    );
    assert_eq!(said("2026,重写\n2026,调休上班,元旦,12-26", 2025), None);
}

#[test]
fn the_days_of_the_law_are_off_in_every_year_published_or_not() {
    let calendar = Calendar::builtin();
    let off = |year: i16| -> Vec<Date> {
        let days = (day_number(date(year, 1, 1))..=day_number(date(year, 12, 31))).map(date_of);
        let weekday = |day: &Date| day.weekday().to_monday_zero_offset() < 5;
        days.filter(|day| weekday(day) && !calendar.is_working_day(*day)).collect()
    };
    let days = |year, days: &[(i8, i8)]| days.iter().map(|(m, d)| date(year, *m, *d)).collect::<Vec<_>>();
    // 2027: 1 May, 2 May, 2 October, 3 October and two days of 春节 fall on weekends.
    assert_eq!(off(2027), days(2027, &[(1, 1), (2, 5), (2, 8), (4, 5), (6, 9), (9, 15), (10, 1)]));
    assert_eq!(calendar.day(date(2027, 2, 6)).why, "春节");
    assert_eq!(off(2150), days(2150, &[(1, 1), (5, 1), (10, 1), (10, 2)]), "beyond the table of the moon");
    assert_eq!(off(2000), [], "before the law as it is read here");
    for year in 2023..=2026 {
        let sum = calendar.working_days_between(date(year, 1, 1), date(year, 12, 31));
        assert_eq!(Calendar::due_working_days(year), Some(sum), "{year}");
        // Every published day off by law is called as the law calls it.
        let law = Calendar::by_law("");
        for day in (day_number(date(year, 1, 1))..=day_number(date(year, 12, 31))).map(date_of) {
            if let Some(holiday) = law.day(day).holiday {
                assert_eq!(calendar.day(day).holiday, Some(holiday), "{day}");
                assert!(!calendar.is_working_day(day), "{day}");
            }
        }
    }
    assert_eq!(Calendar::due_working_days(2027), Some(248));
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let text = "# 说明\n2027,放假,元旦\n2027,休息,元旦,01-01\n27,放假,元旦,01-01\n2027,放假,元旦,02-30\n\
                2027,调休上班,元旦,01-04\n2027,放假,元旦,01-03~01-01\n2027,放假,元旦,01-01\n2027,放假,元旦,01-01\n\
                2027,放假,国庆节,10-01~12-01\n办公时间,12:00-09:00\n2027,放假,,05-01\n\
                2027,调休上班,国庆节,10-02\n2026,重写\n2026,重写,国庆节\n";
    let errors = Calendar::parse("x", text).unwrap_err();
    let found: Vec<(usize, &str)> = errors.iter().map(|e| (e.line, e.message.as_str())).collect();
    let want = [
        (2, "没有日期"),
        (3, "请写“放假”或“调休上班”"),
        (4, "年份“27”不对"),
        (5, "日期“02-30”不存在"),
        (6, "是周一，本来就上班"),
        (7, "先后颠倒"),
        (9, "在第8行已经写过"),
        (10, "超过31天"),
        (11, "先后颠倒或与前一段重叠"),
        (12, "节日名称为空"),
        (13, "是法定节假日（国庆节）"),
        (14, "没有写2026年的放假和调休上班"),
        (15, "只写年份"),
    ];
    assert_eq!(found.len(), want.len(), "{found:#?}");
    for ((line, message), (want_line, part)) in found.iter().zip(want) {
        assert!(*line == want_line && message.contains(part), "line {line}: {message}; wanted {part}");
    }
    assert!(Calendar::parse("x", "").unwrap_err()[0].message.contains("日历为空"));
}

proptest! {
    #[test]
    fn prefix_counts_agree_with_counting(start in 16_000i64..26_000, length in 0i64..900) {
        let with_gap = Calendar::builtin().extended("gap", "2030,放假,元旦,01-01").unwrap();
        for calendar in [Calendar::builtin(), &with_gap, &Calendar::by_law("w")] {
            let counted = (start..=start + length).filter(|d| calendar.works_at(*d)).count();
            let quick = calendar.working_days_between(date_of(start), date_of(start + length));
            prop_assert_eq!(quick, i64::try_from(counted).unwrap());
        }
    }

    #[test]
    fn adding_working_days_passes_exactly_so_many(start in 16_000i64..26_000, n in 1i32..200) {
        let calendar = Calendar::builtin();
        let end = calendar.add_working_days(date_of(start), n);
        prop_assert!(calendar.is_working_day(end));
        prop_assert_eq!(calendar.working_days_between(date_of(start + 1), end), i64::from(n));
    }
}
