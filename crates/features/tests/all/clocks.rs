//! The clocks of a case: what starts, ends and moves them, and what happens when nobody looks.

use huitong_features::base::matters::{self, RunningLimit};
use huitong_features::growth::appeals::Appeal;
use huitong_kernel::clock::rfc3339;
use huitong_kernel::pack::Pack;
use huitong_kernel::policy::Policy;
use huitong_testkit::db_test;
use serde_json::json;

use crate::cast::{Cast, clock};

db_test! {
    fn a_transfer_ends_the_first_contact_without_keeping_it(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let id = &told.id;
        cast.walk(id, &["accept", "classify", "dispatch", "sign"]);
        let over = [("unit", "transport"), ("reason", "车辆通行不属本单位职责，转交通运输部门")];
        let version = cast.seen(&cast.handler, id)["version"].to_string();
        let form = [&over[..], &[("version", version.as_str())]].concat();
        let done = cast.app.post(&format!("/appeals/{id}/dispatch")).session(&cast.handler).form(&form).send();
        done.expect(303);
        let page = cast.app.get(&format!("/appeals/{id}")).session(&cast.handler).send();
        let text = page.expect(200).text();
        assert!(text.contains("随转办停止计时") && text.contains("转办给") && !text.contains("派单给锦宁市交通"), "{text}");
        let followed = cast.tracked(&told).to_string();
        assert!(followed.contains("已转办给"), "{followed}");
    }

    fn a_claim_shortens_no_limit_before_somebody_vouches_for_it(db) {
        let cast = Cast::new(db);
        let says = |id: &str, limit: &str| clock(&cast.seen(&cast.intake, id), limit)[0]["sentence"].as_str().unwrap().to_owned();
        for claim in [json!({"company_name": "锦宁甲有限公司", "company_code": "91510100MA6CAAAA0E"}), json!({})] {
            let told = cast.submit(&claim);
            assert!(says(&told.id, "accept").contains("4 个工作小时"), "{claim} {}", says(&told.id, "accept"));
        }
        let told = cast.submit(&json!({"company_name": "锦宁甲有限公司", "company_code": "91510100MA6CAAAA0E"}));
        cast.does(&cast.intake, &told.id, "verify", &json!({"method": "call_back"}));
        cast.walk(&told.id, &["accept"]);
        assert!(says(&told.id, "dispatch").contains("2 个工作小时"), "{}", says(&told.id, "dispatch"));
        let own = cast.submit_signed_in(&json!({}));
        assert!(says(&own.id, "accept").contains("2 个工作小时"), "{}", says(&own.id, "accept"));
    }

    fn notes_restart_nothing_and_each_limit_is_met_once(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let id = &told.id;
        cast.walk(id, &["accept", "classify", "dispatch", "sign"]);
        let before = cast.seen(&cast.handler, id);
        assert_eq!(before["answer_due_at"], "2025-03-25T23:59:59+08:00");
        for _ in 0..3 {
            cast.app.later(3_600_000);
            cast.walk(id, &["note"]);
        }
        let after = cast.seen(&cast.handler, id);
        assert_eq!((&after["due_at"], &after["answer_due_at"]), (&before["due_at"], &before["answer_due_at"]));
        assert_eq!(after["clocks"], before["clocks"], "a note moved a clock");
        cast.walk(id, &["contact"]);
        let met = clock(&cast.seen(&cast.handler, id), "contact")[0]["met_at"].clone();
        assert!(met.is_string());
        cast.app.later(3_600_000);
        cast.walk(id, &["contact"]);
        let case = cast.seen(&cast.handler, id);
        assert_eq!((clock(&case, "contact").len(), &clock(&case, "contact")[0]["met_at"]), (1, &met));
        for clock in case["clocks"].as_array().unwrap() {
            assert!(clock["sentence"].as_str().unwrap().contains("2025"), "the arithmetic is said: {clock}");
        }
    }

    fn a_clock_counted_on_a_guess_is_counted_again_when_the_calendar_arrives(db) {
        let cast = Cast::new(db);
        cast.app.at("2026-12-31T16:28:00+08:00");
        let told = cast.submit(&json!({}));
        let due = || -> Vec<(String, bool, String, String)> {
            let clocks = cast.app.read(|tx| matters::clocks_of(tx, &told.id));
            let said = |c: &RunningLimit| cast.app.read(|tx| Ok(matters::clocks::sentence(tx.ctx(), c)));
            clocks
                .iter()
                .map(|c| (c.limit_key.clone(), c.promise, rfc3339(c.due_at), said(c)))
                .collect()
        };
        let before = due();
        assert!(before.iter().all(|(.., said)| said.contains("2027年节假日安排未发布，暂按周末与法定日计算")), "{before:?}");
        assert!(before.iter().all(|(_, _, at, _)| !at.starts_with("2027-01-01")), "New Year is off in every year: {before:?}");
        assert_eq!(matters::recount::<Appeal>(&cast.app.city).unwrap(), 0, "nothing has arrived");

        let (house, pack) = (huitong_features::house(), cast.app.city.pack());
        let mut files = pack.files.clone();
        // Invented: the Monday after New Year is off.
        files.get_mut("calendar.csv").unwrap().push_str("2027,放假,元旦,01-01~01-04,通知,R\n");
        let files = files.into_iter().map(|(path, text)| (path, text.replace(&pack.version, "2027.1.1")));
        let next = Pack::from_files(&files.collect(), &house.vocabulary).unwrap();
        cast.app.city.put_in_force(Policy::new(next.into(), vec![pack], &house).unwrap());
        let changes = || cast.app.read(|tx| tx.number("SELECT COUNT(*) FROM counter_deltas WHERE name = 'appeals'", huitong_kernel::args![]));
        let changed = changes();
        assert_eq!(matters::recount::<Appeal>(&cast.app.city).unwrap(), before.len() as u64);
        let more = changes() - changed;
        assert_eq!(more, before.len() as i64, "what is kept of other questions about the case no longer holds");
        assert_eq!(matters::recount::<Appeal>(&cast.app.city).unwrap(), 0, "once is enough");

        for ((limit, promise, was, _), (_, _, is, said)) in before.iter().zip(due()) {
            assert!(said.contains("重新推算") && said.contains("节假日安排公布后重新计算"), "{limit}: {said}");
            assert!(!said.contains("未发布"), "{said}");
            assert_eq!(*was == is, *promise, "{limit}: a promise made stays, everything else moves: {was} {is}");
        }
        let seen = cast.seen(&cast.intake, &told.id);
        let steps = seen["timeline"].to_string();
        assert!(steps.contains("节假日安排公布后重新计算"), "{steps}");
        let kinds = cast.app.read(|tx| {
            let rows = tx.query("SELECT act FROM journal WHERE subject = $1", huitong_kernel::args![&told.id])?;
            rows.iter().map(|row| row.get::<String>("act")).collect::<huitong_kernel::Result<Vec<_>>>()
        });
        assert!(kinds.contains(&String::from("appeal.recount")), "{kinds:?}");
    }

    fn another_kind_has_another_limit_from_the_same_start(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept"]);
        let due = || cast.seen(&cast.intake, &told.id)["answer_due_at"].clone();
        assert_eq!(due(), "2025-03-25T23:59:59+08:00");
        cast.app.at("2025-03-17T10:00:00+08:00");
        cast.does(&cast.intake, &told.id, "classify", &json!({"kind": "投诉", "category": "03-1"}));
        // Fifteen working days from the acceptance of 14 March, past 清明.
        assert_eq!(due(), "2025-04-07T23:59:59+08:00");
        cast.does(&cast.intake, &told.id, "classify", &json!({"kind": "咨询", "category": "03-1"}));
        assert_eq!(due(), "2025-03-19T23:59:59+08:00");
        let case = cast.seen(&cast.intake, &told.id);
        let answer = clock(&case, "answer");
        assert_eq!(answer.len(), 1);
        // The sentence tells what happened: the limit it began with, and both changes.
        let sentence = answer[0]["sentence"].as_str().unwrap();
        for said in ["由 7 个工作日改为 15 个工作日", "由 15 个工作日改为 3 个工作日", "于 3月19日 24:00 到期（办公时间截至17:00）"] {
            assert!(sentence.contains(said), "{said}: {sentence}");
        }
        assert_eq!(cast.tracked(&told)["due_at"], "2025-03-19T23:59:59+08:00");
    }

    fn a_limit_that_an_act_stops_is_not_kept(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        cast.does(&cast.handler, &told.id, "dispatch", &json!({"unit": "transport", "reason": "属于交通运输"}));
        let page = cast.app.get(&format!("/appeals/{}", told.id)).session(&cast.handler).send();
        let page = page.expect(200).text();
        assert!(page.contains("停止计时"), "nobody was contacted, and the page says no other: {page}");
        let stopped = cast.submit(&json!({}));
        cast.app.post(&format!("/api/v1/track/{}/withdraw", stopped.number)).header("x-tracking-code", &stopped.code)
            .json(&json!({"reason": "已经解决"})).send().expect(200);
        let kept = cast.seen(&cast.intake, &stopped.id);
        assert_eq!(clock(&kept, "accept")[0]["late"], false);
        let by = cast.count("SELECT COUNT(*) FROM matter_clocks WHERE matter = $1 AND ended_by = 'withdraw'", &stopped.id);
        assert_eq!(by, 1);
    }

    fn a_limit_that_passed_leaves_one_line(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.app.at("2025-03-14T14:30:00+08:00");
        cast.app.settle();
        let lines = || cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act = 'overdue'", &told.id);
        let entries = || cast.count("SELECT COUNT(*) FROM journal WHERE subject = $1 AND act = 'appeal.overdue'", &told.id);
        assert_eq!(lines(), 0, "the last second still counts");
        cast.app.at("2025-03-14T14:31:00+08:00");
        assert!(cast.app.settle() > 0);
        assert_eq!((lines(), entries()), (1, 1));
        for day in ["15T09:00", "17T09:00", "20T09:00"] {
            cast.app.at(&format!("2025-03-{day}:00+08:00"));
            cast.app.settle();
        }
        assert_eq!((lines(), entries()), (1, 1));
        let case = cast.seen(&cast.supervisor, &told.id);
        assert_eq!((&case["overdue"], &clock(&case, "accept")[0]["late"]), (&json!(true), &json!(true)));
        assert_eq!(cast.app.get("/api/v1/appeals?queue=city_overdue").token(&cast.supervisor).send().json()["total"], 1);
        cast.walk(&told.id, &["accept"]);
        let case = cast.seen(&cast.supervisor, &told.id);
        assert_eq!((&case["overdue"], &clock(&case, "accept")[0]["late"]), (&json!(false), &json!(true)));
        assert!(!cast.tracked(&told).to_string().contains("overdue\":true"));
    }

    fn an_answer_nobody_judges_closes_by_itself(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let id = &told.id;
        cast.walk(id, &["accept", "classify", "dispatch", "sign", "contact", "reply", "approve", "send"]);
        let case = cast.seen(&cast.handler, id);
        assert_eq!((&case["due_at"], &case["overdue"]), (&json!(null), &json!(false)), "the office owes nothing more");
        assert_eq!(clock(&case, "visit")[0]["due_at"], "2025-03-19T23:59:59+08:00");
        cast.app.at("2025-03-19T23:59:59+08:00");
        cast.app.settle();
        assert_eq!(cast.seen(&cast.handler, id)["state"], "answered");
        cast.app.at("2025-03-20T00:00:01+08:00");
        cast.app.settle();
        let case = cast.seen(&cast.handler, id);
        assert_eq!((&case["state"], &case["solved"]), (&json!("closed"), &json!(null)));
        assert_eq!(cast.by_code(&told, "judge", &json!({"solved": "yes", "satisfied": "yes"})).status, 409);
        assert_eq!(cast.count("SELECT COUNT(*) FROM journal WHERE subject = $1 AND act = 'appeal.close'", id), 1);
    }

    fn acts_stay_in_their_order_when_the_clock_goes_back(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let walked = ["accept", "classify", "dispatch", "sign", "contact", "reply"];
        for act in walked {
            cast.app.later(-3_600_000);
            cast.walk(&told.id, &[act]);
        }
        let case = cast.seen(&cast.handler, &told.id);
        let lines = case["timeline"].as_array().unwrap();
        let acts: Vec<&str> = lines.iter().map(|line| line["act"].as_str().unwrap()).collect();
        assert_eq!(acts, [&["submit"], &walked[..]].concat());
        let times: Vec<&str> = lines.iter().map(|line| line["at"].as_str().unwrap()).collect();
        assert!(times.is_sorted(), "no act is before the one before: {times:?}");
        assert_eq!(case["version"], 1 + walked.len());
        for clock in case["clocks"].as_array().unwrap() {
            let met = clock["met_at"].as_str();
            assert!(met.is_none_or(|met| met >= clock["started_at"].as_str().unwrap()), "{clock}");
        }
    }

    fn a_judged_answer_is_not_closed_again(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "reply", "approve", "send"]);
        cast.by_code(&told, "judge", &json!({"solved": "partly", "satisfied": "no"})).expect(200);
        cast.app.at("2025-04-20T09:00:00+08:00");
        cast.app.settle();
        assert_eq!(cast.count("SELECT COUNT(*) FROM journal WHERE subject = $1 AND act = 'appeal.close'", &told.id), 0);
        assert_eq!(cast.count("SELECT version FROM appeals WHERE id = $1", &told.id), 9);
    }

    fn a_case_of_another_kind_says_that_its_limit_was_changed(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept"]);
        let answer = || {
            let case = cast.seen(&cast.intake, &told.id);
            let answer = clock(&case, "answer")[0].clone();
            // What is shown and explained is what is kept.
            let stored = cast.count("SELECT due_at FROM matter_clocks WHERE limit_key = 'answer' AND matter = $1", &told.id);
            assert_eq!(answer["due_at"], huitong_kernel::clock::rfc3339(stored));
            assert_eq!(case["answer_due_at"], answer["due_at"]);
            (answer["sentence"].as_str().unwrap().to_owned(), answer)
        };
        let (plain, _) = answer();
        assert!(!plain.contains("改为"), "{plain}");
        // An act is a second later than whatever was before.
        cast.app.at("2025-03-17T09:59:59+08:00");
        cast.does(&cast.intake, &told.id, "classify", &json!({"kind": "投诉", "category": "03-1"}));
        let (once, _) = answer();
        let first = "时限已于 2025-03-17 10:00 由 7 个工作日改为 15 个工作日";
        assert!(once.contains(first) && once.contains("4月7日 24:00"), "{once}");
        cast.app.at("2025-03-17T10:59:59+08:00");
        cast.does(&cast.intake, &told.id, "classify", &json!({"kind": "咨询", "category": "03-1"}));
        let (twice, shown) = answer();
        let second = "2025-03-17 11:00 由 15 个工作日改为 3 个工作日";
        assert!(twice.contains(first) && twice.contains(second), "{twice}");
        assert_eq!(shown["due_at"], "2025-03-19T23:59:59+08:00");
        // The same kind again changes nothing and says nothing more; nor does a note, whenever it is written.
        cast.does(&cast.intake, &told.id, "classify", &json!({"kind": "咨询", "category": "03-2"}));
        assert_eq!(answer().0, twice);
        cast.walk(&told.id, &["dispatch", "sign"]);
        let before = cast.seen(&cast.handler, &told.id)["clocks"].clone();
        for instant in ["2025-03-17T23:30:00+08:00", "2025-03-19T23:59:58+08:00", "2025-03-22T12:00:00+08:00"] {
            cast.app.at(instant);
            cast.walk(&told.id, &["note"]);
            let case = cast.seen(&cast.handler, &told.id);
            for (now, was) in case["clocks"].as_array().unwrap().iter().zip(before.as_array().unwrap()) {
                let same = |key: &str| assert_eq!(now[key], was[key], "a note at {instant} moved {key}");
                ["limit", "due_at", "started_at", "met_at", "sentence"].into_iter().for_each(same);
            }
        }
        // The page tells the same.
        let page = cast.app.get(&format!("/appeals/{}", told.id)).session(&cast.handler).send().expect(200).text();
        assert!(page.contains("由 7 个工作日改为 15 个工作日"), "the page says that the limit was changed");
    }
}
