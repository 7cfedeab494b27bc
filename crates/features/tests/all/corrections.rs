//! Who may correct what was entered: the author alone while it is fresh, else a second person.

use huitong_kernel::clock::DAY;
use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use serde_json::{Value as Json, json};

use crate::cast::Cast;
use crate::hooks::cases;

/// An entry of the register of party organisations by the handler of the unit, as programs enter it.
pub fn entered(cast: &Cast) -> String {
    entered_by(cast, &cast.handler, "commerce")
}

/// The same by somebody else, of another unit.
pub fn entered_by(cast: &Cast, who: &Person, unit: &str) -> String {
    // No two are called the same.
    let nth = cast.app.read(|tx| tx.number("SELECT COUNT(*) FROM entries", &[]));
    let body = json!({
        "org": format!("锦宁市甲行业协会党支部{}", "二".repeat(usize::try_from(nth).unwrap())), "form": "single", "associations": [cast.association.id.as_str()],
        "unit": unit, "period": {"from": "2024-01-01"}, "members": 9,
    });
    let answer = cast.app.post("/api/v1/party-orgs").token(who).json(&body).send();
    answer.expect(201).json()["id"].as_str().unwrap().to_owned()
}

fn seen(cast: &Cast, id: &str) -> Json {
    cast.app.get(&format!("/api/v1/party-orgs/{id}")).token(&cast.supervisor).send().expect(200).json()
}

/// The same with another number.
pub fn corrected(cast: &Cast, id: &str, members: i64) -> Json {
    let entry = seen(cast, id);
    json!({
        "org": entry["org"], "form": entry["form"], "associations": entry["associations"], "unit": entry["unit"],
        "period": entry["period"], "members": members, "reason": "人数数错了",
    })
}

db_test! {
    fn the_author_corrects_alone_while_it_is_fresh(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        let address = format!("/api/v1/party-orgs/{id}/correct");
        cast.app.post(&address).token(&cast.handler).json(&corrected(&cast, &id, 10)).send().expect(200);
        assert_eq!(seen(&cast, &id)["members"], 10);
        // It has been corrected once: others may have read it since.
        cast.app.post(&address).token(&cast.handler).json(&corrected(&cast, &id, 11)).send().expect(202);
        assert_eq!(seen(&cast, &id)["members"], 10);
        let again = cast.app.post(&address).token(&cast.handler).json(&corrected(&cast, &id, 12)).send();
        assert_eq!(again.status, 409, "{}", again.text());
        assert!(again.text().contains("等待确认"), "{}", again.text());
    }

    fn what_is_old_or_another_s_needs_a_second_person(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        let address = format!("/api/v1/party-orgs/{id}/correct");
        let other = cast.app.post(&address).token(&cast.colleague).json(&corrected(&cast, &id, 10)).send();
        assert_eq!(other.status, 202, "{}", other.text());
        let late = entered_later(&cast);
        let address = format!("/api/v1/party-orgs/{late}/correct");
        let answer = cast.app.post(&address).token(&cast.handler).json(&corrected(&cast, &late, 10)).send();
        assert_eq!(answer.status, 202, "{}", answer.text());
    }

    fn whoever_confirms_is_somebody_else_and_nothing_has_changed_since(db) {
        let cast = Cast::new(db);
        // Who confirms, whether the entry changed meanwhile, and what comes of it: the number that stands, or the words.
        let table: [(&str, bool, Result<i64, &str>); 4] = [
            ("leader", false, Ok(14)),
            ("supervisor", false, Ok(14)),
            ("supervisor", true, Err("又有变动")),
            ("next_leader", false, Err("没有")),
        ];
        cases("correction.make", &table, |name, (who, changed, expected)| {
            let id = entered(&cast);
            let address = format!("/api/v1/party-orgs/{id}/correct");
            let asked = cast.app.post(&address).token(&cast.colleague).json(&corrected(&cast, &id, 14)).send();
            let correction = asked.expect(202).json()["correction"].as_str().unwrap().to_owned();
            if *changed {
                let body = json!({"instructor": "commerce", "guided_since": "2025-03-01"});
                let address = format!("/api/v1/party-orgs/{id}/guide");
                cast.app.post(&address).token(&cast.handler).json(&body).send().expect(200);
            }
            let who = match *who {
                "leader" => &cast.leader,
                "next_leader" => &cast.next_leader,
                _ => &cast.supervisor,
            };
            let answer = cast.app.post(&format!("/api/v1/corrections/{correction}/confirm")).token(who).json(&json!({})).send();
            match expected {
                Ok(members) => {
                    assert_eq!(answer.status, 200, "{name}: {}", answer.text());
                    assert_eq!(seen(&cast, &id)["members"], *members, "{name}");
                }
                Err(words) => {
                    assert!(answer.status >= 400 && answer.text().contains(words), "{name}: {} {}", answer.status, answer.text());
                    assert_eq!(seen(&cast, &id)["members"], 9, "{name}");
                }
            }
        });
    }
}

/// Asks for a correction by somebody of the unit and has it confirmed; answers what the first of both was told.
fn confirmed(cast: &Cast, id: &str, body: &Json) -> u16 {
    let address = format!("/api/v1/party-orgs/{id}/correct");
    let asked = cast.app.post(&address).token(&cast.colleague).json(body).send();
    if asked.status == 202 {
        let id = asked.json()["correction"].as_str().unwrap().to_owned();
        let address = format!("/api/v1/corrections/{id}/confirm");
        cast.app.post(&address).token(&cast.supervisor).json(&json!({})).send().expect(200);
    }
    asked.status
}

/// What an entry said of its name and its number on a day.
fn said_on(cast: &Cast, id: &str, day: &str) -> (String, i64) {
    let address = format!("/api/v1/party-orgs/{id}?as_of={day}");
    let seen = cast.app.get(&address).token(&cast.supervisor).send().expect(200).json();
    (seen["org"].as_str().unwrap().to_owned(), seen["members"].as_i64().unwrap())
}

/// An entry of 14 March whose number became 20 on the 24th; asked for on the 31st.
fn changed_later(cast: &Cast) -> String {
    let id = entered(cast);
    cast.app.later(10 * DAY);
    let mut body = corrected(cast, &id, 20);
    body.as_object_mut().unwrap().retain(|key, _| !["period", "reason"].contains(&key.as_str()));
    cast.app
        .post(&format!("/api/v1/party-orgs/{id}/update"))
        .token(&cast.handler)
        .json(&body)
        .send()
        .expect(200);
    cast.app.later(7 * DAY);
    id
}

db_test! {
    fn a_correction_without_a_day_holds_from_where_it_was_entered(db) {
        let cast = Cast::new(db);
        let id = changed_later(&cast);
        let mut body = corrected(&cast, &id, 20);
        body["org"] = json!("锦宁市甲行业协会联合党支部");
        assert_eq!(confirmed(&cast, &id, &body), 202);
        let name = String::from("锦宁市甲行业协会联合党支部");
        assert_eq!(said_on(&cast, &id, "2025-03-16"), (name.clone(), 9));
        assert_eq!(said_on(&cast, &id, "2025-03-31"), (name.clone(), 20));
        // What was entered anew is corrected from then.
        assert_eq!(confirmed(&cast, &id, &corrected(&cast, &id, 21)), 202);
        assert_eq!(said_on(&cast, &id, "2025-03-16"), (name.clone(), 9));
        assert_eq!(said_on(&cast, &id, "2025-03-25"), (name, 21));
    }

    fn what_stands_now_may_have_been_so_before(db) {
        let cast = Cast::new(db);
        let id = changed_later(&cast);
        let since = |members: i64, day: &str| {
            let mut body = corrected(&cast, &id, members);
            body["since_on"] = json!(day);
            body
        };
        // It was so on those days already, and nothing else is said.
        assert_eq!(confirmed(&cast, &id, &corrected(&cast, &id, 20)), 422);
        assert_eq!(confirmed(&cast, &id, &since(20, "2025-03-25")), 422);
        assert_eq!(confirmed(&cast, &id, &since(9, "2025-03-16")), 422);
        assert_eq!(confirmed(&cast, &id, &since(20, "2025-03-16")), 202);
        let members = |day: &str| said_on(&cast, &id, day).1;
        assert_eq!(["2025-03-15", "2025-03-16", "2025-03-25"].map(members), [9, 20, 20]);
    }

    fn while_a_correction_waits_there_is_none_beside_it(db) {
        let cast = Cast::new(db);
        let id = entered(&cast);
        let address = format!("/api/v1/party-orgs/{id}/correct");
        let asked = cast.app.post(&address).token(&cast.leader).json(&corrected(&cast, &id, 10)).send();
        let first = asked.expect(202).json()["correction"].as_str().unwrap().to_owned();
        // Even its author does not correct beside it, and nobody is asked to fill in what cannot be taken.
        let again = cast.app.post(&address).token(&cast.handler).json(&corrected(&cast, &id, 11)).send();
        assert!(again.status == 409 && again.text().contains("已有一条更正等待确认：GZ"), "{}", again.text());
        let page = |who: &Person, address: &str| cast.app.get(address).session(who).send().expect(200).text();
        let form = page(&cast.leader, &format!("/party-orgs/{id}/correct"));
        assert!(form.contains("已有一条更正等待确认：GZ") && form.contains(&format!("/corrections/{first}")), "{form}");
        assert!(!form.contains("在您打开以后有变化") && !form.contains("name=\"members\""), "{form}");
        let offers = format!("/party-orgs/{id}/correct\"");
        assert!(!page(&cast.leader, &format!("/party-orgs/{id}")).contains(&offers));
        // Nobody confirms their own, so that it is not counted among what they have to confirm.
        let waits = |who: &Person| {
            let list = cast.app.get("/api/v1/corrections?queue=to_confirm").token(who).send();
            list.expect(200).json()["total"].as_i64().unwrap()
        };
        assert_eq!([waits(&cast.leader), waits(&cast.supervisor)], [0, 1]);
        let withdraw = format!("/api/v1/corrections/{first}/withdraw");
        cast.app.post(&withdraw).token(&cast.leader).json(&json!({})).send().expect(200);
        assert!(page(&cast.leader, &format!("/party-orgs/{id}")).contains(&offers));
    }
}

/// An entry that is a week old.
fn entered_later(cast: &Cast) -> String {
    let id = entered(cast);
    cast.app.later(7 * DAY);
    id
}
