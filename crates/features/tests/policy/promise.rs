//! What is a default of ours is promised to nobody until the department has confirmed it by its paper.

use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use serde_json::json;

db_test! {
    fn a_default_of_ours_is_promised_to_nobody_before_it_is_confirmed(db) {
        let app = TestApp::unconfirmed(db);
        let appeal = json!({
            "kind": "求助", "title": "春季用工缺口大，请求协助", "text": "三家会员企业春季缺普工约六十人，请求组织招聘。",
            "disclosure": "named", "contact_name": "邹嘉柏", "contact_phone": "19900000348",
        });
        let submit = || {
            let answer = app.post("/api/v1/appeals").json(&appeal).send();
            assert_eq!(answer.status, 201, "{}", answer.text());
            answer.json()
        };
        let submitted = submit();
        assert!(submitted["due_at"].is_null(), "{submitted}");
        let (number, code) = (submitted["number"].as_str().unwrap(), submitted["tracking_code"].as_str().unwrap());
        let progress = app.get(&format!("/api/v1/track/{number}")).header("X-Tracking-Code", code).send();
        assert!(progress.json()["due_at"].is_null() && progress.text().contains("受理后告知"), "{}", progress.text());
        assert!(!app.browser().get("/").main().contains("告知是否受理（"));
        assert!(!app.browser().get("/").main().contains("4 个工作小时"));
        assert!(app.browser().get("/appeals/new").main().contains("受理后告知"));

        let limits = app.city.pack().definition("appeal").unwrap().limits.clone();
        let accept = limits.iter().find(|limit| limit.key == "accept").unwrap().item.clone();
        let answer = limits.iter().find(|limit| limit.key == "answer").unwrap().item.clone();
        let admin = app.staff("policy", "policy_admin", "social_work");
        let handler = app.staff("handler", "handler", "commerce");
        let confirm = |item: &str, paper: &str| {
            app.post("/api/v1/pack/confirm").token(&admin).json(&json!({"item": item, "paper": paper})).send()
        };
        let refused = app.post("/api/v1/pack/confirm").token(&handler);
        assert_eq!(refused.json(&json!({"item": accept, "paper": "文"})).send().status, 403);
        for nothing in [" ", "好", "《》〔〕——"] {
            assert_eq!(confirm(&accept, nothing).status, 422, "a paper is what confirms");
        }
        assert_eq!(confirm(&answer, "锦委社〔2025〕2号").status, 422, "what rests on a text in force needs no confirmation");
        assert_eq!(confirm("0000", "锦委社〔2025〕2号").status, 404);
        assert!(submit()["due_at"].is_null(), "what was refused confirmed nothing");

        assert_eq!(confirm(&accept, "锦委社〔2025〕2号").status, 200);
        assert_eq!(confirm(&accept, "锦委社〔2025〕2号").status, 200, "again changes nothing");
        assert!(submit()["due_at"].is_string());
        assert!(app.browser().get("/").main().contains("4 个工作小时内告知是否受理"));
        let ctx = app.program();
        let entries = app.city.db.read(&ctx, |tx| {
            let sql = "SELECT COUNT(*) FROM journal WHERE act = 'pack.confirm'";
            tx.number(sql, huitong_kernel::args![])
        });
        assert_eq!(entries.unwrap(), 1, "one entry in the journal");
    }
}
