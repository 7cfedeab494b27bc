//! Whom somebody speaks for: the body of the own post and no other, and what several posts add up to.

use huitong_features::base::identity::{self, NewPost, Office};
use huitong_testkit::db_test;
use huitong_testkit::door::{File, Person};
use serde_json::{Value as Json, json};

use crate::cases::COMPANIES;
use crate::cast::{Cast, told};

const NOTE: &str = "内部核对记录霁月";
const DRAFT: &str = "尚未发出的答复霁雪，会员单位用工缺口正在协调之中，请等候通知。";

fn contact(cast: &Cast) -> Person {
    let (code, name) = COMPANIES[0];
    cast.app.somebody("contact", "企业联系人", "company_contact", &Office::company(code, name))
}

/// Gives somebody one more post.
fn also(cast: &Cast, person: &Person, role: &str, office: &Office) {
    cast.app.act(|tx| identity::grant(tx, &person.account.id, &NewPost::open(role, office.clone())));
}

fn total(cast: &Cast, who: &Person, query: &str) -> i64 {
    cast.app.get(&format!("/api/v1/appeals?page_size=100&{query}")).token(who).send().expect(200).json()["total"].as_i64().unwrap()
}

/// Whether somebody finds a case in any way.
fn finds(cast: &Cast, who: &Person, id: &str) -> bool {
    let status = cast.app.get(&format!("/api/v1/appeals/{id}")).token(who).send().status;
    let listed =
        cast.app.get("/api/v1/appeals?page_size=100").token(who).send().expect(200).text().contains(id);
    let mine = cast.app.get("/my/appeals").session(who).send().text().contains(id);
    assert_eq!((listed, mine), (status == 200, status == 200), "{} at {id}", who.account.login);
    assert!(matches!(status, 200 | 404));
    status == 200
}

/// Whose a case is, as it is kept: association and company, told and vouched for.
fn bodies(cast: &Cast, id: &str) -> [Option<String>; 4] {
    let sql = "SELECT association, company_code, owner_association, owner_company FROM appeals WHERE id = $1";
    let row = cast.app.read(|tx| tx.one(sql, huitong_kernel::args![id])).unwrap();
    ["association", "company_code", "owner_association", "owner_company"]
        .map(|column| row.get(column).unwrap())
}

db_test! {
    fn an_account_vouches_for_its_own_body_and_for_no_other(db) {
        let cast = Cast::new(db);
        let contact = contact(&cast);
        let (association, code) = (cast.association.id.to_string(), COMPANIES[0].0);
        for named in [
            json!({"association": cast.association.name}),
            json!({"association": association}),
            json!({"association": cast.association.uscc}),
            json!({"association_id": association}),
            json!({"association": cast.association.name, "association_id": association}),
        ] {
            let answer = cast.app.post("/api/v1/appeals").token(&contact).json(&Cast::appeal(&named)).send();
            let case = told(answer.expect(201));
            let own = Some(code.to_owned());
            assert_eq!(bodies(&cast, &case.id), [None, own.clone(), None, own], "{named}");
            assert!(finds(&cast, &contact, &case.id) && !finds(&cast, &cast.secretary, &case.id), "{named}");
            let entry = "SELECT COUNT(*) FROM journal WHERE subject = $1 AND behalf = (SELECT association FROM appeals WHERE id = $1)";
            assert_eq!(cast.count(entry, &case.id), 0);
            let withdrawn = cast.tries(&cast.secretary, &case.id, "withdraw", &json!({}));
            assert_eq!(withdrawn.status, 404, "{named}");
        }
        // And the other way round.
        let answer = cast.app.post("/api/v1/appeals").token(&cast.secretary).json(&Cast::appeal(&json!({"company_code": code}))).send();
        let case = told(answer.expect(201));
        let own = Some(association);
        assert_eq!(bodies(&cast, &case.id), [own.clone(), None, own, None]);
        assert!(finds(&cast, &cast.secretary, &case.id) && !finds(&cast, &contact, &case.id));
        // What anybody types without account is nobody's own, until intake has verified it.
        let case = cast.submit(&json!({"association": cast.association.name}));
        assert!(!finds(&cast, &cast.secretary, &case.id));
        cast.does(&cast.intake, &case.id, "verify", &json!({"method": "call_back"}));
        assert!(finds(&cast, &cast.secretary, &case.id));
    }

    fn a_second_post_in_a_unit_makes_nobody_an_insider_of_the_own_case(db) {
        let cast = Cast::new(db);
        let association = Office::association(cast.association.id.as_str(), &cast.association.name);
        let two = |login: &str, role: &str, unit: &str| {
            let person = cast.app.staff(login, role, unit);
            also(&cast, &person, "association_secretary", &association);
            person
        };
        let both = [two("registrar-too", "registrar", "civil_affairs"), two("handler-too", "handler", "transport"), two("leader-too", "unit_leader", "transport")];
        let case = cast.submit_signed_in(&json!({}));
        cast.walk(&case.id, &["accept", "classify", "dispatch", "sign"]);
        cast.does(&cast.handler, &case.id, "note", &json!({"text": NOTE}));
        let contacted = json!({"reason": "verify", "result": "reached", "note": NOTE});
        cast.does(&cast.handler, &case.id, "contact", &contacted);
        cast.app.later(1_000);
        let evidence = File { field: "files", name: "霁雪佐证.txt", bytes: NOTE.as_bytes() };
        let ask = cast.app.post(&format!("/api/v1/appeals/{}/reply", case.id)).token(&cast.handler);
        ask.multipart(&[("outcome", "solved"), ("text", DRAFT)], &[evidence]).send().expect(200);
        cast.does(&cast.leader, &case.id, "review", &json!({"outcome": "return", "opinion": format!("{NOTE}，请写明")}));
        let sql = "SELECT id FROM attachments WHERE subject = $1";
        let file: String = cast.app.read(|tx| tx.one(sql, huitong_kernel::args![case.id.as_str()])).unwrap().get("id").unwrap();
        let own: Json = cast.seen(&cast.secretary, &case.id);
        for person in &both {
            let login = &person.account.login;
            let seen = cast.seen(person, &case.id);
            assert_eq!((&seen["timeline"], &seen["files"], &seen["clocks"]), (&own["timeline"], &own["files"], &own["clocks"]), "{login}");
            for path in [format!("/api/v1/appeals/{}", case.id), format!("/appeals/{}", case.id), format!("/my/appeals/{}", case.id), String::from("/my/appeals"), String::from("/appeals"), String::from("/desk")] {
                let ask = cast.app.get(&path);
                let ask = if path.starts_with("/api") { ask.token(person) } else { ask.session(person) };
                let said = ask.send().everything();
                for word in ["霁月", "霁雪", &file] {
                    assert!(!said.contains(word), "{login} reads {word} at {path}");
                }
            }
            assert_eq!(cast.app.get(&format!("/attachments/{file}")).token(person).send().status, 404, "{login}");
            let note = cast.tries(person, &case.id, "note", &json!({"text": "以秘书长身份看到的案件"}));
            assert!(matches!(note.status, 403 | 404), "{login}: {}", note.status);
        }
        // Handed on to the unit of one of them, it is that unit's, and they read it as the unit does.
        cast.does(&cast.handler, &case.id, "dispatch", &json!({"unit": "transport", "reason": "按职责转办"}));
        assert!(cast.seen(&both[1], &case.id).to_string().contains("霁月"));
        assert!(!cast.seen(&both[0], &case.id).to_string().contains("霁月"));
    }

    fn two_posts_in_units_are_two_desks(db) {
        let cast = Cast::new(db);
        also(&cast, &cast.next_handler, "handler", &Office::unit(&cast.app.unit("education")));
        for unit in ["transport", "education", "commerce"] {
            let case = cast.submit(&json!({"title": format!("派给{unit}的一件事情")}));
            cast.walk(&case.id, &["accept", "classify"]);
            cast.does(&cast.intake, &case.id, "dispatch", &json!({"unit": unit, "reason": "按派单目录"}));
        }
        let of_both = |query: &str| total(&cast, &cast.next_handler, query);
        // Before the counts are folded and afterwards.
        for _ in 0..2 {
            assert_eq!((of_both("queue=to_sign"), of_both("queue=handling"), of_both("")), (2, 0, 2));
            let page = cast.app.get("/appeals?queue=to_sign").session(&cast.next_handler).send().expect(200).text();
            assert!(page.contains("派给transport") && page.contains("派给education") && !page.contains("派给commerce"));
            let desk = cast.app.get("/desk").session(&cast.next_handler).send().expect(200).text();
            assert!(desk.contains("派给transport") && desk.contains("派给education") && !desk.contains("派给commerce"));
            assert_eq!(total(&cast, &cast.handler, "queue=to_sign"), 1, "who has one post has one desk");
            cast.app.settle();
        }
        let all = cast.app.get("/api/v1/appeals?queue=to_sign").token(&cast.next_handler).send().json();
        for (nth, case) in all["items"].as_array().unwrap().iter().enumerate() {
            cast.does(&cast.next_handler, case["id"].as_str().unwrap(), "sign", &json!({}));
            let signed = i64::try_from(nth).unwrap() + 1;
            assert_eq!((of_both("queue=to_sign"), of_both("queue=handling")), (2 - signed, signed));
        }
        // A leader in one of them sees that one's cases alone.
        let leader = cast.app.staff("education-leader", "unit_leader", "education");
        assert_eq!(total(&cast, &leader, "queue=handling"), 1);
        // A post that ends takes its desk with it.
        let posts = cast.app.read(|tx| identity::posts_of(tx, &cast.next_handler.account.id));
        let education = cast.app.unit("education");
        let post = posts.iter().find(|p| p.office.id == education.id.as_str()).unwrap();
        cast.app.act(|tx| identity::end(tx, &post.id, None, "不再兼任"));
        assert_eq!((of_both("queue=handling"), of_both("")), (1, 1));
    }
}
