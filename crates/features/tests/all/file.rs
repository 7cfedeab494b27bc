//! What registers mean for an association: the links their entries stand for, and its file.

use huitong_features::base::associations::Association;
use huitong_features::base::duty::{self, NewLink};
use huitong_features::base::identity::Office;
use huitong_kernel::Db;
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// A city with two associations and those who keep its registers.
struct Files {
    app: TestApp,
    supervisor: Person,
    /// Of the unit under which the party organisation stands.
    handler: Person,
    /// Of a unit that has nothing to do with it.
    stranger: Person,
    secretary: Person,
    noodles: Association,
    sauces: Association,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

impl Files {
    fn new(db: &Db) -> Files {
        let app = TestApp::new(db);
        let (noodles, sauces) =
            (app.association("锦宁市面条行业协会", 1), app.association("锦宁市酱料行业协会", 2));
        let office = Office::association(noodles.id.as_str(), &noodles.name);
        Files {
            supervisor: app.staff("supervisor", "supervisor", "social_work"),
            handler: app.staff("handler", "handler", "commerce"),
            stranger: app.staff("stranger", "handler", "water"),
            secretary: app.somebody("secretary", "沈秋白", "association_secretary", &office),
            noodles,
            sauces,
            app,
        }
    }

    fn does(&self, path: &str, body: &Json) -> String {
        self.app.later(1_000);
        let told = self.app.post(path).token(&self.supervisor).json(body).send();
        assert!([200, 201].contains(&told.status), "{path}: {}", told.text());
        told.json()["id"].as_str().unwrap_or_default().to_owned()
    }

    /// A party organisation of both associations under a unit.
    fn joint(&self, unit: &str) -> String {
        let both = [self.noodles.id.as_str(), self.sauces.id.as_str()];
        // No two are called the same.
        let nth = self.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[]));
        self.does(
            "/api/v1/party-orgs",
            &json!({
                "org": format!("面条酱料联合党支部{}", "二".repeat(usize::try_from(nth).unwrap())), "form": "joint", "associations": both, "unit": unit,
                "period": {"from": "2024-01-01"}, "members": 9, "approval": "某发〔2024〕1号",
            }),
        )
    }

    fn links(&self, of: &Association) -> Vec<(String, String, Option<String>, String)> {
        let links = self.app.read(|tx| duty::of_association(tx, &of.id));
        let said = links.into_iter().filter(|link| link.kind == "party_building").map(|link| {
            let unit = link.unit.to_string();
            (unit, link.from_on.to_string(), link.until_on.map(|day| day.to_string()), link.paper)
        });
        said.collect()
    }

    fn party_unit(&self, of: &Association, on: &str) -> Option<String> {
        let held = self.app.read(|tx| duty::held(tx, &of.id, day(on)));
        let body = held.into_iter().find(|held| held.title == "党建工作机构");
        body.and_then(|held| held.units.into_iter().next()).map(|unit| unit.unit.to_string())
    }
}

db_test! {
    fn an_entry_stands_for_the_link_of_each_association_it_covers(db) {
        let files = Files::new(db);
        let commerce = files.app.unit("commerce").id.to_string();
        assert_eq!(files.links(&files.noodles), []);
        files.joint("commerce");
        let link = (commerce.clone(), String::from("2024-01-01"), None, String::from("某发〔2024〕1号"));
        assert_eq!(files.links(&files.noodles), std::slice::from_ref(&link));
        assert_eq!(files.links(&files.sauces), [link]);
        // Two organisations under one body are one answer, and the card and the interface say it.
        files.joint("commerce");
        let card = files.app.get(&format!("/orgs/{}", files.noodles.id)).send().expect(200).text();
        assert_eq!(card.matches("党建工作机构").count(), 1, "{card}");
        assert!(card.contains("某发〔2024〕1号"));
    }

    fn who_was_linked_on_a_past_day_stays_so_whatever_the_entry_says_today(db) {
        let files = Files::new(db);
        let units = ["commerce", "water"].map(|key| files.app.unit(key).id.to_string());
        let org = files.joint("commerce");
        files.app.at("2025-06-02T09:00:00+08:00");
        files.does(&format!("/api/v1/party-orgs/{org}/update"), &json!({
            "org": "面条党支部", "form": "single", "associations": [files.noodles.id.as_str()], "unit": "water", "members": 9,
        }));
        let on = |day: &str| files.party_unit(&files.noodles, day);
        assert_eq!(on("2023-12-31"), None);
        assert_eq!(on("2024-01-01").as_ref(), Some(&units[0]));
        assert_eq!(on("2025-06-01").as_ref(), Some(&units[0]));
        assert_eq!(on("2025-06-02").as_ref(), Some(&units[1]));
        files.app.at("2025-06-30T09:00:00+08:00");
        files.does(&format!("/api/v1/party-orgs/{org}/end"), &json!({"until_on": "2025-06-30", "paper": "某发〔2025〕2号"}));
        assert_eq!(on("2025-06-30").as_ref(), Some(&units[1]));
        assert_eq!(on("2025-07-01"), None);
        files.does(&format!("/api/v1/party-orgs/{org}/void"), &json!({"reason": "登记错了"}));
        assert_eq!(on("2025-06-02"), None);
    }

    fn a_right_by_links_reaches_what_an_entry_links(db) {
        let files = Files::new(db);
        let org = files.joint("commerce");
        let other = files.does("/api/v1/party-orgs", &json!({
            "org": "面条行业功能型党支部", "form": "functional", "associations": [files.noodles.id.as_str()],
            "unit": "social_work", "period": {"from": "2024-01-01"},
        }));
        // The unit of one organisation answers for the association and so sees the other, too; a stranger sees neither.
        let sees = |who: &Person, id: &str| files.app.get(&format!("/api/v1/party-orgs/{id}")).token(who).send().status;
        assert_eq!([sees(&files.handler, &org), sees(&files.handler, &other)], [200, 200]);
        assert_eq!([sees(&files.stranger, &org), sees(&files.stranger, &other)], [404, 404]);
        files.app.at("2025-06-02T09:00:00+08:00");
        files.does(&format!("/api/v1/party-orgs/{org}/end"), &json!({"until_on": "2025-06-02", "paper": "某发〔2025〕2号"}));
        files.app.at("2025-06-03T09:00:00+08:00");
        assert_eq!(sees(&files.handler, &other), 404);
    }

    fn a_link_that_a_register_keeps_is_not_added_or_ended_by_hand(db) {
        let files = Files::new(db);
        let add = |kind: &str| {
            let new = NewLink {
                association: files.noodles.id.clone(),
                kind: kind.to_owned(),
                unit: files.app.unit("commerce").id,
                from_on: day("2024-01-01"),
                until_on: None,
                paper: String::from("某发〔2024〕1号"),
            };
            files.app.city.db.write(&files.app.program(), |tx| duty::add(tx, &new))
        };
        let told = |kind: &str| add(kind).unwrap_err().field_errors()[0].message.clone();
        assert!(told("party_building").contains("以“党组织台账”为准，请在那里新增（/party-orgs）"), "{}", told("party_building"));
        assert!(told("pairing").contains("请选择责任关系的类型"));
        assert!(add("registration_authority").is_ok());
    }

    fn the_file_has_a_tab_for_whoever_sees_something_in_it(db) {
        let files = Files::new(db);
        let address = format!("/orgs/{}", files.noodles.id);
        let page = |who: &Person, tail: &str| files.app.get(&format!("{address}{tail}")).session(who).send().expect(200).text();
        // Nothing is there yet: who may add is told so, nobody else of it.
        let empty = page(&files.supervisor, "?tab=party");
        assert!(empty.contains("还没有结对。") && empty.contains("登记党组织"), "{empty}");
        assert!(empty.contains(&format!("/party-orgs/new/add?association={}", files.noodles.id)));
        for who in [&files.secretary, &files.handler, &files.stranger] {
            assert!(!page(who, "").contains("档案栏目"), "{}", who.account.login);
        }
        let org = files.joint("commerce");
        let pairing = json!({"unit": "water", "party_org": org, "period": {"from": "2024-02-01"}, "agreement": "协议"});
        files.does("/api/v1/pairings", &pairing);
        let both = ["面条酱料联合党支部", "锦宁市水务局—面条酱料联合党支部"];
        let seen = |who: &Person| both.map(|name| page(who, "?tab=party").contains(&format!(">{name}</a>")));
        assert_eq!(seen(&files.supervisor), [true, true]);
        assert_eq!(seen(&files.secretary), [true, true]);
        assert_eq!(seen(&files.handler), [true, true]);
        // The paired unit sees its pairing; of the organisation it is not told that there is none.
        let stranger = page(&files.stranger, "?tab=party");
        assert_eq!(seen(&files.stranger), [false, true]);
        assert!(!stranger.contains("还没有党组织") && !stranger.contains("登记党组织"), "{stranger}");
        // What stands in a block is what its list shows.
        for who in [&files.supervisor, &files.secretary, &files.handler, &files.stranger] {
            for path in ["party-orgs", "pairings"] {
                let listed = files.app.get(&format!("/api/v1/{path}?association={}", files.noodles.id)).token(who);
                for item in listed.send().expect(200).json()["items"].as_array().unwrap() {
                    assert!(page(who, "?tab=party").contains(&format!("/{path}/{}", item["id"].as_str().unwrap())));
                }
            }
        }
        // The public has the card alone, whatever tab it names.
        let public = files.app.get(&format!("{address}?tab=party")).send().expect(200).text();
        assert!(!public.contains("档案栏目") && !public.contains(">面条酱料联合党支部<") && public.contains("基本信息"));
        assert!(files.app.get(&format!("{address}?tab=nothing")).session(&files.supervisor).send().expect(200).text().contains("基本信息"));
    }

    fn what_moves_stands_in_the_file_beside_what_holds(db) {
        let files = Files::new(db);
        let officer = files.app.staff("officer", "association_officer", "social_work");
        let page = || {
            let address = format!("/orgs/{}?tab=inspections", files.noodles.id);
            files.app.get(&address).session(&officer).send().expect(200).text()
        };
        assert!(page().contains("谈话提醒") && !page().contains("查看全部"), "{}", page());
        let talk = json!({
            "association": files.noodles.id.as_str(), "occasion": "graded", "talk_on": "2025-03-20", "hour": "上午 9:30",
            "place": "二楼会议室", "topics": ["charter"],
        });
        files.app.later(1_000);
        files.app.post("/api/v1/reminder-talks").token(&officer).json(&talk).send().expect(201);
        assert!(page().contains(&format!("/reminder-talks?queue=all&#38;association={}", files.noodles.id)), "{}", page());
        let list = files.app.get(&format!("/reminder-talks?queue=all&association={}", files.noodles.id)).session(&officer);
        assert!(list.send().expect(200).text().contains("只列<a"));
    }

    fn a_form_opened_from_the_file_knows_the_association(db) {
        let files = Files::new(db);
        let form = |path: &str| {
            let address = format!("/{path}/new/add?association={}", files.noodles.id);
            files.app.get(&address).session(&files.supervisor).send().expect(200).text()
        };
        assert!(form("party-orgs").contains("value=\"锦宁市面条行业协会\""), "{}", form("party-orgs"));
        assert!(!form("pairings").contains("面条酱料联合党支部"));
        files.joint("commerce");
        assert!(form("pairings").contains("value=\"面条酱料联合党支部\""));
        // Of two organisations the form does not choose one.
        files.joint("commerce");
        assert!(!form("pairings").contains("面条酱料联合党支部"));
    }

    fn a_list_says_how_many_associations_its_entries_cover(db) {
        let files = Files::new(db);
        files.joint("commerce");
        files.does("/api/v1/party-orgs", &json!({
            "org": "面条党支部", "form": "single", "associations": [files.noodles.id.as_str()], "unit": "water", "period": {"from": "2024-01-01"},
        }));
        let said = |address: &str, who: &Person| {
            let page = files.app.get(address).session(who).send().expect(200).text();
            page.split_once("role=\"status\">共 ").map(|(_, rest)| rest.split("，第").next().unwrap_or_default().to_owned())
        };
        assert_eq!(said("/party-orgs?queue=covered", &files.supervisor).as_deref(), Some("2 条，涉及协会 2 家"));
        assert_eq!(said("/party-orgs?queue=all&form=single", &files.supervisor).as_deref(), Some("1 条，涉及协会 1 家"));
        assert_eq!(said("/party-orgs?sort=members", &files.supervisor).as_deref(), Some("2 条，涉及协会 2 家"));
        // Whoever reaches one of them counts what that one covers.
        assert_eq!(said("/party-orgs", &files.handler).as_deref(), Some("2 条，涉及协会 2 家"));
    }
}
