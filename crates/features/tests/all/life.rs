//! How a case lives, told over the interface on both engines.

use huitong_testkit::db_test;
use serde_json::{Value as Json, json};

use crate::cast::{Cast, clock};

db_test! {
    fn from_the_public_to_a_judged_answer(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let seen = cast.tracked(&told);
        assert_eq!((&seen["state"], &seen["due_at"]), (&json!("submitted"), &json!("2025-03-14T14:30:00+08:00")));
        assert_eq!(seen["reply"], "");
        let id = &told.id;
        cast.app.settle();
        let notices = cast.app.get("/notices").session(&cast.intake).send().expect(200).text();
        assert!(notices.contains(&format!("新诉求 {} 待受理：春季招工困难请求协助", told.number)), "{notices}");
        assert_eq!(cast.does(&cast.intake, id, "verify", &json!({"method": "call_back"}))["state"], "submitted");
        assert_eq!(cast.tries(&cast.intake, id, "verify", &json!({"method": "call_back"})).status, 409);
        assert_eq!(cast.tries(&cast.intake, id, "dispatch", &json!({"unit": "commerce", "reason": "按目录派单"})).status, 409);
        assert_eq!(cast.does(&cast.intake, id, "accept", &json!({}))["state"], "accepted");
        let unclassified = cast.tries(&cast.intake, id, "dispatch", &json!({"unit": "commerce", "reason": "按目录派单"}));
        unclassified.expect(409);
        assert_eq!(unclassified.json()["detail"], "先分类，再派单");
        cast.walk(id, &["classify", "dispatch"]);
        assert_eq!(cast.tries(&cast.next_handler, id, "sign", &json!({})).status, 404);
        cast.walk(id, &["sign", "contact", "reply"]);
        assert_eq!(cast.seen(&cast.handler, id)["state"], "replied");
        assert_eq!(cast.tries(&cast.handler, id, "send", &json!({})).status, 403);
        let early = cast.tries(&cast.leader, id, "send", &json!({}));
        early.expect(409);
        assert_eq!(early.json()["detail"], "先审核同意，再发出答复");
        assert!(!cast.tracked(&told).to_string().contains("专场招聘会定于下周"), "a draft is nobody's answer");
        assert_eq!(cast.tries(&cast.leader, id, "review", &json!({"outcome": "return"})).status, 422);
        cast.walk(id, &["return"]);
        assert_eq!(cast.seen(&cast.leader, id)["state"], "handling");
        cast.walk(id, &["reply", "approve"]);
        let again = cast.tries(&cast.leader, id, "review", &json!({"outcome": "approve"}));
        again.expect(409);
        assert_eq!(cast.by_code(&told, "judge", &json!({"solved": "yes", "satisfied": "yes"})).status, 409);
        cast.walk(id, &["send"]);
        let seen = cast.tracked(&told);
        assert_eq!(seen["state"], "answered");
        assert!(seen["reply"].as_str().unwrap().contains("专场招聘会定于下周"));
        assert_eq!(cast.by_code(&told, "withdraw", &json!({})).status, 409);
        let judged = cast.by_code(&told, "judge", &json!({"solved": "no", "satisfied": "basically", "comment": "还差一些"}));
        assert_eq!(judged.expect(200).json()["state"], "closed");
        assert_eq!(cast.by_code(&told, "judge", &json!({"solved": "yes", "satisfied": "yes"})).status, 409);
        let case = cast.seen(&cast.supervisor, id);
        assert_eq!((&case["state"], &case["solved"]), (&json!("closed"), &json!("no")));
        assert!(case["acts"].as_array().unwrap().is_empty(), "{}", case["acts"]);
        let acts: Vec<&str> = case["timeline"].as_array().unwrap().iter().map(|l| l["act"].as_str().unwrap()).collect();
        let wanted = ["submit", "verify", "accept", "classify", "dispatch", "sign", "contact", "reply", "review", "reply", "review", "send", "judge"];
        assert_eq!(acts, wanted);
        let public = cast.tracked(&told);
        let acts: Vec<&str> = public["steps"].as_array().unwrap().iter().map(|l| l["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["submit", "accept", "dispatch", "sign", "contact", "send", "judge"]);
    }

    fn what_is_not_taken_on_says_why_and_ends(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        assert_eq!(cast.tries(&cast.intake, &told.id, "decline", &json!({"reason": "other_place"})).status, 422);
        let text = "您反映的事项不属本市管辖，请向事项所在地的部门提出。";
        let done = cast.does(&cast.intake, &told.id, "decline", &json!({"reason": "other_place", "text": text}));
        assert_eq!((&done["state"], &done["due_at"]), (&json!("declined"), &Json::Null));
        assert!(cast.tracked(&told).to_string().contains(text));
        assert_eq!(cast.by_code(&told, "withdraw", &json!({})).status, 409);
        for act in ["accept", "verify", "decline", "classify", "dispatch"] {
            assert_eq!(cast.tries(&cast.intake, &told.id, act, &json!({"reason": "other_place", "text": text})).status, 409, "{act}");
        }
    }

    fn it_is_taken_back_from_every_state_before_the_answer(db) {
        let cast = Cast::new(db);
        let steps = ["accept", "classify", "dispatch", "sign", "contact", "reply", "approve"];
        for done in 0..=steps.len() {
            let told = cast.submit(&json!({}));
            cast.walk(&told.id, &steps[..done]);
            let taken = cast.by_code(&told, "withdraw", &json!({"reason": "已自行解决"}));
            assert_eq!(taken.expect(200).json()["state"], "withdrawn", "after {done} steps");
            let case = cast.seen(&cast.intake, &told.id);
            assert_eq!(case["due_at"], Json::Null);
            let clocks = case["clocks"].as_array().unwrap();
            assert!(clocks.iter().all(|clock| clock["met_at"].is_string()), "after {done} steps a clock still runs");
            assert_eq!(cast.by_code(&told, "withdraw", &json!({})).status, 409);
        }
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &steps);
        cast.walk(&told.id, &["send"]);
        assert_eq!(cast.by_code(&told, "withdraw", &json!({})).status, 409);
    }

    fn the_first_unit_answers_until_the_next_has_signed(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let id = &told.id;
        cast.walk(id, &["accept", "classify", "dispatch", "sign", "contact"]);
        let answer_due = cast.seen(&cast.handler, id)["answer_due_at"].clone();
        let (commerce, transport) = (cast.app.unit("commerce").id.to_string(), cast.app.unit("transport").id.to_string());
        let over = json!({"unit": transport, "reason": "车辆通行不属本单位职责，转交通运输部门"});
        assert_eq!(cast.tries(&cast.next_handler, id, "dispatch", &over).status, 404);
        cast.does(&cast.handler, id, "dispatch", &over);
        let case = cast.seen(&cast.handler, id);
        assert_eq!((&case["state"], &case["unit"]), (&json!("dispatched"), &json!(commerce)));
        assert_eq!(case["next_unit_name"], cast.app.unit("transport").name.as_str());
        assert_eq!(case["answer_due_at"], answer_due, "handing on restarts nothing");
        assert_eq!(clock(&case, "answer").len(), 1);
        let on_desk = |who| {
            let found = cast.app.get("/api/v1/appeals?queue=to_sign").token(who).send();
            found.expect(200).json()["total"].as_i64().unwrap()
        };
        assert_eq!((on_desk(&cast.handler), on_desk(&cast.next_handler)), (0, 1));
        // Both units see it while it is under way; only the next one can sign.
        assert_eq!(cast.tries(&cast.handler, id, "sign", &json!({})).status, 409);
        assert_eq!(cast.seen(&cast.next_leader, id)["unit"], commerce.as_str());
        cast.does(&cast.next_handler, id, "sign", &json!({}));
        let case = cast.seen(&cast.next_handler, id);
        assert_eq!((&case["unit"], &case["next_unit_name"]), (&json!(transport), &json!("")));
        assert_eq!((&case["answer_due_at"], clock(&case, "sign").len()), (&answer_due, 2));
        // The earlier unit has it no more: no row, no case, no act.
        for who in [&cast.handler, &cast.colleague, &cast.leader] {
            assert_eq!(cast.app.get(&format!("/api/v1/appeals/{id}")).token(who).send().status, 404);
            assert_eq!(cast.tries(who, id, "note", &json!({"text": "补充情况"})).status, 404);
            assert_eq!(cast.app.get("/api/v1/appeals").token(who).send().json()["total"], 0);
        }
        assert!(cast.tracked(&told)["unit_name"].as_str().unwrap().contains("交通"));
    }

    fn whoever_is_complained_of_is_never_proposed_and_never_given_the_case(db) {
        let cast = Cast::new(db);
        let labour = cast.app.unit("human_resources");
        let told = cast.submit(&json!({"kind": "投诉", "about": labour.name}));
        let id = &told.id;
        cast.walk(id, &["accept"]);
        cast.does(&cast.intake, id, "classify", &json!({"kind": "投诉", "category": "03-1"}));
        let page = cast.app.get(&format!("/appeals/{id}/dispatch")).session(&cast.intake).send();
        page.expect(200);
        let value = format!("value=\"{}\"", labour.id);
        assert!(!page.text().contains(&value), "the unit complained of is on offer");
        for named in [labour.id.as_str(), "human_resources", labour.name.as_str()] {
            let refused = cast.tries(&cast.intake, id, "dispatch", &json!({"unit": named, "reason": "按派单目录派单"}));
            refused.expect(422);
            assert_eq!(refused.json()["errors"][0]["field"], "unit");
        }
        // Another case with the same category goes there by the catalogue.
        let other = cast.submit(&json!({}));
        cast.walk(&other.id, &["accept", "classify"]);
        let page = cast.app.get(&format!("/appeals/{}/dispatch", other.id)).session(&cast.intake).send();
        assert!(page.text().contains(&value));
    }

    fn a_key_acts_once_and_a_version_is_held_to(db) {
        let cast = Cast::new(db);
        let post = |key: &str, body: &Json| {
            cast.app.post("/api/v1/appeals").header("idempotency-key", key).json(body).send()
        };
        let body = Cast::appeal(&json!({}));
        let first = post("k-1", &body);
        first.expect(201);
        assert_eq!(post("k-1", &body).json(), first.json());
        let other = post("k-1", &Cast::appeal(&json!({"title": "另一件事情请求协助"})));
        other.expect(422);
        assert_ne!(post("k-2", &body).json()["id"], first.json()["id"]);
        assert_eq!(cast.count("SELECT COUNT(*) FROM appeals WHERE id <> $1", ""), 2);
        let told = crate::cast::told(&first);
        let accept = |version: i64, key: &str| {
            let ask = cast.app.post(&format!("/api/v1/appeals/{}/accept", told.id)).token(&cast.intake);
            ask.header("idempotency-key", key).json(&json!({"version": version})).send()
        };
        let stale = accept(7, "a-0");
        stale.expect(409);
        assert_eq!(stale.json()["version"], 1);
        let done = accept(1, "a-1");
        assert_eq!(done.expect(200).json()["version"], 2);
        assert_eq!(accept(1, "a-1").json(), done.json(), "the same again is answered the same");
        let late = accept(1, "a-2");
        late.expect(409);
        assert_eq!(late.json()["version"], 2);
        assert_eq!(cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1", &told.id), 2);
        // Keys belong to who used them: another person's same key is another key.
        let elsewhere = cast.app.post("/api/v1/appeals").token(&cast.secretary).header("idempotency-key", "k-1");
        assert_ne!(elsewhere.json(&body).send().expect(201).json()["id"], first.json()["id"]);
    }

    fn confidential_and_anonymous_mean_what_they_say(db) {
        let cast = Cast::new(db);
        let told = cast.submit_signed_in(&json!({"disclosure": "confidential", "contact_name": "沈从容", "contact_phone": "19900000777"}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "assign"]);
        for who in [&cast.intake, &cast.handler, &cast.colleague, &cast.leader, &cast.supervisor] {
            let case = cast.seen(who, &told.id).to_string();
            for word in ["沈从容", "沈*容", "沈秋白", "19900000777", "199****0777", "甲行业协会"] {
                assert!(!case.contains(word), "{} reads {word}", who.account.login);
            }
        }
        assert!(cast.seen(&cast.secretary, &told.id).to_string().contains("19900000777"));
        let may = |who| cast.seen(who, &told.id)["complainant"]["may_reveal"] == true;
        assert!(may(&cast.intake) && may(&cast.colleague));
        assert!(!may(&cast.handler) && !may(&cast.leader) && !may(&cast.supervisor));
        cast.does(&cast.secretary, &told.id, "withdraw", &json!({"reason": "已协商解决"}));
        assert!(!cast.seen(&cast.supervisor, &told.id).to_string().contains("沈秋白"));
        let entries = cast.app.get(&format!("/api/v1/journal?subject={}", told.number)).token(&cast.auditor).send().expect(200).json();
        for word in ["沈从容", "沈秋白", "19900000777", cast.association.id.as_str(), cast.secretary.account.id.as_str()] {
            assert!(!entries.to_string().contains(word), "the journal says {word}");
        }

        let refused = cast.app.post("/api/v1/appeals").token(&cast.secretary).json(&Cast::appeal(&json!({"disclosure": "anonymous"}))).send();
        assert_eq!(refused.expect(422).json()["errors"][0]["field"], "disclosure");
        let anonymous = cast.app.post("/api/v1/appeals").json(&Cast::appeal(&json!({"disclosure": "anonymous"}))).send();
        assert_eq!(anonymous.expect(201).json()["due_at"], Json::Null, "nothing is promised");
        let told = crate::cast::told(&anonymous);
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        assert!(cast.tracked(&told)["clocks"].as_array().unwrap().is_empty());
        let case = cast.seen(&cast.handler, &told.id);
        assert!(clock(&case, "contact").is_empty() && clock(&case, "answer")[0]["promise"] == false);
        assert_eq!(cast.tries(&cast.handler, &told.id, "contact", &json!({"reason": "verify", "result": "reached"})).status, 409);
        assert_eq!(cast.count("SELECT COUNT(*) FROM appeals WHERE id = $1 AND contact_name IS NULL AND contact_phone IS NULL", &told.id), 1);
        cast.walk(&told.id, &["reply", "approve", "send"]);
        assert_eq!(cast.by_code(&told, "judge", &json!({"solved": "yes", "satisfied": "yes"})).status, 409);
    }
}
