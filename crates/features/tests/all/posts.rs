//! Who holds more than one post, one that ends, or none any more.

use huitong_features::base::identity::{self, NewPost, Office};
use huitong_kernel::http::Listener;
use huitong_testkit::db_test;
use serde_json::json;

use crate::cast::Cast;

db_test! {
    fn nobody_reviews_what_they_wrote_whatever_their_posts(db) {
        let cast = Cast::new(db);
        let office = Office::unit(&cast.app.unit("commerce"));
        cast.app.act(|tx| identity::grant(tx, &cast.handler.account.id, &NewPost::open("unit_leader", office.clone())));
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "reply"]);
        let own = cast.tries(&cast.handler, &told.id, "review", &json!({"outcome": "approve"}));
        assert_eq!(own.expect(409).json()["detail"], "答复由您起草，应由其他人审核");
        let offered = cast.seen(&cast.handler, &told.id)["acts"].clone();
        let review = offered.as_array().unwrap().iter().find(|offer| offer["act"] == "review").unwrap().clone();
        assert_eq!((&review["allowed"], review["unmet"].as_array().unwrap().len()), (&json!(false), 1));
        cast.walk(&told.id, &["approve"]);
        assert_eq!(cast.does(&cast.handler, &told.id, "send", &json!({}))["state"], "answered");
    }

    fn a_post_in_the_unit_complained_of_shuts_out_every_other_post(db) {
        let cast = Cast::new(db);
        let told = cast.submit_signed_in(&json!({"kind": "投诉", "about": "water", "contact_name": "沈从容", "contact_phone": "19900000777"}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let knows = || cast.seen(&cast.handler, &told.id).to_string();
        assert!(knows().contains("沈*容") && knows().contains("199****0777") && knows().contains("甲行业协会"));
        let office = Office::unit(&cast.app.unit("water"));
        let post = cast.app.act(|tx| identity::grant(tx, &cast.handler.account.id, &NewPost::open("registrar", office.clone())));
        for word in ["沈*容", "199****0777", "甲行业协会", "沈秋白", "沈*白"] {
            assert!(!knows().contains(word), "the complained-of reads {word}");
        }
        let refused = cast.tries(&cast.handler, &told.id, "contact", &json!({"reason": "verify", "result": "reached"}));
        assert_eq!(refused.expect(409).json()["detail"], "您所在的单位是被反映对象，不能办理这件诉求");
        let reveal = cast.app.post(&format!("/appeals/{}/identity", told.id)).session(&cast.handler).form(&[("reason", "verify")]).send();
        assert_eq!(reveal.status, 403);
        cast.app.act(|tx| identity::end(tx, &post.id, None, "调离"));
        assert!(knows().contains("沈*容"));
    }

    fn rights_end_with_the_post_at_midnight_and_with_the_account_at_once(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let posts = cast.app.read(|tx| identity::posts_of(tx, &cast.handler.account.id));
        let today = cast.app.program().today();
        cast.app.act(|tx| identity::end(tx, &posts[0].id, Some(today), "到期"));
        let path = format!("/api/v1/appeals/{}", told.id);
        cast.app.at("2025-03-14T23:59:59+08:00");
        assert_eq!(cast.app.get(&path).token(&cast.handler).send().status, 200);
        assert_eq!(cast.app.get("/desk").session(&cast.handler).send().status, 200);
        cast.app.at("2025-03-15T00:00:00+08:00");
        assert_eq!(cast.app.get(&path).token(&cast.handler).send().status, 403);
        assert_eq!(cast.app.get("/appeals").session(&cast.handler).send().status, 403);
        assert_eq!(cast.tries(&cast.handler, &told.id, "note", &json!({"text": "还在办"})).status, 403);
        cast.app.act(|tx| identity::disable(tx, &cast.leader.account.id, "停用"));
        assert_eq!(cast.app.get(&path).token(&cast.leader).send().status, 401);
        // Whoever is assigned and gone is not offered again.
        let next = cast.app.staff("new-leader", "unit_leader", "commerce");
        let refused = cast.tries(&next, &told.id, "assign", &json!({"handler": cast.handler.account.id}));
        assert_eq!(refused.expect(422).json()["errors"][0]["field"], "handler");
        assert_eq!(cast.tries(&next, &told.id, "assign", &json!({"handler": cast.next_handler.account.id})).status, 422);
        cast.does(&next, &told.id, "assign", &json!({"handler": cast.colleague.account.id}));
    }

    fn the_public_listener_knows_nothing_of_the_office(db) {
        let cast = Cast::new(db);
        let told = cast.submit_signed_in(&json!({}));
        let on = |listener, path: &str, who| cast.app.get(path).token(who).on(listener).send().status;
        let inside = [
            String::from("/appeals"),
            String::from("/appeals/register"),
            format!("/appeals/{}", told.id),
            format!("/appeals/{}/accept", told.id),
            String::from("/admin/users"),
            String::from("/admin/journal"),
            String::from("/admin/pack"),
            String::from("/api/v1/journal"),
        ];
        for path in &inside {
            assert_eq!(on(Listener::Public, path, &cast.intake), 404, "{path}");
            assert_ne!(on(Listener::Staff, path, &cast.intake), 404, "{path}");
        }
        for path in ["/", "/orgs", "/track", "/duty", "/login", "/api/v1/appeals", "/my/appeals", "/desk", "/me"] {
            assert_eq!(on(Listener::Public, path, &cast.secretary), if path == "/login" { 303 } else { 200 }, "{path}");
        }
    }
}
