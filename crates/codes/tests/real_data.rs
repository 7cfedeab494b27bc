//! Agreement with the test material, where it is at hand; otherwise each test says that it was skipped.

use std::path::PathBuf;

use huitong_codes::check::{Kind, check};
use huitong_codes::{Calendar, Uscc, division, industry};
use jiff::civil::{Date, date};

fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let place = std::env::var_os("HUITONG_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(place.join(file)) else {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: no {file} in {} (set HUITONG_TEST_DATA)", place.display());
        }
        return None;
    };
    // These files quote only cells after the columns that are read here.
    Some(text.lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect())
}

// The source shortens three names.
fn full(name: &str) -> &str {
    match name {
        "清明" => "清明节",
        "端午" => "端午节",
        "中秋" => "中秋节",
        other => other,
    }
}

#[test]
fn the_calendar_equals_two_published_packages_on_every_day() {
    let Some(rows) = rows("codes/workday_calendar_2023_2026.csv") else { return };
    assert_eq!(rows.len(), 1461);
    for row in rows {
        let day: Date = row[0].parse().unwrap();
        let found = Calendar::builtin().day(day);
        let (why, holiday) = match row[3].as_str() {
            "法定放假" => (full(&row[4]), Some(full(&row[4]))),
            "调休上班" => ("调休上班", Some(full(&row[4]))),
            kind => (kind, None),
        };
        let want = (row[2] == "1", why, holiday, false);
        assert_eq!((found.working, found.why, found.holiday, found.assumed), want, "{day}");
    }
}

#[test]
fn every_division_and_industry_of_the_source_is_found() {
    let Some(counties) = rows("codes/china_divisions_county_2023.csv") else { return };
    for row in counties {
        assert!(division::parse(&row[0]).is_ok_and(|d| d.name == row[3]), "{}", row[0]);
    }
    let Some(chengdu) = rows("codes/chengdu_divisions_2023.csv") else { return };
    for row in chengdu.iter().filter(|r| r[1] != "村级") {
        assert!(division::parse(&row[0]).is_ok_and(|d| d.name == row[2]), "{}", row[0]);
    }
    let Some(industries) = rows("codes/gbt4754_2017.csv") else { return };
    for row in industries {
        let found = industry::parse(&row[0]).unwrap();
        assert_eq!((found.name, found.section), (row[3].as_str(), row[4].as_str()));
        assert_eq!(found.parent().map_or("", |p| p.code), row[5]);
    }
}

#[test]
fn real_social_credit_codes_are_judged_as_their_source_judges_them() {
    let Some(companies) = rows("orgs/enterprises_chengdu_1978_2004.csv") else { return };
    let (mut valid, mut wrong, mut short) = (0, 0, 0);
    for row in companies {
        let checked = check(Kind::Uscc, &row[1], date(2025, 3, 14));
        match row[2].as_str() {
            "有效" => valid += usize::from(checked.valid),
            "校验位错误" => wrong += usize::from(!checked.valid),
            _ => short += usize::from(!checked.valid),
        }
    }
    // Of the 34 marked wrong, four only hold a lower-case x, which normalising mends.
    assert_eq!((valid, wrong, short), (27_829, 30, 1));
    let Some(bodies) = rows("orgs/social_orgs_with_uscc.csv") else { return };
    for row in &bodies {
        assert!(Uscc::parse(&row[1]).is_ok(), "a code of the source was refused");
    }
    assert_eq!(bodies.len(), 41);
}
