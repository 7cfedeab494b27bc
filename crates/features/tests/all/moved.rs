//! A clock that is moved back: the order of acts is that of their positions, and nobody reads what was not approved.

use huitong_testkit::db_test;
use serde_json::json;

use crate::cast::Cast;

const HOUR: i64 = 3_600_000;

db_test! {
    fn the_answer_is_the_approved_one_whatever_the_clock_did(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "contact"]);
        cast.does(&cast.handler, &told.id, "reply", &json!({"outcome": "solved", "text": "第一稿：您反映的用工缺口已转有关单位研究，请等候通知。"}));
        cast.app.later(-HOUR);
        cast.walk(&told.id, &["return"]);
        let second = "第二稿：专场招聘会定于下周三上午九点在会展中心举行。";
        cast.does(&cast.handler, &told.id, "reply", &json!({"outcome": "solved", "text": second}));
        cast.app.later(-HOUR);
        cast.walk(&told.id, &["approve", "send"]);
        let seen = cast.tracked(&told);
        assert_eq!(seen["reply"], second);
        let acts = |rows: &serde_json::Value| -> Vec<String> {
            rows.as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(acts(&seen["steps"]), ["submit", "accept", "dispatch", "sign", "contact", "send"]);
        let inside = cast.seen(&cast.leader, &told.id);
        let all = ["submit", "accept", "classify", "dispatch", "sign", "contact", "reply", "review", "reply", "review", "send"];
        assert_eq!(acts(&inside["timeline"]), all);
        cast.app.settle();
        // The auditor finds what was done last at the top, page by page, and no act on the case runs back.
        let (mut order, mut times, mut next) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = format!("/api/v1/journal?subject={}&page_size=4{next}", told.id);
            let page = cast.app.get(&page).token(&cast.auditor).send().expect(200).json();
            for entry in page["items"].as_array().unwrap() {
                order.push(entry["act"].as_str().unwrap().trim_start_matches("appeal.").to_owned());
                times.push(entry["at"].as_str().unwrap().to_owned());
            }
            match page["next"].as_str() {
                Some(id) => next = format!("&next={id}"),
                None => break,
            }
        }
        order.reverse();
        assert_eq!(order, all);
        assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
        let newest = cast.app.get("/api/v1/journal?page_size=1").token(&cast.auditor).send().expect(200).json();
        assert_eq!(newest["items"][0]["act"], "appeal.send", "of all acts, too");
        let found = huitong_kernel::journal::verify(&cast.app.city.db, &cast.app.program()).unwrap();
        assert!(found.ok && found.backwards == 0, "{found:?}");
    }
}
