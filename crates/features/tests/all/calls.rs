//! Whom intake and handlers call: the number masked at the act that calls, each look on record, and what the caller is handed.

use huitong_testkit::db_test;
use serde_json::{Value as Json, json};

use crate::cast::Cast;

/// Registers a case for a caller on the page; answers the page.
fn register(cast: &Cast, more: &Json) -> String {
    let body = Cast::appeal(&json!({"source": "phone"}));
    let mut fields: Vec<(String, String)> = Vec::new();
    for from in [&body, more] {
        for (key, value) in from.as_object().unwrap() {
            fields.retain(|(known, _)| known != key);
            fields.push((key.clone(), value.as_str().unwrap().to_owned()));
        }
    }
    let fields: Vec<_> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    cast.app.post("/appeals/register").session(&cast.intake).form(&fields).send().text()
}

db_test! {
    fn verifying_shows_whom_to_call_and_says_how_it_was_done(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let page = |act: &str| cast.app.get(&format!("/appeals/{}/{act}", told.id)).session(&cast.intake).send();
        let text = page("verify").expect(200).text();
        assert!(text.contains("沈*白") && text.contains("199****0123") && !text.contains("19900000123"), "{text}");
        let looks = "SELECT COUNT(*) FROM journal WHERE subject = $1 AND act = 'appeal.view_identity'";
        assert_eq!(cast.count(looks, &told.id), 0);
        let look = [("act", "verify"), ("look", "verify")];
        let path = format!("/appeals/{}/identity", told.id);
        let shown = cast.app.post(&path).session(&cast.intake).form(&look).send();
        let text = shown.expect(200).text();
        assert!(text.contains("19900000123") && text.contains("回拨电话核实"), "the form stands beside it\n{text}");
        assert_eq!(cast.count(looks, &told.id), 1);
        cast.does(&cast.intake, &told.id, "verify", &json!({"method": "call_back", "note": "本人接听"}));
        let case = cast.app.get(&format!("/appeals/{}", told.id)).session(&cast.intake).send();
        let text = case.expect(200).text();
        assert!(text.contains("核验了诉求人身份：回拨电话核实") && text.contains("已核验"), "{text}");
        // Acts that call nobody show nobody.
        assert!(!page("accept").expect(200).text().contains("199****0123"));
    }

    fn a_caller_is_handed_the_receipt_and_named_bodies_are_found_by_their_words(db) {
        let cast = Cast::new(db);
        let text = register(&cast, &json!({"kind": "投诉", "about": "甲行业"}));
        for said in ["诉求提交回执", "查询码", "锦宁市甲行业协会", "未核验", "打印回执", "/track"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        let text = register(&cast, &json!({"kind": "投诉", "about": "锦宁某某展览有限公司"}));
        assert!(text.contains("诉求提交回执") && text.contains("锦宁某某展览有限公司"), "{text}");
        let text = register(&cast, &json!({"kind": "投诉", "about": "锦宁市", "title": "短"}));
        assert!(text.contains("不止一家") && text.contains("不少于 4 个字"), "all that is wrong at once\n{text}");
    }
}
