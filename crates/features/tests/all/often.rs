//! Too often: what one address may ask without an account, over HTTP, and what whoever meets the limit is told.

use huitong_features::base::identity::Office;
use huitong_testkit::app::{PASSWORD, TestApp};
use huitong_testkit::db_test;
use huitong_testkit::door::Answer;
use serde_json::json;

use crate::cast::{Cast, told};

/// Asks until it is too often: the answer that says so, and how many were taken before. Buckets fill up again while a slow
/// machine asks, so that a few more than `size` may pass.
fn until_refused(size: usize, ask: impl Fn(usize) -> Answer) -> (Answer, usize) {
    for nth in 0..size + 30 {
        let answer = ask(nth);
        if answer.status == 429 {
            assert!(nth >= size, "refused after {nth} of {size}: {}", answer.text());
            return (answer, nth);
        }
        assert!(answer.status < 500, "{}", answer.text());
    }
    panic!("never refused")
}

fn waits(answer: &Answer) -> bool {
    answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=60).contains(&seconds))
}

db_test! {
    fn handing_in_without_an_account(db) {
        let app = TestApp::limited(db);
        let send = |_| app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send();
        let (refused, taken) = until_refused(20, send);
        assert!(waits(&refused) && refused.json()["code"] == "too_many", "{}", refused.text());
        let kept = app.read(|tx| tx.number("SELECT COUNT(*) FROM appeals", huitong_kernel::args![]));
        assert_eq!(kept, i64::try_from(taken).unwrap(), "what was refused was not kept");
        // The page shares the allowance, and nothing typed is lost.
        let body = Cast::appeal(&json!({}));
        let fields: Vec<_> = body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        let page = app.post("/appeals/done").form(&fields).send();
        if page.status == 429 {
            assert!(waits(&page));
            let text = page.text();
            assert!(text.contains("操作过于频繁") && text.contains("继续提交") && text.contains("会员企业用工缺口约三百人"), "{text}");
        } else {
            page.expect(200);
        }
        // Whoever is signed in is known and not counted with the public.
        let office = Office::unit(&app.unit("social_work"));
        let clerk = app.somebody("clerk", "夏受理", "intake", &office);
        app.get("/appeals").session(&clerk).send().expect(200);
    }

    fn looking_up_by_number_and_code(db) {
        let app = TestApp::limited(db);
        let told = told(app.post("/api/v1/appeals").json(&Cast::appeal(&json!({}))).send().expect(201));
        let path = format!("/api/v1/track/{}", told.number);
        let guess = |nth: usize| app.get(&path).header("x-tracking-code", &format!("2222222{}", nth % 8)).send();
        let (refused, _) = until_refused(30, guess);
        assert!(waits(&refused) && refused.json()["code"] == "too_many");
        let (page, _) = until_refused(0, |_| app.post("/track").form(&[("number", &told.number), ("code", "22222222")]).send());
        assert!(waits(&page) && page.text().contains("操作过于频繁"), "{}", page.text());
        // The right code opens nothing either while the address must wait: guesses are not told apart.
        let (still, _) = until_refused(0, |_| app.get(&path).header("x-tracking-code", &told.code).send());
        assert!(!still.text().contains("春季招工"));
    }

    fn signing_in(db) {
        let app = TestApp::limited(db);
        let tries = |nth: usize| {
            let login = format!("nobody-{nth}");
            app.post("/login").form(&[("login", &login), ("password", "Wrong-Password-1")]).send()
        };
        let (refused, _) = until_refused(30, tries);
        assert!(waits(&refused) && refused.text().contains("操作过于频繁"), "{}", refused.text());
        assert!(!refused.text().contains("Wrong-Password-1"), "a password is never sent back");
    }

    fn a_lead_without_a_name_is_nobodys_whoever_is_signed_in(db) {
        let cast = Cast::new(db);
        let lead = Cast::appeal(&json!({"disclosure": "anonymous"}));
        for who in [&cast.secretary, &cast.intake, &cast.handler, &cast.supervisor, &cast.auditor] {
            let ask = cast.app.post("/api/v1/appeals").token(who).header("idempotency-key", "lead-1");
            let refused = ask.json(&lead).send();
            assert_eq!(refused.expect(422).json()["errors"][0]["field"], "disclosure", "{}", who.account.login);
            let fields: Vec<_> = lead.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
            let page = cast.app.post("/appeals/done").session(who).form(&fields).send();
            assert!(page.status == 422 || page.status == 303, "{} {}", page.status, page.text());
        }
        let none = |sql: &str| assert_eq!(cast.count(sql, ""), 0, "{sql}");
        none("SELECT COUNT(*) FROM appeals WHERE id <> $1");
        none("SELECT COUNT(*) FROM matter_steps WHERE id <> $1");
        none("SELECT COUNT(*) FROM journal WHERE act = 'appeal.submit' AND id <> $1");
        none("SELECT COUNT(*) FROM idempotency WHERE id <> $1");
        // Signed out it is taken, and nothing in it points to anybody.
        let told = told(cast.app.post("/api/v1/appeals").json(&lead).send().expect(201));
        let nobody = "SELECT COUNT(*) FROM appeals WHERE id = $1 AND owner_user IS NULL AND contact_name IS NULL \
                      AND contact_phone IS NULL AND association IS NULL AND owner_association IS NULL";
        assert_eq!(cast.count(nobody, &told.id), 1);
        let entry = "SELECT COUNT(*) FROM journal WHERE subject = $1 AND actor = 'complainant' AND role = '' AND behalf = ''";
        assert_eq!(cast.count(entry, &told.id), 1);
        assert_eq!(cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND actor = 'complainant' AND office = ''", &told.id), 1);
    }

    fn a_whole_office_signs_in_behind_one_address(db) {
        let app = TestApp::limited(db);
        let clerk = app.staff("clerk", "intake", "social_work");
        for nth in 0..40 {
            let answer = app.post("/login").form(&[("login", &clerk.account.login), ("password", PASSWORD)]).send();
            assert_eq!(answer.status, 303, "the {nth}th waits: {}", answer.text());
        }
    }

    fn with_an_account_one_is_counted_by_account(db) {
        let app = TestApp::limited(db);
        let body = json!({"kind": "求助", "title": "春季招工", "description": "会员企业用工缺口约三百人，请协调。"});
        let office = |name: &str, nth| Office::association(app.association(name, nth).id.as_str(), name);
        let (one, two) = (office("甲行业协会", 1), office("乙行业协会", 2));
        let one = app.somebody("one", "王秘书", "association_secretary", &one);
        let two = app.somebody("two", "李秘书", "association_secretary", &two);
        let (refused, _) = until_refused(20, |_| app.post("/api/v1/appeals").token(&one).json(&body).send());
        assert!(waits(&refused), "{}", refused.text());
        assert_ne!(app.post("/api/v1/appeals").token(&two).json(&body).send().status, 429, "another account");
        let track = "/api/v1/track/SQ20250314AAAAAAA0";
        until_refused(30, |_| app.get(track).token(&one).header("x-tracking-code", "22222222").send());
        assert_ne!(app.get(track).header("x-tracking-code", "22222222").send().status, 429, "nobody else pays for it");
    }

    fn a_token_acts_by_the_interface_alone(db) {
        let cast = Cast::new(db);
        let admin = cast.app.staff("admin", "system_admin", "social_work");
        let fields = [("login", "second-admin"), ("name", "李管理"), ("password", "Nq5sJw9zTb"), ("role", "system_admin")];
        let refused = cast.app.post("/admin/users").token(&admin).form(&fields).send();
        assert_eq!(refused.status, 403, "{}", refused.text());
        assert!(refused.text().contains("接口令牌只用于接口"), "{}", refused.text());
    }

    fn auditors_are_told_at_once_who_may_look_at_persons(db) {
        let cast = Cast::new(db);
        let admin = cast.app.staff("admin", "system_admin", "social_work");
        let unit = cast.app.unit("social_work");
        for role in ["intake", "supervisor"] {
            let path = format!("/admin/users/{}/posts", cast.leader.account.id);
            let fields = [("role", role), ("unit", unit.id.as_str()), ("from", "2025-03-14")];
            cast.app.post(&path).session(&admin).form(&fields).send().expect(303);
        }
        cast.app.settle();
        let told = cast.app.get("/notices").session(&cast.auditor).send().text();
        assert!(told.contains("“受理员”，可以查看诉求人的身份"), "{told}");
        assert!(!told.contains("督办员"), "{told}");
    }
}
