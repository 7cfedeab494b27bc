//! Several at once: the same is done once, one of two wins, and the other is told.

use std::collections::BTreeSet;

use huitong_features::base::identity::{self, NewPost, Office};
use huitong_kernel::args;
use huitong_testkit::db_test;
use huitong_testkit::door::Answer;
use serde_json::json;

use crate::cast::Cast;

/// Asks at the same moment.
fn at_once(count: usize, ask: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let start = std::sync::Barrier::new(count);
    std::thread::scope(|scope| {
        let (ask, start) = (&ask, &start);
        let run = |nth| {
            scope.spawn(move || {
                start.wait();
                ask(nth)
            })
        };
        let threads: Vec<_> = (0..count).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

db_test! {
    fn one_key_makes_one_case_however_many_send_it(db) {
        let cast = Cast::new(db);
        let body = Cast::appeal(&json!({}));
        let answers = at_once(8, |_| cast.app.post("/api/v1/appeals").header("idempotency-key", "same").json(&body).send());
        let told: BTreeSet<String> = answers.iter().map(|answer| answer.expect(201).text()).collect();
        assert_eq!(told.len(), 1, "everybody is told the same");
        assert_eq!(cast.count("SELECT COUNT(*) FROM appeals WHERE id <> $1", ""), 1);
        let many = at_once(8, |nth| {
            cast.app.post("/api/v1/appeals").header("idempotency-key", &format!("k{nth}")).json(&body).send()
        });
        let ids: BTreeSet<String> = many.iter().map(|answer| answer.expect(201).json()["id"].to_string()).collect();
        assert_eq!(ids.len(), 8);
    }

    fn of_several_who_act_on_one_version_one_wins(db) {
        let cast = Cast::new(db);
        for _ in 0..4 {
            let told = cast.submit(&json!({}));
            cast.walk(&told.id, &["accept", "classify", "dispatch"]);
            let version = cast.seen(&cast.handler, &told.id)["version"].clone();
            let people = [&cast.handler, &cast.colleague, &cast.leader, &cast.handler];
            let answers = at_once(4, |nth| {
                let ask = cast.app.post(&format!("/api/v1/appeals/{}/sign", told.id)).token(people[nth]);
                ask.json(&json!({"version": version})).send()
            });
            let statuses: Vec<u16> = answers.iter().map(|a| a.status).collect();
            assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|s| **s == 409).count(), 3, "{statuses:?}");
            assert_eq!(cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act = 'sign'", &told.id), 1);
        }
        cast.app.settle();
        let verified = huitong_kernel::journal::verify(&cast.app.city.db, &cast.app.program()).unwrap();
        assert!(verified.ok, "{verified:?}");
    }

    fn one_source_number_registers_one_case(db) {
        let cast = Cast::new(db);
        let body = Cast::appeal(&json!({"source": "hotline", "source_number": "SZ-77"}));
        let answers = at_once(6, |_| cast.app.post("/api/v1/appeals/register").token(&cast.intake).json(&body).send());
        let statuses: Vec<u16> = answers.iter().map(|a| a.status).collect();
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|s| **s == 422).count(), 5, "{statuses:?}");
    }

    fn a_judgement_and_the_job_do_not_both_close(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "reply", "approve", "send"]);
        cast.app.at("2025-03-20T00:00:02+08:00");
        let judge = json!({"solved": "yes", "satisfied": "yes"});
        let answers = at_once(3, |nth| match nth {
            0 => {
                cast.app.settle();
                cast.app.get("/track").send()
            }
            _ => {
                let ask = cast.app.post(&format!("/api/v1/track/{}/judge", told.number));
                ask.header("x-tracking-code", &told.code).json(&judge).send()
            }
        });
        let judged = answers[1..].iter().filter(|a| a.status == 200).count();
        let closed = cast.count("SELECT COUNT(*) FROM matter_steps WHERE matter = $1 AND act IN ('judge', 'close')", &told.id);
        assert!(judged <= 1 && closed == 1, "{judged} judged, {closed} steps");
    }

    fn two_administrators_cannot_shut_each_other_out(db) {
        let cast = Cast::new(db);
        for round in 0..4 {
            let pair = ["a", "b"].map(|name| cast.app.staff(&format!("admin-{name}{round}"), "system_admin", "science"));
            for person in &pair {
                assert_eq!(cast.app.get("/me").session(person).send().status, 200);
            }
            let answers = at_once(2, |nth| {
                let path = format!("/admin/users/{}/disable", pair[1 - nth].account.id);
                cast.app.post(&path).session(&pair[nth]).form(&[("reason", "不再在任")]).send()
            });
            let active = "SELECT COUNT(DISTINCT p.user_id) FROM posts p JOIN users u ON u.id = p.user_id \
                          WHERE p.role = 'system_admin' AND u.disabled_at IS NULL AND p.id <> $1";
            let left = cast.count(active, "");
            let statuses: Vec<u16> = answers.iter().map(|a| a.status).collect();
            assert!(left >= 1, "{statuses:?}: nobody is left who can open accounts");
            cast.app.act(|tx| {
                let at = |person: &huitong_testkit::door::Person| huitong_features::base::identity::account(tx, &person.account.id);
                for person in &pair {
                    if at(person)?.is_some_and(|account| account.is_active()) {
                        // Only the next pair holds the role.
                        tx.exec("UPDATE posts SET ended_at = $1 WHERE user_id = $2", args![1, &person.account.id])?;
                    }
                }
                tx.record(huitong_kernel::journal::Record::new("test.end", "-"))
            });
        }
    }

    fn one_post_is_given_once(db) {
        let cast = Cast::new(db);
        let office = Office::unit(&cast.app.unit("water"));
        for round in 0..4 {
            let who = cast.app.staff(&format!("new-{round}"), "registrar", "science");
            let granted = at_once(4, |_| {
                let post = NewPost::open("handler", office.clone());
                let done = cast.app.city.db.write(&cast.app.program(), |tx| identity::grant(tx, &who.account.id, &post));
                Answer { status: if done.is_ok() { 200 } else { 422 }, headers: http::HeaderMap::new(), body: Vec::new() }
            });
            let good = granted.iter().filter(|a| a.status == 200).count();
            let held = cast.count("SELECT COUNT(*) FROM posts WHERE user_id = $1 AND role = 'handler'", who.account.id.as_str());
            assert_eq!((good, held), (1, 1));
        }
    }
}
