//! What lists, exports and pages say of a past day: everything that was asked is answered as of that day, or refused in words.

use huitong_features::base::matters::entries::{list, reminders};
use huitong_kernel::args;
use huitong_kernel::city;
use huitong_kernel::clock::DAY;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Pack, Sees, against};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use jiff::ToSpan as _;
use jiff::civil::date;
use serde_json::{Value as Json, json};

use crate::cast::Cast;
use crate::corrections::entered;

/// Associations without a party organisation, entered with so many members one after the other, the first guided a week later.
fn unbuilt(cast: &Cast, members: &[i64]) -> Vec<String> {
    let enter = |(nth, members): (usize, &i64)| {
        let association =
            cast.app.association(&format!("锦宁市第{nth}协会"), 20 + u32::try_from(nth).unwrap());
        let body = json!({
            "org": format!("锦宁市第{nth}协会（未建党组织）"), "form": "none", "should": "yes", "unit": "commerce",
            "associations": [association.id.as_str()], "period": {"from": "2024-01-01"}, "members": members,
        });
        cast.app.later(60_000);
        let answer = cast.app.post("/api/v1/party-orgs").token(&cast.handler).json(&body).send();
        answer.expect(201).json()["id"].as_str().unwrap().to_owned()
    };
    let ids: Vec<String> = members.iter().enumerate().map(enter).collect();
    cast.app.later(7 * DAY);
    let guide = json!({"instructor": "commerce", "guided_since": "2025-03-20"});
    let address = format!("/api/v1/party-orgs/{}/guide", ids[0]);
    cast.app.post(&address).token(&cast.handler).json(&guide).send().expect(200);
    ids
}

/// The ids that a list gives, in its order.
fn listed(cast: &Cast, asked: &str) -> Vec<String> {
    let answer = cast.app.get(&format!("/api/v1/party-orgs?{asked}")).token(&cast.supervisor).send();
    let items = answer.expect(200).json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Publishes what stands with some words of a file changed.
fn publish(app: &TestApp, file: &str, changes: &[(&str, &str)]) {
    let (policy, standing) = (app.city.policy(), app.city.pack());
    let mut files = standing.files.clone();
    let version = format!("\"{}\"", standing.version);
    let pack = files.get_mut("pack.toml").unwrap();
    assert!(pack.contains(&version));
    *pack = pack.replacen(&version, "\"2026.12.1\"", 1);
    let text = files.get_mut(file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{file} has no {from}");
        *text = text.replacen(from, to, 1);
    }
    let pack = Pack::from_files(&files, &huitong_features::house().vocabulary).unwrap();
    for old in policy.older.values().chain(&policy.pack) {
        assert_eq!(against(&pack, old), []);
    }
    app.act(|tx| city::publish(tx, &pack));
    assert!(app.city.take_up().unwrap());
}

db_test! {
    fn a_past_day_is_answered_as_it_was_asked(db) {
        let cast = Cast::new(db);
        let ids = unbuilt(&cast, &[5, 9, 7]);
        let all = |order: [usize; 3]| order.map(|nth| ids[nth].clone()).to_vec();
        let then = "as_of=2025-03-16";
        // The queue as it stood then, in its own order, and as it stands.
        assert_eq!(listed(&cast, &format!("{then}&queue=unguided")), all([0, 1, 2]));
        assert_eq!(listed(&cast, "queue=unguided"), [ids[1].clone(), ids[2].clone()]);
        assert_eq!(listed(&cast, "as_of=2025-03-21&queue=unguided"), [ids[1].clone(), ids[2].clone()]);
        for (asked, expected) in [
            ("sort=members", all([0, 2, 1])),
            ("sort=-members&queue=unguided", all([1, 2, 0])),
            ("sort=name&page_size=1&page=2", vec![ids[1].clone()]),
            ("members=9", vec![ids[1].clone()]),
            ("since=2025-03-15", Vec::new()),
            ("until=2025-03-14&sort=name", all([0, 1, 2])),
            ("number=DZ", Vec::new()),
        ] {
            assert_eq!(listed(&cast, &format!("{then}&{asked}")), expected, "{asked}");
        }
        // The page shows the figures of that day, and goes on with that day and with what was asked.
        let address = format!("/party-orgs?{then}&queue=unguided&q=未建");
        let page = cast.app.get(&address.replace("未建", "%E6%9C%AA%E5%BB%BA")).session(&cast.supervisor).send().expect(200).text();
        let tab = page.split("as_of=2025-03-16&#38;queue=unguided\"").nth(1).unwrap_or_else(|| panic!("no tab of that day: {page}"));
        let tab: String = tab.chars().take(120).collect();
        assert!(tab.contains("没有指导员") && tab.contains(">3<"), "{tab}");
        let more = page.split("<summary>更多</summary>").nth(1).unwrap();
        assert!(more.contains("name=\"queue\" value=\"unguided\"") && more.contains("name=\"q\" value=\"未建\""), "{more}");
        // What is taken out is the same rows.
        let file = |asked: &str| {
            let file = cast.app.get(&format!("/party-orgs/export.csv?{asked}")).session(&cast.supervisor).send();
            file.expect(200).text().lines().count()
        };
        assert_eq!([file(&format!("{then}&queue=unguided")), file("queue=unguided")], [4, 3]);
    }

    fn what_cannot_be_answered_of_a_past_day_is_refused_in_words(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        for (asked, field, words) in [
            ("as_of=2025-03-15", "as_of", "“哪一天的情况”不能晚于今天"),
            ("known_at=2025-03-10", "as_of", "填了“按哪天掌握的”，还要填“哪一天的情况”"),
            ("as_of=2025-03-10&known_at=2025-03-15", "known_at", "不能晚于今天"),
            ("as_of=2025-03-10&known_at=昨天", "known_at", "“按哪天掌握的”须是"),
        ] {
            for address in ["/api/v1/party-orgs".to_owned(), format!("/api/v1/party-orgs/{id}")] {
                let address = format!("{address}?{}", asked.replace("昨天", "%E6%98%A8%E5%A4%A9"));
                let answer = cast.app.get(&address).token(&cast.supervisor).send();
                let said = answer.expect(422).json();
                assert_eq!(said["errors"][0]["field"], field, "{address}: {said}");
                assert!(said["errors"][0]["message"].as_str().unwrap().contains(words), "{address}: {said}");
            }
        }
        for (asked, words) in [("state=void", "作废的哪一天都不算"), ("next=abc", "用 page 翻页")] {
            let answer = cast.app.get(&format!("/api/v1/party-orgs?as_of=2025-03-10&{asked}")).token(&cast.supervisor).send();
            assert!(answer.status == 422 && answer.text().contains(words), "{}", answer.text());
        }
    }

    fn an_entry_that_did_not_stand_on_a_day_says_so(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        cast.app.later(20 * DAY);
        let end = json!({"until_on": "2025-03-30", "paper": "某发〔2025〕2号"});
        cast.app.post(&format!("/api/v1/party-orgs/{id}/end")).token(&cast.supervisor).json(&end).send().expect(200);
        for (asked, words) in [
            ("as_of=2023-12-31", "这一天，这一条还没有开始"),
            ("as_of=2025-04-03", "这一天，这一条已经结束"),
            ("as_of=2025-03-10&known_at=2025-03-10", "当时还没有登记这一条"),
        ] {
            let answer = cast.app.get(&format!("/api/v1/party-orgs/{id}?{asked}")).token(&cast.supervisor).send();
            assert_eq!(answer.expect(404).json()["detail"].as_str().map(|said| said.contains(words)), Some(true), "{asked}");
            let page = cast.app.get(&format!("/party-orgs/{id}?{asked}")).session(&cast.supervisor).send().expect(200).text();
            assert!(page.contains(words) && page.contains("锦宁市甲行业协会党支部"), "{asked}: {page}");
            // Whoever may not see it learns nothing.
            let strange = cast.app.get(&format!("/party-orgs/{id}?{asked}")).session(&cast.next_handler).send();
            assert_eq!(strange.status, 404, "{asked}");
        }
    }

    fn a_past_day_shows_nothing_that_came_later(db) {
        let cast = Cast::new(db);
        let id = unbuilt(&cast, &[5])[0].clone();
        let seen = |asked: &str| cast.app.get(&format!("/api/v1/party-orgs/{id}{asked}")).token(&cast.handler).send().expect(200).json();
        let lines = |it: &Json| it["timeline"].as_array().unwrap().len();
        let (then, now) = (seen("?as_of=2025-03-15"), seen(""));
        assert_eq!((lines(&then), lines(&now)), (1, 2), "{then}");
        assert!(then["acts"].as_array().unwrap().is_empty() && !now["acts"].as_array().unwrap().is_empty());
        // A day that has not come is none on which it ended.
        let end = json!({"until_on": "2025-12-31"});
        let refused = cast.app.post(&format!("/api/v1/party-orgs/{id}/built")).token(&cast.supervisor).json(&end).send();
        assert_eq!(refused.expect(422).json()["errors"][0]["field"], "until_on");
    }

    fn entries_are_under_what_is_in_force(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        publish(&cast.app, "registers/party_org.toml", &[
            ("[fields]\n", "[fields]\nroom = { label = \"活动场所\", type = \"单行文本\", max = 60 }\n"),
            ("\"should\", \"approval\"]", "\"should\", \"approval\", \"room\"]"),
            ("[acts.guide]", "[acts.settle]\nlabel = \"登记场所\"\ndoes  = \"变更\"\nform  = [\"room\"]\ndone  = \"已登记。\"\n\n[acts.guide]"),
            ("\"party_org.guide\"", "\"party_org.settle\" = { unit = [\"handler\"] }\n\"party_org.guide\""),
        ]);
        let body = json!({"room": "二楼会议室"});
        cast.app.post(&format!("/api/v1/party-orgs/{id}/settle")).token(&cast.handler).json(&body).send().expect(200);
        let now = cast.app.get(&format!("/api/v1/party-orgs/{id}")).token(&cast.handler).send().expect(200).json();
        assert_eq!(now["room"], "二楼会议室");
        let form = cast.app.get(&format!("/party-orgs/{id}/correct")).session(&cast.handler).send().expect(200).text();
        assert!(form.contains("活动场所"), "{form}");
    }

    fn everybody_is_reminded_of_everything_that_stands(db) {
        let cast = Cast::new(db);
        let org = entered(&cast);
        let pack = cast.app.city.pack();
        let of = pack.definition("pairing").unwrap();
        let units: Vec<_> = pack.city.units.iter().map(|unit| cast.app.unit(&unit.key)).collect();
        let mut entered = Vec::new();
        // More than a page of them, one of which is taken back.
        for nth in 0..103_i64 {
            cast.app.later(60_000);
            let (from, until) = (date(2000, 1, 1) + (nth * 60).days(), date(2000, 1, 1) + (nth * 60 + 59).days());
            let body = json!({
                "unit": units[0].id, "party_org": org, "agreement": "结对协议", "period": {"from": from.to_string(), "until": until.to_string()},
            });
            let answer = cast.app.post("/api/v1/pairings").token(&cast.supervisor).json(&body).send();
            entered.push(answer.expect(201).json()["id"].as_str().unwrap().to_owned());
        }
        let void = format!("/api/v1/pairings/{}/void", entered[7]);
        cast.app.post(&void).token(&cast.supervisor).json(&json!({"reason": "重复"})).send().expect(200);
        let office = units[0].id.as_str();
        let reminded = cast.app.act(|tx| {
            tx.exec("INSERT INTO reminders (procedure, reminder, office, since) VALUES ('pairing', 'quiet', $1, 0)", args![office])?;
            tx.record(Record::new("pairing.test", office))?;
            reminders::remind(tx, "pairing quiet")?;
            tx.number("SELECT COUNT(*) FROM journal WHERE act = $1", args![of.remind()])
        });
        assert_eq!(reminded, 102);
    }

    fn an_order_tells_nothing_of_a_field_that_is_hidden(db) {
        let app = TestApp::new(db);
        let mut of = app.city.pack().definition("party_org").unwrap().clone();
        let orders = |of: &huitong_kernel::pack::Definition| list::def(of).sorts.iter().any(|sort| sort.name == "members");
        assert!(orders(&of));
        of.sees = Some(Sees { hides: vec!["members".to_owned()], ..of.sees.clone().unwrap_or_default() });
        assert!(!orders(&of) && !list::def(&of).filters.iter().any(|filter| filter.name == "members"));
    }
}
