//! What a form of an entry starts from: what stands. What nobody touched is neither changed, nor cleared, nor held against anybody.

use huitong_kernel::pack::{Control, Form, Keeping};
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, Person};
use huitong_testkit::page::Page;
use serde_json::{Value as Json, json};

use crate::cast::Cast;
use crate::corrections::entered_by;

/// A pairing of the unit of the handlers with a party organisation.
fn paired(cast: &Cast, contact: Option<&Person>) -> String {
    let branch = entered_by(cast, &cast.handler, "commerce");
    let mut body = json!({
        "unit": "commerce", "party_org": branch, "period": {"from": "2024-01-01", "until": "2027-01-01"}, "agreement": "协议一",
    });
    if let Some(contact) = contact {
        body["contact"] = json!(contact.account.id);
    }
    let answer = cast.app.post("/api/v1/pairings").token(&cast.supervisor).json(&body).send();
    answer.expect(201).json()["id"].as_str().unwrap().to_owned()
}

fn form<'a>(cast: &'a Cast, register: &str, keeping: &dyn Fn(&Keeping) -> bool) -> Vec<(String, &'a Form)> {
    let pack: &'a _ = Box::leak(Box::new(cast.app.city.pack()));
    let of = pack.definition(register).unwrap();
    let acts = of.acts.iter().filter(|act| act.keeping.as_ref().is_some_and(keeping));
    acts.filter_map(|act| Some((act.key.clone(), of.form_of(act)?))).collect()
}

/// What a browser would send back of a page.
fn shown(page: &Page, form: &Form) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for field in &form.fields {
        let names = match field.control {
            Control::Period => vec![format!("{}.from", field.key), format!("{}.until", field.key)],
            control if control.looks_up() => vec![field.key.clone(), format!("{}_id", field.key)],
            _ => vec![field.key.clone()],
        };
        for name in names {
            pairs.extend(page.fields(&name).into_iter().map(|value| (name.clone(), value)));
        }
    }
    pairs.push((String::from("version"), page.field("version").unwrap()));
    pairs
}

fn sent(
    cast: &Cast,
    who: &Person,
    address: &str,
    pairs: &[(String, String)],
    more: &[(&str, &str)],
) -> Answer {
    let named = |name: &str| more.iter().any(|(other, _)| *other == name);
    let kept =
        pairs.iter().filter(|(name, _)| !named(name)).map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs: Vec<(&str, &str)> = kept.chain(more.iter().copied()).collect();
    cast.app.post(address).session(who).form(&pairs).send()
}

fn seen(cast: &Cast, id: &str) -> Json {
    cast.app.get(&format!("/api/v1/pairings/{id}")).token(&cast.supervisor).send().expect(200).json()
}

fn corrected(cast: &Cast, asked_by: &Person, confirmed_by: &Person, id: &str, more: &[(&str, &str)]) {
    let address = format!("/pairings/{id}/correct");
    let forms = form(cast, "pairing", &|keeping| matches!(keeping, Keeping::Correct { .. }));
    let page = cast.app.get(&address).session(asked_by).send().expect(200).page();
    let asked = sent(cast, asked_by, &address, &shown(&page, forms[0].1), more);
    assert_eq!(asked.status, 303, "{}", asked.text());
    let sql =
        "SELECT COUNT(*) FROM matters WHERE procedure = 'correction' AND parent = $1 AND closed_at IS NULL";
    assert_eq!(cast.count(sql, id), 1, "{id}");
    let waiting = cast.app.read(|tx| {
        let row = tx.one(
            "SELECT id FROM matters WHERE procedure = 'correction' AND parent = $1 AND closed_at IS NULL",
            huitong_kernel::args![id],
        )?;
        row.unwrap().get::<String>("id")
    });
    let page = cast
        .app
        .get(&format!("/corrections/{waiting}"))
        .session(confirmed_by)
        .send()
        .expect(200)
        .page()
        .main();
    assert!(!page.contains("usr_"), "nobody is told an id: {page}");
    let answer = cast
        .app
        .post(&format!("/api/v1/corrections/{waiting}/confirm"))
        .token(confirmed_by)
        .json(&json!({}))
        .send();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

db_test! {
    fn a_form_sent_back_as_it_came_changes_nothing(db) {
        let cast = Cast::new(db);
        let entries = [("pairing", "pairings", paired(&cast, None)), ("pairing", "pairings", paired(&cast, Some(&cast.colleague)))];
        cast.app.later(1_000);
        for (register, path, id) in &entries {
            for (act, form) in form(&cast, register, &|keeping| matches!(keeping, Keeping::Change | Keeping::Correct { .. })) {
                let readers = [&cast.handler, &cast.leader, &cast.supervisor];
                let may = |who: &&&Person| cast.app.get(&format!("/{path}/{id}/{act}")).session(who).send().status == 200;
                let readers: Vec<&Person> = readers.iter().filter(may).copied().collect();
                assert!(!readers.is_empty(), "{act}");
                for who in readers {
                    let address = format!("/{path}/{id}/{act}");
                    let page = cast.app.get(&address).session(who).send().expect(200).page();
                    let again = sent(&cast, who, &address, &shown(&page, form), &[("reason", "核对了一遍")]);
                    assert_eq!(again.status, 422, "{act} {}: {}", who.account.login, again.text());
                    assert!(again.page().main().contains("没有改动"), "{act} {}: {}", who.account.login, again.page().main());
                }
            }
        }
    }

    fn a_correction_touches_only_what_was_touched_whoever_asks_and_whoever_confirms(db) {
        let cast = Cast::new(db);
        let nobody = paired(&cast, None);
        let other = cast.app.staff("other", "supervisor", "social_work");
        corrected(&cast, &cast.leader, &other, &nobody, &[("agreement", "协议二"), ("reason", "抄错了")]);
        assert_eq!(seen(&cast, &nobody)["assignee"], Json::Null);
        corrected(&cast, &cast.handler, &other, &nobody, &[("contact", cast.colleague.account.id.as_str()), ("reason", "漏了")]);
        assert_eq!(seen(&cast, &nobody)["assignee"], cast.colleague.account.id.as_str());
        // By somebody of another unit, who cannot name anybody of theirs.
        corrected(&cast, &cast.supervisor, &other, &nobody, &[("agreement", "协议三"), ("reason", "抄错了")]);
        assert_eq!(seen(&cast, &nobody)["assignee"], cast.colleague.account.id.as_str());
        assert_eq!(seen(&cast, &nobody)["agreement"], "协议三");
        let address = format!("/pairings/{nobody}/correct");
        let page = cast.app.get(&address).session(&cast.supervisor).send().expect(200).page();
        let forms = form(&cast, "pairing", &|keeping| matches!(keeping, Keeping::Correct { .. }));
        let wrong = sent(&cast, &cast.supervisor, &address, &shown(&page, forms[0].1),
            &[("contact", cast.supervisor.account.id.as_str()), ("reason", "换人")]);
        assert!(wrong.expect(422).page().main().contains("选的人不在") && !wrong.page().main().contains("usr_"), "{}", wrong.page().main());
        let history = cast.app.get(&format!("/pairings/{nobody}/history")).session(&cast.supervisor).send().expect(200).page().main();
        let last = history.split("确定结对").next().unwrap();
        for words in ["协议三", "协议二", "原来", "改为", "提出"] {
            assert!(last.contains(words), "{words}: {history}");
        }
        assert!(!last.contains("年度计划"), "only what was changed: {history}");
        // What may be left open can be taken back.
        corrected(&cast, &cast.handler, &other, &nobody, &[("contact", ""), ("reason", "这个人调走了")]);
        assert_eq!(seen(&cast, &nobody)["assignee"], Json::Null);
    }

    fn whoever_enters_for_a_unit_names_a_person_of_that_unit(db) {
        let cast = Cast::new(db);
        let branch = entered_by(&cast, &cast.handler, "commerce");
        let page = cast.app.get("/pairings/new/add").session(&cast.supervisor).send().expect(200).page();
        assert_eq!(page.field("contact").as_deref(), Some(""), "nobody is chosen beforehand");
        let token = page.field("submit_token").unwrap();
        let unit = cast.app.unit("commerce").id.to_string();
        let fields = |contact: &'static str| {
            vec![("unit", unit.clone()), ("party_org_id", branch.clone()), ("contact", contact.to_owned()), ("agreement", "协议".to_owned()),
                ("period.from", "2025-01-01".to_owned()), ("submit_token", token.clone())]
        };
        let send = |contact| {
            let fields = fields(contact);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
            cast.app.post("/pairings/new/add").session(&cast.supervisor).form(&fields).send()
        };
        let name = cast.colleague.account.name.as_str();
        let wrong = send("没有这个人").expect(422).page().main();
        assert!(wrong.contains("没有这个人") && wrong.contains(name), "now that the unit is known, its people can be chosen: {wrong}");
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        assert_eq!(send(name).status, 303);
    }
}
