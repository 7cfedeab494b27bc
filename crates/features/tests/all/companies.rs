//! What a company is called: by its name wherever it may be known at all, and nowhere else.

use huitong_features::base::identity::Office;
use huitong_features::base::imports::Options;
use huitong_features::growth::appeals::import::{self, Request};
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::ctx::Actor;
use huitong_kernel::journal::Record;
use huitong_kernel::{Ctx, args};
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, Person};
use huitong_testkit::page::words;
use serde_json::{Value as Json, json};

use crate::cases::COMPANIES;
use crate::cast::{Cast, told};

/// A company that has an account here, and a code that is nobody's.
const KNOWN: (&str, &str) = COMPANIES[0];
const UNKNOWN: &str = "91510100MA6CAAAA0E";

const MAPPING: &str = r#"
[columns]
number = "编号"
date = "日期"
title = "标题"
text = "内容"
company_name = "企业"
company_code = "代码"

[supply]
source = "hotline"
kind = "求助"
disclosure = "named"
time = "09:00"
"#;

/// Imports rows of a file, all of which come in.
fn imported(cast: &Cast, mapping: &str, heading: &str, rows: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let (file, how) = (folder.path().join("orders.csv"), folder.path().join("m.toml"));
    std::fs::write(&file, format!("{heading}\n{}\n", rows.join("\n"))).unwrap();
    std::fs::write(&how, mapping).unwrap();
    let options = Options::default();
    let request = Request { file: &file, mapping: &how, create_units: false, create_near: false, options };
    let accepted = import::run(&cast.app.city, &Actor::CommandLine, &request).unwrap().accepted;
    assert_eq!(accepted, u64::try_from(rows.len()).unwrap());
}

fn contact(cast: &Cast) -> Person {
    cast.app.somebody("contact", "企业联系人", "company_contact", &Office::company(KNOWN.0, KNOWN.1))
}

/// Numbers of the cases that somebody finds by a word.
fn found(cast: &Cast, who: &Person, word: &str) -> Vec<String> {
    let list =
        cast.app.get(&format!("/api/v1/appeals?page_size=100&q={word}")).token(who).send().expect(200).json();
    let numbers = list["items"].as_array().unwrap().iter();
    numbers.map(|row| row["number"].as_str().unwrap().to_owned()).collect()
}

fn row(cast: &Cast, who: &Person, number: &str) -> Json {
    let list = cast.app.get(&format!("/api/v1/appeals?number={number}")).token(who).send().expect(200).json();
    list["items"][0].clone()
}

/// A page as words.
fn read(cast: &Cast, who: &Person, path: &str) -> String {
    words(&cast.desk(who, path))
}

fn registered(cast: &Cast, more: &Json) -> Answer {
    let body = Cast::appeal(&json!({"source": "visit"}));
    let body: Json = body
        .as_object()
        .unwrap()
        .iter()
        .chain(more.as_object().unwrap())
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    cast.app.post("/api/v1/appeals/register").token(&cast.intake).json(&body).send()
}

db_test! {
    fn a_page_asks_for_the_name_beside_a_code_and_says_nothing_of_accounts(db) {
        let cast = Cast::new(db);
        contact(&cast);
        let typed_with = |code: &str, more: (&str, &str)| {
            let browser = cast.app.browser();
            browser.get("/appeals/new");
            let said = Cast::appeal(&json!({"company_code": code, more.0: more.1}));
            let fields: Vec<(&str, &str)> =
                said.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
            let page = browser.post("/appeals/new", &fields);
            let main = page.main().replace(code, "");
            main.lines().filter(|line| line.contains("单位名称")).collect::<Vec<_>>().join("\n")
        };
        let typed = |code: &str| typed_with(code, ("disclosure", "named"));
        let said = [KNOWN.0, UNKNOWN].map(typed);
        assert!(said[0].contains("请填写“单位名称”；只有代码"), "{said:?}");
        assert_eq!(said[0], said[1], "a stranger learns which codes have an account");
        // Where no company is kept, nobody is asked for its name.
        for more in [("disclosure", "anonymous"), ("association", cast.association.name.as_str())] {
            let said = typed_with(UNKNOWN, more);
            assert!(!said.contains("请填写"), "{more:?}: {said}");
        }
        // A program may know the code alone; the register of associations is public, and intake may know whom the city knows.
        let bare = |code: &str| told(cast.app.post("/api/v1/appeals").json(&Cast::appeal(&json!({"company_code": code}))).send().expect(201));
        let association = cast.association.uscc.to_string();
        for (code, from) in [(KNOWN.0, "企业"), (UNKNOWN, "企业"), (association.as_str(), cast.association.name.as_str())] {
            assert_eq!(row(&cast, &cast.intake, &bare(code).number)["from"], from, "{code}");
        }
        let case = told(registered(&cast, &json!({"company_code": KNOWN.0})).expect(201));
        assert_eq!(row(&cast, &cast.intake, &case.number)["from"], KNOWN.1);
        registered(&cast, &json!({"company_code": UNKNOWN})).expect(201);
    }

    fn a_company_is_read_by_its_name_with_its_code_beside_it(db) {
        let cast = Cast::new(db);
        let contact = contact(&cast);
        let typed = json!({"company_name": " 锦宁\u{200b}空名  有限公司", "company_code": UNKNOWN});
        let answer = cast.app.post("/api/v1/appeals").token(&contact).json(&Cast::appeal(&typed)).send();
        let own = told(answer.expect(201));
        let strange = cast.submit(&typed);
        let nameless = cast.submit(&json!({"company_name": "锦宁无码有限公司"}));
        for (case, name, code) in [(&own, KNOWN.1, KNOWN.0), (&strange, "锦宁空名 有限公司", UNKNOWN), (&nameless, "锦宁无码有限公司", "")] {
            cast.walk(&case.id, &["accept", "classify", "dispatch", "sign"]);
            for who in [&cast.intake, &cast.handler, &cast.supervisor] {
                let listed = row(&cast, who, &case.number);
                assert_eq!((&listed["from"], &listed["from_code"]), (&json!(name), &json!(code)));
                let person = &cast.seen(who, &case.id)["complainant"];
                assert_eq!((&person["kind"], &person["organisation"], &person["organisation_code"]), (&json!("企业"), &json!(name), &json!(code)));
                let page = read(&cast, who, &format!("/appeals/{}", case.id));
                assert!(page.contains(&format!("诉求人\n{name}")) && page.contains(code), "{page}");
            }
            let list = read(&cast, &cast.handler, "/appeals?queue=all");
            assert!(list.contains("诉求人") && list.contains(name) && list.contains(code), "{list}");
            let claimed = list.contains(format!("{name}未核验 {code}").trim_end());
            assert_eq!(claimed, case.id != own.id, "what anybody may have typed is marked, and nothing else: {list}");
        }
        let mine = read(&cast, &contact, "/desk");
        assert!(mine.contains(KNOWN.1), "{mine}");
        assert_eq!(row(&cast, &contact, &own.number)["from"], KNOWN.1);
    }

    fn whoever_is_kept_from_knowing_a_company_does_not_find_it_by_its_name(db) {
        let cast = Cast::new(db);
        let name = "锦宁静默纺织有限公司";
        let brought = |more: Json| {
            let mut body = json!({"company_name": name, "company_code": UNKNOWN});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            cast.submit(&body)
        };
        let (commerce, open) = (cast.app.unit("commerce"), brought(json!({})));
        let confidential = brought(json!({"disclosure": "confidential"}));
        let mut lead = json!({"company_name": name, "company_code": UNKNOWN, "disclosure": "anonymous"});
        for gone in ["contact_name", "contact_phone"] {
            lead[gone] = Json::String(String::new());
        }
        let lead = cast.submit(&lead);
        let complaint = brought(json!({"kind": "投诉", "about": commerce.name}));
        let of_stranger = brought(json!({"kind": "投诉", "about": "某地无名小店"}));
        for who in [&cast.intake, &cast.supervisor] {
            let mut mine = found(&cast, who, "静默纺织");
            mine.sort();
            let mut both = [open.number.clone(), of_stranger.number.clone()];
            both.sort();
            assert_eq!(mine, both, "{}", who.account.login);
        }
        // Whoever holds office where the case complains of reads of nobody, in whatever role.
        let two = cast.app.staff("supervisor-too", "supervisor", "commerce");
        for (case, from) in [(&confidential, "实名保密"), (&lead, "匿名线索"), (&complaint, "不予显示")] {
            let listed = row(&cast, &two, &case.number);
            assert_eq!((&listed["from"], &listed["from_code"]), (&json!(from), &json!("")));
            let seen = cast.seen(&two, &case.id).to_string();
            assert!(!seen.contains(name) && !seen.contains(UNKNOWN), "{seen}");
            let page = read(&cast, &two, &format!("/appeals/{}", case.id));
            assert!(!page.contains(name) && !page.contains(UNKNOWN), "{page}");
        }
        let kept = "SELECT COUNT(*) FROM appeals WHERE id = $1 AND company_name IS NULL AND company_code IS NULL";
        assert_eq!(cast.count(kept, &lead.id), 1, "of a lead nothing is kept");
    }

    fn a_file_may_name_a_company_by_either_and_the_city_names_whom_it_knows(db) {
        let cast = Cast::new(db);
        contact(&cast);
        let rows = [("K1", "锦宁文件有限公司", UNKNOWN), ("K2", "", KNOWN.0), ("K3", "", UNKNOWN), ("K4", "锦宁甲有限公司", "")];
        let rows = rows.map(|(number, name, code)| format!("{number},2025-03-13,路灯夜间不亮,请求维修门前路灯,{name},{code}"));
        imported(&cast, MAPPING, "编号,日期,标题,内容,企业,代码", &rows);
        for (number, name, code) in [("K1", "锦宁文件有限公司", UNKNOWN), ("K2", KNOWN.1, KNOWN.0), ("K3", "企业", UNKNOWN), ("K4", "锦宁甲有限公司", "")] {
            let case = found(&cast, &cast.intake, number).remove(0);
            let listed = row(&cast, &cast.intake, &case);
            assert_eq!((&listed["from"], &listed["from_code"]), (&json!(name), &json!(code)), "{number}");
        }
    }

    fn words_of_a_file_that_nobody_could_read_name_no_complainant_to_whom_is_complained_of(db) {
        let cast = Cast::new(db);
        let commerce = cast.app.unit("commerce");
        let mapping = MAPPING.replace("求助", "投诉").replace("[supply]", "association = \"协会\"\nabout = \"对象\"\n\n[supply]");
        let row = format!("H1,2025-03-13,路灯夜间不亮,请求维修门前路灯,,9151,某某协会,{}", commerce.name);
        imported(&cast, &mapping, "编号,日期,标题,内容,企业,代码,协会,对象", &[row]);
        let number = found(&cast, &cast.intake, "H1").remove(0);
        let id = self::row(&cast, &cast.intake, &number)["id"].as_str().unwrap().to_owned();
        let two = cast.app.staff("supervisor-too", "supervisor", "commerce");
        for (who, reads) in [(&cast.intake, true), (&two, false)] {
            let page = read(&cast, who, &format!("/appeals/{id}"));
            for kept in ["代表哪家协会（原文，未能识别）", "某某协会", "企业统一社会信用代码（原文，未能识别）", "9151"] {
                assert_eq!(page.contains(kept), reads, "{kept}: {page}");
            }
            assert_eq!(page.contains("不予显示"), !reads, "{page}");
        }
    }

    fn a_case_is_of_one_body_and_no_company_is_kept_beside_an_association(db) {
        let cast = Cast::new(db);
        let name = "锦宁旁名有限公司";
        let both = json!({"association": cast.association.name, "company_name": name, "company_code": UNKNOWN});
        let case = told(registered(&cast, &both).expect(201));
        let listed = row(&cast, &cast.intake, &case.number);
        assert_eq!((&listed["from"], &listed["from_code"]), (&json!(cast.association.name), &json!("")));
        assert!(found(&cast, &cast.intake, "旁名").is_empty(), "it is found by a name that no page says");
        let kept = "SELECT COUNT(*) FROM appeals WHERE id = $1 AND company_name IS NULL AND company_code IS NULL";
        assert_eq!(cast.count(kept, &case.id), 1);
        let list = read(&cast, &cast.intake, "/appeals?queue=all");
        assert!(list.contains(&format!("{}未核验", cast.association.name)), "nobody has vouched for it: {list}");
    }

    fn older_cases_are_named_as_new_ones_and_a_typed_code_names_no_account(db) {
        let cast = Cast::new(db);
        let (old, new) = ("锦宁旧名（西区）有限公司", "锦宁旧名（东区）AB有限公司");
        cast.app.somebody("before", "企业联系人", "company_contact", &Office::company(KNOWN.0, old));
        // Of two posts the last is the one whose id is later.
        cast.app.later(1000);
        let contact = cast.app.somebody("contact", "企业联系人", "company_contact", &Office::company(KNOWN.0, new));
        let answer = cast.app.post("/api/v1/appeals").token(&contact).json(&Cast::appeal(&json!({}))).send();
        let own = told(answer.expect(201));
        let typed = cast.submit(&json!({"company_code": KNOWN.0}));
        let of_association = cast.submit(&json!({"company_code": cast.association.uscc.to_string()}));
        // As they stood before the migration, which then does again what it does to the rows of a city.
        let forget = "UPDATE appeals SET company_name = NULL, search = LOWER(number || ' ' || title)";
        let migration = MIGRATIONS.iter().find(|m| m.name == "0014_company_names").unwrap();
        let statements = migration.sql.split(";\n").filter(|part| part.contains("UPDATE appeals"));
        db.write(&Ctx::system(), |tx| {
            tx.exec(forget, args![])?;
            statements.clone().try_for_each(|statement| tx.exec(statement, args![]).map(drop))?;
            tx.record(Record::new("policy.test", &own.id)).map(drop)
        })
        .unwrap();
        let association = cast.association.name.as_str();
        for (case, from) in [(&own, new), (&typed, "企业"), (&of_association, association)] {
            assert_eq!(row(&cast, &cast.intake, &case.number)["from"], from);
        }
        let asked = ["旧名（东区）AB", "旧名(东区)ab"].map(|word| found(&cast, &cast.intake, &huitong_kernel::http::encode(word)));
        assert_eq!(asked, [vec![own.number.clone()], vec![own.number.clone()]]);
    }

    fn each_step_says_what_it_took_the_unit_and_times_nobody_else(db) {
        let cast = Cast::new(db);
        let case = cast.submit(&json!({}));
        for act in ["accept", "classify", "dispatch", "sign", "note", "reply", "approve", "send"] {
            cast.app.later(10 * 60_000);
            cast.walk(&case.id, &[act]);
        }
        cast.app.later(3 * 86_400_000);
        cast.by_code(&case, "judge", &json!({"solved": "yes", "satisfied": "yes"})).expect(200);
        let page = read(&cast, &cast.handler, &format!("/appeals/{}", case.id));
        assert_eq!(page.matches("（用时 10分钟）").count(), 8, "{page}");
        assert_eq!(page.matches("用时").count(), 8, "neither the submission nor the judgement is timed: {page}");
        let browser = cast.app.browser();
        browser.get("/track");
        let followed = browser.post("/track", &[("number", &case.number), ("code", &case.code)]).main();
        assert_eq!((followed.matches("用时 10分钟").count(), followed.matches("用时").count()), (2, 4), "{followed}");
    }
}
