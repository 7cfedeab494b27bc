//! A batch is taken back: what was before stands again, and what something rests on stays.

use std::path::Path;

use huitong_features::base::imports::{Options, Summary};
use huitong_features::base::matters::{Case, Input, Plain};
use huitong_features::base::registers::{self, Request};
use huitong_features::base::sheets::Limits;
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Pairs;
use huitong_kernel::{Id, Result, args};
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

fn id(town: &Town, name: &str) -> String {
    let sql = "SELECT id FROM entries WHERE title = $1 AND state <> 'void'";
    town.app.read(|tx| tx.one(sql, args![name])).unwrap().get("id").unwrap()
}

/// Looks in after each commit.
type AfterCommit<'a> = dyn Fn(&Summary) -> Result<()> + 'a;

fn stopped(town: &Town, file: &Path, after: &AfterCommit<'_>) -> Result<Summary> {
    let options = Options { after_commit: Some(after), ..Options::default() };
    let request = Request {
        address: "party-orgs",
        file,
        mapping: None,
        sheet: None,
        limits: Limits::default(),
        options,
    };
    registers::import(&town.app.city, &Actor::CommandLine, &request)
}

/// What anybody can ask of what stands.
fn everything(town: &Town) -> String {
    let rows = |sql: &str| {
        let rows = town.app.read(|tx| tx.query(sql, &[]));
        rows.iter().map(|row| format!("{row:?}\n")).collect::<String>()
    };
    let counts = "SELECT procedure, state, COUNT(*) AS n FROM entries WHERE state <> 'void' GROUP BY procedure, state ORDER BY procedure, state";
    let facts = "SELECT entry, fact, nth, text, number, day FROM entry_facts WHERE entry IN (SELECT id FROM entries WHERE state <> 'void') ORDER BY entry, fact, nth";
    let past = Pairs::of([("as_of", "2025-03-14")]);
    let past = town.export("party-orgs", huitong_features::base::sheets::Format::Csv, &past);
    let past = String::from_utf8(past).unwrap();
    [town.told("party-orgs"), town.told("pairings"), rows(counts), rows(facts), past].concat()
}

db_test! {
    fn undoing_leaves_what_was_before(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES[..2]);
        let before = everything(&town);
        let changed = BRANCHES[1].replace(",9", ",11");
        let file = [BRANCHES[0], &changed, BRANCHES[2], BRANCHES[3]];
        for _ in 0..2 {
            let came = town.lines("party-orgs", &file);
            assert_eq!(came.counts(), [2, 1, 0, 0, 0], "{}", came.report);
            assert_ne!(everything(&town), before);
            let undone = town.undo(&came.batch());
            assert_eq!((undone.undone, undone.kept.len()), (3, 0), "{undone:?}");
            assert_eq!(everything(&town), before);
            let again = town.undo(&came.batch());
            assert_eq!((again.undone, again.kept.len()), (0, 0), "{again:?}");
        }
    }

    fn what_something_rests_on_is_named_and_kept(db) {
        let town = Town::new(db);
        let came = town.lines("party-orgs", &BRANCHES);
        let pairing = town.lines("pairings", &[
            "结对单位,协会党组织,起,文件",
            "commerce,甲协会党支部,2025-01-01,协议一",
        ]);
        town.app.act(|tx| {
            let input = Input::of(&[("members", "13"), ("org", "联合党支部"), ("form", "joint"), ("unit", "social_work"),
                ("associations", "锦宁市乙行业协会、锦宁市丙商会")]);
            Case::<Plain>::open(tx, "party_org", &id(&town, "联合党支部"), "update", &input)?.perform()
        });
        let undone = town.undo(&came.batch());
        assert_eq!(undone.undone, 1, "{undone:?}");
        let because: Vec<(i64, &str)> = undone.kept.iter().map(|kept| (kept.row, kept.because.as_str())).collect();
        assert!(because[0].0 == 1 && because[0].1.contains("用到了它"), "{because:?}");
        assert!(because[1].0 == 2 && because[1].1.contains("又改过"), "{because:?}");
        // Once what rested on it is taken back, it goes too.
        let unit = town.app.unit("commerce").name;
        let activity = town.lines("pairings.activity", &[
            "结对共建,日期,形式,做了什么", &format!("{unit}—甲协会党支部,2025-03-01,走访,走访三家企业"),
        ]);
        assert_eq!(activity.counts(), [1, 0, 0, 0, 0], "{}", activity.report);
        assert!(town.undo(&pairing.batch()).kept[0].because.contains("下面已经有 1 条结对活动"));
        assert_eq!(town.undo(&activity.batch()).undone, 1);
        assert_eq!(town.undo(&pairing.batch()).undone, 1);
        let undone = town.undo(&came.batch());
        assert_eq!((undone.undone, undone.kept.len()), (1, 1), "{undone:?}");
    }

    fn what_was_taken_back_half_done_comes_in_anew(db) {
        let town = Town::new(db);
        let rows: Vec<String> = (0..120).map(|n| format!("党支部第{n}号,单独组建,锦宁市甲行业协会,social_work,2023-01-01,{n}")).collect();
        let lines: Vec<&str> = std::iter::once(BRANCHES[0]).chain(rows.iter().map(String::as_str)).collect();
        let file = town.file("many.csv", &lines);
        let run = |after: &AfterCommit<'_>| stopped(&town, &file, after);
        // One that is taken back while it runs brings nothing more.
        let taken = run(&|done| {
            let batch = Id::parse(done.batch.as_deref().unwrap()).unwrap();
            registers::undo(&town.app.city, &Actor::CommandLine, &batch).map(drop)
        });
        assert!(taken.as_ref().is_err_and(|error| error.message().contains("已经撤销")), "{taken:?}");
        assert_eq!(town.told("party-orgs").lines().count(), 1);
        run(&|_| Err(huitong_kernel::Error::busy("stopped"))).unwrap_err();
        // Somebody else's goes its own way.
        let supervisor = town.app.staff("supervisor", "supervisor", "social_work");
        let other = town.app.person(&supervisor.account).actor;
        let theirs = town.tries(&other, "party-orgs", &file, false).unwrap();
        assert!(!theirs.summary.resumed && theirs.summary.unchanged > 0, "{:?}", theirs.summary);
        town.undo(&theirs.batch());
        let latest = "SELECT id FROM imports WHERE finished_at IS NULL AND undone_at IS NULL";
        let stopped: String = town.app.read(|tx| tx.one(latest, &[])).unwrap().get("id").unwrap();
        town.undo(&Id::parse(&stopped).unwrap());
        let came = town.tries(&Actor::CommandLine, "party-orgs", &file, false).unwrap();
        assert_eq!(came.counts(), [120, 0, 0, 0, 0], "{}", came.report);
        assert!(!came.summary.resumed);
        assert_eq!(town.told("party-orgs").lines().count(), 121);
    }

    fn a_row_that_is_refused_stays_and_keeps_no_other(db) {
        let town = Town::new(db);
        town.lines("party-orgs", &BRANCHES);
        let changed: Vec<String> = BRANCHES.iter().map(|row| row.replace(",9", ",11").replace(",12", ",14")).collect();
        let lines: Vec<&str> = changed.iter().map(String::as_str).collect();
        let came = town.lines("party-orgs", &lines);
        assert_eq!(came.counts(), [0, 2, 0, 0, 1], "{}", came.report);
        // What it was before is not known any more.
        let first = id(&town, "甲协会党支部");
        town.app.act(|tx| {
            tx.exec("DELETE FROM entry_versions WHERE entry = $1 AND version = 1", args![&first])?;
            tx.record(huitong_kernel::journal::Record::new("import.finish", came.batch().as_str())).map(drop)
        });
        let undone = town.undo(&came.batch());
        assert_eq!((undone.undone, undone.kept.len(), undone.kept[0].row), (1, 1, 1), "{undone:?}");
        let told = town.told("party-orgs");
        assert!(told.contains(",12") && told.contains(",11"), "{told}");
        let n = town.app.read(|tx| tx.number("SELECT COUNT(*) FROM imports WHERE undone_at IS NOT NULL", &[]));
        assert_eq!(n, 1);
    }

    fn what_rests_on_a_row_that_stays_keeps_its_own(db) {
        let town = Town::new(db);
        let came = town.lines("party-orgs", &BRANCHES[..2]);
        let pairing = town.lines("pairings", &[
            "结对单位,协会党组织,起,文件",
            "commerce,甲协会党支部,2025-01-01,协议一",
        ]);
        // Both as if one file had brought them, the pairing first: it is looked at last.
        let (batch, other) = (came.batch(), pairing.batch());
        town.app.act(|tx| {
            tx.exec("UPDATE import_rows SET batch = $1, row_no = 9 WHERE batch = $2", args![&batch, &other])?;
            tx.record(huitong_kernel::journal::Record::new("import.finish", batch.as_str())).map(drop)
        });
        let unit = town.app.unit("commerce").name;
        let activity = town.lines("pairings.activity", &[
            "结对共建,日期,形式,做了什么", &format!("{unit}—甲协会党支部,2025-03-01,走访,走访三家企业"),
        ]);
        let undone = town.undo(&batch);
        assert_eq!((undone.undone, undone.kept.len()), (0, 2), "{undone:?}");
        town.undo(&activity.batch());
        // What goes last may have been all that an earlier one was kept for.
        let undone = town.undo(&batch);
        assert_eq!((undone.undone, undone.kept.len()), (2, 0), "{undone:?}");
    }
}
