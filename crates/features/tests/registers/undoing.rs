//! A batch is taken back: what was before stands again, and what something rests on stays.

use huitong_features::base::matters::{Case, Input, Plain};
use huitong_kernel::args;
use huitong_kernel::http::Pairs;
use huitong_testkit::db_test;

use crate::{BRANCHES, Town};

fn id(town: &Town, name: &str) -> String {
    let sql = "SELECT id FROM entries WHERE title = $1 AND state <> 'void'";
    town.app.read(|tx| tx.one(sql, args![name])).unwrap().get("id").unwrap()
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
}
