//! Adding and ending links, and what the relation answers under the shipped pack.

use huitong_features::base::duty::{self, Answer, EndLink, GapKind};
use huitong_kernel::error::Kind;
use huitong_testkit::db_test;

use super::{Town, day};

fn ends(link: &duty::Link, until: &str) -> EndLink {
    EndLink {
        link: link.id.clone(), version: link.version, until_on: day(until), paper: "结束的文件".into()
    }
}

db_test! {
    fn who_answers_changes_with_the_day(db) {
        let town = Town::new(db);
        let (commerce, economy) = (town.unit("甲局", &["industry_department"]), town.unit("乙局", &["industry_department"]));
        let association = town.association("甲协会", 1, "decoupled");
        town.link(&association, "industry_department_main", &commerce, "2020-01-01", "2023-06-30");
        town.link(&association, "industry_department_main", &economy, "2023-07-01", "");
        town.link(&association, "industry_department_assist", &commerce, "2023-07-01", "");
        let ask = |on: &str| db.read(&town.ctx, |tx| duty::answers(tx, &association.id, "DI-04", day(on))).unwrap();
        let name = |on: &str| ask(on).unit().map(|r| r.unit_name.clone());
        assert_eq!(name("2019-12-31"), None);
        assert_eq!(name("2020-01-01").as_deref(), Some("甲局"));
        assert_eq!(name("2023-06-30").as_deref(), Some("甲局"));
        assert_eq!(name("2023-07-01").as_deref(), Some("乙局"));
        let now = ask("2025-03-14");
        let first = now.unit().unwrap();
        assert_eq!((first.paper.as_str(), first.since), ("乙局的文件", Some(day("2023-07-01"))));
        assert_eq!(first.link_title, "主要行业管理部门");
        assert_eq!(now.also().iter().map(|r| r.unit_name.as_str()).collect::<Vec<_>>(), ["甲局"]);
    }

    fn gaps_are_named_by_the_pack(db) {
        let town = Town::new(db);
        let association = town.association("甲协会", 1, "decoupled");
        let gap = |code: &str| match db.read(&town.ctx, |tx| duty::answers(tx, &association.id, code, day("2025-03-14"))).unwrap() {
            Answer::Gap { gap, .. } => (gap.kind, gap.words),
            Answer::Unit { first, .. } => panic!("{first:?} answers"),
        };
        assert_eq!(gap("DI-04"), (GapKind::Unsettled, "待明确行业管理部门".into()));
        assert_eq!(gap("DR-01"), (GapKind::Unsettled, "待明确登记管理机关".into()));
        assert_eq!(gap("DB-08"), (GapKind::NotHeld, "已脱钩，不设业务主管单位".into()));
        let held = db.read(&town.ctx, |tx| duty::held(tx, &association.id, day("2025-03-14"))).unwrap();
        let shown: Vec<String> = held.into_iter().map(|h| h.gap.unwrap().words).collect();
        assert_eq!(shown, ["待明确登记管理机关", "已脱钩，不设业务主管单位", "待明确行业管理部门"]);
        let unknown = db.read(&town.ctx, |tx| duty::answers(tx, &association.id, "XX-01", day("2025-03-14")));
        assert_eq!(unknown.unwrap_err().field_errors()[0].field, "duty");
    }

    fn the_social_work_department_answers_for_its_own_list(db) {
        let town = Town::new(db);
        let association = town.association("甲协会", 1, "decoupled");
        let ask = || db.read(&town.ctx, |tx| duty::answers(tx, &association.id, "DS-04", day("2025-03-14"))).unwrap();
        assert_eq!(ask().unit(), None, "no such unit is entered yet");
        town.unit("某市委社会工作部", &["party_social_work"]);
        assert_eq!(ask().unit().unwrap().unit_name, "某市委社会工作部");
        let list = db.read(&town.ctx, |tx| duty::duty_list(tx, &association.id, day("2025-03-14"))).unwrap();
        assert_eq!(list.len(), 27);
        assert_eq!(list.iter().filter(|a| a.unit().is_some()).count(), 6);
    }

    fn an_appeal_goes_to_the_sponsor_first(db) {
        let town = Town::new(db);
        let (sponsor, industry) = (town.unit("甲会", &["sponsor"]), town.unit("乙局", &["industry_department"]));
        let association = town.association("甲商会", 1, "federation");
        let ask = || db.read(&town.ctx, |tx| duty::answers_appeal(tx, &association.id, day("2025-03-14"))).unwrap();
        let none = ask();
        assert!(none.first.is_none() && none.second.is_none() && none.reason.contains("请人工选定"), "{}", none.reason);
        town.link(&association, "industry_department_main", &industry, "2024-01-01", "");
        let one = ask();
        assert_eq!((one.first.unwrap().unit_name.as_str(), one.paper.as_str()), ("乙局", "乙局的文件"));
        assert!(one.reason.contains("DI-04"), "{}", one.reason);
        town.link(&association, "sponsor", &sponsor, "2024-01-01", "");
        let both = ask();
        assert_eq!((both.first.unwrap().unit_name.as_str(), both.second.unwrap().unit_name.as_str()), ("甲会", "乙局"));
        assert!(both.reason.contains("DB-08") && both.paper == "甲会的文件", "{}", both.reason);
    }

    fn a_second_holder_of_a_single_place_is_refused_and_the_first_named(db) {
        let town = Town::new(db);
        let (a, b) = (town.unit("甲局", &[]), town.unit("乙局", &[]));
        let association = town.association("甲协会", 1, "decoupled");
        town.link(&association, "industry_department_main", &a, "2024-01-01", "2024-12-31");
        let refused = |kind: &str, unit, from: &str, until: &str| {
            let error = town.try_link(&association, kind, unit, from, until).unwrap_err();
            let found = &error.field_errors()[0];
            (found.field.clone(), found.message.clone())
        };
        let (field, message) = refused("industry_department_main", &b, "2024-12-31", "");
        assert_eq!(field, "from_on");
        assert!(message.contains("甲局") && message.contains("2024-12-31") && message.contains("甲局的文件"), "{message}");
        assert_eq!(refused("industry_department_main", &b, "2023-01-01", "2024-01-01").0, "from_on");
        town.link(&association, "industry_department_main", &b, "2025-01-01", "");
        town.link(&association, "industry_department_assist", &a, "2024-01-01", "");
        town.link(&association, "industry_department_assist", &b, "2024-01-01", "");
        assert_eq!(refused("industry_department_assist", &b, "2024-06-01", "").0, "from_on", "the same twice");
        assert_eq!(refused("nothing", &b, "2024-06-01", "").0, "kind");
        assert_eq!(refused("territory", &b, "2024-06-01", "2024-05-01").0, "until_on");
        assert_eq!(refused("sponsor", &b, "2024-06-01", "").0, "kind", "a decoupled association has none");
        town.link(&association, "sponsor", &b, "2015-01-01", "2019-12-31");
    }

    fn an_ended_link_stays_ended(db) {
        let town = Town::new(db);
        let unit = town.unit("甲局", &[]);
        let association = town.association("甲协会", 1, "decoupled");
        let link = town.link(&association, "industry_department_main", &unit, "2024-01-01", "");
        let end = |what: EndLink| db.write(&town.ctx, |tx| duty::end(tx, &what));
        let stale = EndLink { version: 7, ..ends(&link, "2025-03-10") };
        assert_eq!(end(stale).unwrap_err().current_version(), Some(1));
        assert_eq!(end(ends(&link, "2023-12-31")).unwrap_err().field_errors()[0].field, "until_on");
        let silent = EndLink { paper: " ".into(), ..ends(&link, "2025-03-10") };
        assert_eq!(end(silent).unwrap_err().field_errors()[0].field, "paper");
        let ended = end(ends(&link, "2025-03-10")).unwrap();
        assert_eq!((ended.until_on, ended.version), (Some(day("2025-03-10")), 2));
        assert_eq!(end(ends(&ended, "2025-03-01")).unwrap_err().kind(), Kind::Conflict);
        let ask = |on: &str| db.read(&town.ctx, |tx| duty::answers(tx, &association.id, "DI-04", day(on))).unwrap();
        assert!(ask("2025-03-10").unit().is_some() && ask("2025-03-11").unit().is_none());
    }

    fn two_at_once_cannot_both_take_a_single_place(db) {
        let town = Town::new(db);
        let units: Vec<_> = (0..8).map(|n| town.unit(&format!("{n}局"), &[])).collect();
        let association = town.association("甲协会", 1, "decoupled");
        let done = std::thread::scope(|scope| {
            let tries: Vec<_> = units
                .iter()
                .map(|unit| scope.spawn(|| town.try_link(&association, "industry_department_main", unit, "2024-01-01", "").is_ok()))
                .collect();
            tries.into_iter().map(|t| t.join().unwrap()).filter(|ok| *ok).count()
        });
        assert_eq!(done, 1);
        let links = db.read(&town.ctx, |tx| duty::of_association(tx, &association.id)).unwrap();
        assert_eq!(links.len(), 1);
    }
}
