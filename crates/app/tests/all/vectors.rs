//! Deadlines and codes through the command line, against figures worked out by hand.

use serde_json::json;

use crate::command::{run, run_with};

fn due(start: &str, unit: &str, amount: &str) -> serde_json::Value {
    let ran = run(&["deadline", "explain", "--start", start, unit, amount, "--json"]);
    assert_eq!(ran.exit, 0, "{}", ran.noted);
    ran.objects().remove(0)
}

#[test]
fn deadlines_by_the_published_calendar() {
    for (start, unit, amount, wanted) in [
        // An ordinary weekend.
        ("2025-03-14T09:30:00+08:00", "--working-days", "3", "2025-03-19T23:59:59+08:00"),
        // The New Year holiday with a made-up Saturday before and after it.
        ("2025-01-24T16:00:00+08:00", "--working-days", "3", "2025-02-05T23:59:59+08:00"),
        // The long October holiday: the 28th of September is worked, the 11th of October too.
        ("2025-09-26T10:00:00+08:00", "--working-days", "5", "2025-10-10T23:59:59+08:00"),
        // Calendar days that end in a holiday move behind it.
        ("2025-09-28T10:00:00+08:00", "--days", "5", "2025-10-09T23:59:59+08:00"),
        ("2025-03-14T09:30:00+08:00", "--days", "3", "2025-03-17T23:59:59+08:00"),
        // Hours never move.
        ("2025-03-14T23:30:00+08:00", "--hours", "2", "2025-03-15T01:30:00+08:00"),
        // Office hours: noon is left out, the evening too.
        ("2025-03-14T11:00:00+08:00", "--working-hours", "4", "2025-03-14T16:00:00+08:00"),
        ("2025-03-14T16:00:00+08:00", "--working-hours", "4", "2025-03-17T12:00:00+08:00"),
        // Any offset, and none.
        ("2025-03-14T01:30:00Z", "--working-days", "3", "2025-03-19T23:59:59+08:00"),
        ("2025-03-14 09:30:00", "--working-days", "3", "2025-03-19T23:59:59+08:00"),
    ] {
        assert_eq!(due(start, unit, amount)["due"], wanted, "{start} {unit} {amount}");
    }
}

#[test]
fn a_deadline_shows_its_arithmetic() {
    let found = due("2025-04-03T09:00:00+08:00", "--working-days", "2");
    assert_eq!(found["counted"], json!(["2025-04-07", "2025-04-08"]));
    let skipped: Vec<_> =
        found["skipped"].as_array().unwrap().iter().map(|day| day["date"].clone()).collect();
    assert_eq!(skipped, ["2025-04-04", "2025-04-05", "2025-04-06"]);
    assert!(found["skipped"][0]["why"].as_str().unwrap().contains("清明"), "{found}");
    assert!(found["sentence"].as_str().unwrap().contains("2 个工作日"));
    let beyond = due("2031-03-14T09:00:00+08:00", "--working-days", "1");
    assert_eq!(beyond["assumed"], true, "no calendar of that year is published");
    let words = run(&["deadline", "explain", "--start", "2025-04-03", "--working-days", "1"]);
    assert!(words.said.contains("到期：2025-04-07 23:59:59"), "{}", words.said);
}

#[test]
fn codes_line_by_line() {
    let input = "51519900MJ9001375M\r\n51519900MJ9001375N\n\n";
    let ran = run_with(&["codes", "check", "uscc", "--json"], input);
    let found = ran.objects();
    assert_eq!((ran.exit, found.len()), (1, 3), "one object a line, the empty one too");
    let valid: Vec<_> = found.iter().map(|one| one["valid"].as_bool().unwrap()).collect();
    assert_eq!(valid, [true, false, false]);
    assert_eq!((&found[0]["input"], &found[0]["reason"]), (&json!("51519900MJ9001375M"), &json!(null)));
    assert!(found[1]["reason"].as_str().unwrap().contains("校验"), "{}", found[1]);
    for (kind, good, bad) in [
        ("resident-id", "11010519491231002X", "110105194912310021"),
        ("phone", "028-86639999", "110"),
        ("division", "510100", "519999"),
        ("industry", "6513", "0000"),
        ("org-code", "MJ9001375", "MJ9001374"),
    ] {
        let ran = run_with(&["codes", "check", kind, "--json"], &format!("{good}\n"));
        assert_eq!(ran.exit, 0, "{kind} {}", ran.said);
        assert_eq!(
            run_with(&["codes", "check", kind, "--json"], &format!("{bad}\n")).exit,
            1,
            "{kind} {bad}"
        );
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "\u{feff}028-86639999\n").unwrap();
    let ran = run(&["codes", "check", "phone", file.path().to_str().unwrap()]);
    assert_eq!(ran.exit, 0, "{}", ran.said);
    assert!(ran.said.starts_with("合格"));
}
