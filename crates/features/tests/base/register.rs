//! Putting associations on file and finding them again.

use huitong_codes::search::Terms;
use huitong_features::base::associations::{self, NewAssociation, NewPerson};
use huitong_kernel::ctx::Actor;
use huitong_kernel::error::Kind;
use huitong_kernel::{args, journal};
use huitong_testkit::db_test;

use super::{Town, about, day};

fn names(town: &Town, typed: &str) -> Vec<String> {
    let terms = Terms::of(typed);
    town.city
        .db
        .read(&town.ctx, |tx| {
            let found = associations::search(tx, &terms, 20, 0)?;
            assert_eq!(associations::count(tx, &terms)?, i64::try_from(found.len()).unwrap());
            Ok(found.into_iter().map(|a| a.name).collect())
        })
        .unwrap()
}

db_test! {
    fn what_is_put_on_file_comes_back_and_is_recorded(db) {
        let town = Town::new(db);
        let new = NewAssociation {
            founded_on: Some(day("2010-05-01")),
            term_ends_on: Some(day("2026-04-30")),
            industries: vec!["6513".into(), "I652".into()],
            member_count: Some(120),
            scope: " 行业自律、信息服务 ".into(),
            phone: Some("0409 5550199".into()),
            ..about(" 锦宁市软件行业协会 ", 1)
        };
        let made = town.record(&new).unwrap();
        let kept = db.read(&town.ctx, |tx| associations::find(tx, &made.id)).unwrap().unwrap();
        assert_eq!((kept.name.as_str(), kept.scope.as_str()), ("锦宁市软件行业协会", "行业自律、信息服务"));
        assert_eq!(kept.phone.as_deref(), Some("0409-5550199"));
        assert_eq!(kept.industries, ["6513", "652"]);
        assert_eq!((kept.founded_on, kept.member_count), (new.founded_on, Some(120)));
        let by_code = db.read(&town.ctx, |tx| associations::by_uscc(tx, &made.uscc)).unwrap().unwrap();
        assert_eq!(by_code.id, made.id);
        let entries = db.read(&town.ctx, |tx| journal::list(tx, &journal::Filter {
            subject: Some(made.id.to_string()), ..journal::Filter::default()
        }, &journal::From::Newest(0), 10)).unwrap();
        assert_eq!(entries[0].act, "association.record");
        assert_eq!(entries[0].body["after"]["uscc"], made.uscc.as_str());
    }

    fn what_is_wrong_is_named_at_once_and_nothing_is_kept(db) {
        let town = Town::new(db);
        let refused = |new: &NewAssociation| {
            let error = town.record(new).unwrap_err();
            error.field_errors().iter().map(|f| (f.field.clone(), f.message.clone())).collect::<Vec<_>>()
        };
        let company = NewAssociation { uscc: "91110000600037341L".into(), ..about("甲协会", 1) };
        assert!(refused(&company)[0].1.contains("以 51（社会团体）开头"), "{:?}", refused(&company));
        let wrong = NewAssociation { uscc: "51510100MJQ0000150".into(), ..about("甲协会", 1) };
        assert!(refused(&wrong)[0].1.contains("第18位"), "{:?}", refused(&wrong));
        let many = NewAssociation {
            uscc: String::new(),
            management_type: "other".into(),
            industries: vec!["9999".into()],
            phone: Some("12".into()),
            member_count: Some(-1),
            ..about(" ", 1)
        };
        let fields: Vec<String> = refused(&many).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "uscc", "management_type", "industries", "phone", "member_count"]);
        town.association("甲协会", 1, "decoupled");
        assert!(refused(&about("乙协会", 1))[0].1.contains("已建档，名称为“甲协会”"));
        assert_eq!(names(&town, ""), ["甲协会"]);
    }

    fn only_who_may_puts_on_file(db) {
        let town = Town::new(db);
        let public = town.ctx.acting_as(Actor::Public);
        let error = db.write(&public, |tx| associations::record(tx, &about("甲协会", 1))).unwrap_err();
        assert_eq!(error.kind(), Kind::SignIn);
    }

    fn search_takes_every_sign_for_itself(db) {
        let town = Town::new(db);
        for (nth, name) in ["锦宁市ＩＴ服务协会", "锦宁市100%果汁协会", "锦宁市100号楼宇协会", "锦宁市a_b测试协会", "锦宁市axb测试协会"]
            .iter()
            .enumerate()
        {
            town.association(name, u32::try_from(nth).unwrap(), "decoupled");
        }
        assert_eq!(names(&town, "100%"), ["锦宁市100%果汁协会"]);
        assert_eq!(names(&town, "１００％"), ["锦宁市100%果汁协会"]);
        assert_eq!(names(&town, "a_b"), ["锦宁市a_b测试协会"]);
        assert_eq!(names(&town, "it服务"), ["锦宁市ＩＴ服务协会"]);
        assert_eq!(names(&town, "ＩＴ　锦宁"), ["锦宁市ＩＴ服务协会"]);
        assert_eq!(names(&town, "楼宇 锦宁市 100"), ["锦宁市100号楼宇协会"]);
        assert_eq!(names(&town, "mjq00002"), ["锦宁市100号楼宇协会"], "by a part of the code");
        assert_eq!(names(&town, "!"), [""; 0]);
        assert_eq!(names(&town, "' OR 1=1 --"), [""; 0]);
        assert_eq!(names(&town, "").len(), 5);
        assert_eq!(names(&town, &"长".repeat(50_000)), [""; 0]);
    }

    fn people_hold_offices_on_their_days_and_stay_masked_in_the_journal(db) {
        let town = Town::new(db);
        let association = town.association("甲协会", 1, "decoupled");
        let person = NewPerson {
            association: association.id.clone(),
            name: "陈晓岚".into(),
            title: "秘书长".into(),
            phone: Some("13800001234".into()),
            user: None,
            from_on: day("2024-01-01"),
            until_on: Some(day("2024-12-31")),
        };
        db.write(&town.ctx, |tx| associations::add_person(tx, &person)).unwrap();
        let on = |text: &str| db.read(&town.ctx, |tx| associations::people(tx, &association.id, day(text))).unwrap().len();
        assert_eq!((on("2023-12-31"), on("2024-01-01"), on("2024-12-31"), on("2025-01-01")), (0, 1, 1, 0));
        let masked = NewPerson { name: "陈*岚".into(), ..person.clone() };
        assert!(db.write(&town.ctx, |tx| associations::add_person(tx, &masked)).is_err(), "a masked value is not taken back");
        let rows = db.read(&town.ctx, |tx| tx.query("SELECT body FROM journal", args![])).unwrap();
        let text: String = rows.iter().map(|r| r.get::<String>("body").unwrap()).collect();
        assert!(text.contains("陈*岚") && !text.contains("陈晓岚") && !text.contains("13800001234"));
    }
}
