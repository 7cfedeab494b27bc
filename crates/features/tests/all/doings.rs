//! Acts that succeed: every case goes on to its end, and no answer on the way says a word that its reader may not read.

use huitong_testkit::door::{Answer, Person};
use serde_json::{Value as Json, json};

use crate::matrix::Matrix;
use crate::table::{Row, rows};
use crate::town::{COMPLAINED_OF, NEXT};

/// Who does what on which case of the town, with what; the words carry no marks.
fn script(matrix: &Matrix) -> Vec<(usize, &'static str, &'static str, Json)> {
    let town = &matrix.town;
    let text = "您反映的事项已经核实处理完毕，结果如下，特此答复，感谢监督。";
    let reply = json!({"outcome": "solved", "text": text});
    let judge = json!({"solved": "yes", "satisfied": "yes", "comment": "谢谢"});
    let (approve, back) =
        (json!({"outcome": "approve"}), json!({"outcome": "return", "opinion": "请写明依据"}));
    let contact = json!({"reason": "verify", "result": "reached"});
    let classes = |kind: &str| json!({"kind": kind, "category": "03-1"});
    let to = |unit: &str| json!({"unit": unit, "reason": "按职责派单"});
    let assign = json!({"handler": town.person("handler@transport").account.id});
    let mut script = Vec::new();
    for case in [0, 1] {
        script.extend([
            (case, "handler@transport", "sign", json!({})),
            (case, "unit_leader@transport", "assign", assign.clone()),
            (case, "handler@transport", "contact", contact.clone()),
            (case, "handler@transport", "note", json!({"text": "已到现场核对"})),
            (case, "handler@transport", "reply", reply.clone()),
            (case, "unit_leader@transport", "review", back.clone()),
            (case, "handler@transport", "reply", reply.clone()),
            (case, "unit_leader@transport", "review", approve.clone()),
            (case, "unit_leader@transport", "send", json!({})),
            (case, "association_secretary@1", "judge", judge.clone()),
        ]);
    }
    script.extend([
        (2, "unit_leader@commerce", "review", approve.clone()),
        (2, "unit_leader@commerce", "send", json!({})),
        (3, "unit_leader@commerce", "note", json!({"text": "请抓紧办理"})),
        (3, "handler@commerce", "reply", reply.clone()),
        (3, "unit_leader@commerce", "review", approve.clone()),
        (3, "unit_leader@commerce", "send", json!({})),
        (3, "company_contact@1", "judge", judge),
        (4, "intake@water", "accept", json!({})),
        (4, "intake@water", "classify", classes("投诉")),
        (4, "intake@water", "dispatch", to(NEXT)),
        (4, "handler@transport", "sign", json!({})),
        (4, "intake@science", "note", json!({"text": "线索已转"})),
        (5, "intake@science", "verify", json!({"method": "call_back"})),
        (5, "intake@water", "accept", json!({})),
        (5, "intake@water", "classify", classes("求助")),
        (5, "intake@water", "dispatch", to(COMPLAINED_OF)),
        (5, "handler@water", "sign", json!({})),
    ]);
    script
}

/// Brings every case on, by turns on a page and through the interface, and searches each answer; then everybody looks
/// at every case once more as it stands at the end.
pub fn go_on(matrix: &mut Matrix) -> Vec<String> {
    let mut wrong = Vec::new();
    for (nth, (case, actor, act, body)) in script(matrix).into_iter().enumerate() {
        let page = (nth + case) % 2 == 0;
        matrix.town.app.later(1_000);
        wrong.extend(one(matrix, case, actor, act, &body, page));
        let person = matrix.town.person(actor);
        let (office, account) = (person.office.id.clone(), person.account.id.to_string());
        let target = body["unit"].as_str().map(|unit| matrix.town.unit(unit));
        let keys = &mut matrix.town.cases[case].keys;
        match act {
            "sign" => (keys.units, keys.assignee) = (vec![office], account),
            "dispatch" => keys.units.extend(target),
            _ => {}
        }
    }
    matrix.town.app.settle();
    wrong.extend(beginnings(matrix));
    let again = ["/appeals/{id}", "/api/v1/appeals/{id}", "/my/appeals/{id}", "/desk", "/my/appeals"];
    for row in rows().filter(|row| row.method == "GET" && again.contains(&row.path)) {
        wrong.extend(matrix.try_all(row));
    }
    wrong
}

/// One act, what it answers, and the page that a browser is sent on to.
fn one(matrix: &Matrix, nth: usize, actor: &str, act: &str, body: &Json, page: bool) -> Vec<String> {
    let (town, case) = (&matrix.town, &matrix.town.cases[nth]);
    let person = town.person(actor);
    let own = ["judge", "withdraw"].contains(&act);
    let folder = if !page {
        "/api/v1/appeals"
    } else if own {
        "/my/appeals"
    } else {
        "/appeals"
    };
    let address = format!("{folder}/{}/{act}", case.id);
    let answer = if page {
        by_form(matrix, person, &address, body)
    } else {
        town.app.post(&address).token(person).json(body).send()
    };
    let good = if page { 303 } else { 200 };
    let place = format!("{actor} does {act} ({}, page: {page})", case.name);
    assert_eq!(answer.status, good, "{place}: {}", answer.text());
    let row = row_of("POST", &format!("{folder}/{{id}}/{act}"));
    let mut wrong = matrix.search(town.actor(actor), row, case, &answer.everything(), &place);
    if page {
        let next = answer.header("location").to_owned();
        let landed = town.app.get(&next).session(person).send();
        landed.expect(200);
        let row = row_of("GET", &next.split(['?', '#']).next().unwrap_or_default().replace(&case.id, "{id}"));
        wrong.extend(matrix.search(
            town.actor(actor),
            row,
            case,
            &landed.everything(),
            &format!("{place}, then {next}"),
        ));
    }
    wrong
}

fn by_form(matrix: &Matrix, person: &Person, address: &str, body: &Json) -> Answer {
    let fields: Vec<_> =
        body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
    matrix.town.app.post(address).session(person).form(&fields).send()
}

fn row_of(method: &str, path: &str) -> &'static Row {
    rows()
        .find(|row| row.method == method && row.path == path)
        .unwrap_or_else(|| panic!("no row {method} {path}"))
}

/// Everybody who may brings in a case of their own: pages and answers speak of no other.
fn beginnings(matrix: &Matrix) -> Vec<String> {
    let (town, mut wrong) = (&matrix.town, Vec::new());
    let plain = [
        ("kind", "求助"),
        ("title", "一件没有记号的事情"),
        ("text", "经过写在这里，没有任何记号，请求协助解决。"),
        ("disclosure", "named"),
        ("contact_name", "高闻笛"),
        ("contact_phone", "19900001234"),
    ];
    let registered: Vec<_> = plain.into_iter().chain([("source", "phone")]).collect();
    for actor in &town.actors {
        let mut ways = Vec::new();
        if matrix.grants.may(actor, "appeal.submit") {
            ways.extend([("/appeals/new", 200), ("/appeals/done", 200), ("/api/v1/appeals", 201)]);
        }
        if matrix.grants.may(actor, "appeal.register") {
            ways.extend([("/appeals/register", 200), ("/api/v1/appeals/register", 201)]);
        }
        for (path, good) in ways {
            let fields = if path.ends_with("register") { &registered[..] } else { &plain[..] };
            let ask = town.app.post(path);
            let answer = match (&actor.person, path.starts_with("/api")) {
                (None, true) => ask.json(&object(fields)).send(),
                (None, false) => ask.form(fields).send(),
                (Some(person), true) => ask.token(person).json(&object(fields)).send(),
                (Some(person), false) => ask.session(person).form(fields).send(),
            };
            let place = format!("{} at {path}", actor.name);
            if answer.status != good {
                wrong.push(format!("{place}: {} where {good} was expected", answer.status));
            }
            for case in &town.cases {
                wrong.extend(matrix.search(actor, row_of("POST", path), case, &answer.everything(), &place));
            }
        }
    }
    wrong
}

fn object(fields: &[(&str, &str)]) -> Json {
    Json::Object(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect())
}
