//! Every page of a small city as everybody sees it, good and bad answers alike.

use huitong_kernel::http::{Face, Method};
use huitong_testkit::door::{Answer, Person};
use huitong_testkit::page::words;
use serde_json::json;

use crate::cast::{Cast, Told};

/// A page that was drawn.
pub struct Page {
    /// Who asked for what.
    pub name: String,
    /// Its HTML.
    pub html: String,
    /// Its words.
    pub text: String,
}

/// Cases in every state that has forms of its own.
pub fn cases(cast: &Cast) -> Vec<Told> {
    let steps = ["accept", "classify", "dispatch", "sign", "contact", "reply", "approve", "send"];
    let mut cases: Vec<Told> = (0..=steps.len())
        .map(|done| {
            let told = cast.submit_signed_in(&json!({}));
            cast.walk(&told.id, &steps[..done]);
            told
        })
        .collect();
    cases.push(cast.submit(&json!({"disclosure": "confidential"})));
    cases.push(cast.submit(&json!({"disclosure": "anonymous"})));
    cases
}

/// Draws them all.
pub fn all(cast: &Cast, extra: &[Person]) -> Vec<Page> {
    let cases = cases(cast);
    cast.app.settle();
    let mut people: Vec<Option<&Person>> = vec![None];
    people.extend(
        [&cast.secretary, &cast.intake, &cast.handler, &cast.leader, &cast.supervisor, &cast.auditor]
            .map(Some),
    );
    people.extend(extra.iter().map(Some));
    let mut pages = Vec::new();
    for person in people {
        for route in cast
            .app
            .city
            .policy()
            .routes
            .all()
            .iter()
            .filter(|r| r.face == Face::Page && r.method == Method::Get)
        {
            let of_cases = route.path.contains("appeals/{id}");
            for told in if of_cases { &cases[..] } else { &cases[..1] } {
                keep(&mut pages, person, &route.path, &asked(cast, person, &route.path, told));
            }
        }
        for (path, answer) in bad_answers(cast, person) {
            keep(&mut pages, person, path, &answer);
        }
    }
    for told in &cases {
        let fields = [("number", told.number.as_str()), ("code", told.code.as_str())];
        keep(&mut pages, None, "POST /track", &cast.app.post("/track").form(&fields).send());
    }
    for (path, answer) in handing_in(cast) {
        keep(&mut pages, None, path, &answer);
    }
    pages
}

fn keep(pages: &mut Vec<Page>, person: Option<&Person>, path: &str, answer: &Answer) {
    if answer.header("content-type").starts_with("text/html") && !answer.body.is_empty() {
        let who = person.map_or("public", |p| p.account.login.as_str());
        let name = format!("{path} for {who} ({})", answer.status);
        let html = answer.text();
        pages.push(Page { name, text: words(&html), html });
    }
}

fn asked(cast: &Cast, person: Option<&Person>, path: &str, told: &Told) -> Answer {
    let id = if path.starts_with("/orgs") {
        cast.association.id.to_string()
    } else if path.starts_with("/admin/users") {
        cast.handler.account.id.to_string()
    } else if path.starts_with("/admin/journal") {
        let sql = "SELECT id FROM journal WHERE subject = $1 ORDER BY id LIMIT 1";
        cast.app.read(|tx| tx.one(sql, huitong_kernel::args![told.id.as_str()])).unwrap().get("id").unwrap()
    } else if path.starts_with("/admin/posts") {
        let posts =
            cast.app.read(|tx| huitong_features::base::identity::posts_of(tx, &cast.handler.account.id));
        posts[0].id.to_string()
    } else {
        told.id.clone()
    };
    let query = match path {
        "/duty" => format!("?association_id={}", cast.association.id),
        "/admin/access" => format!("?subject={}", told.number),
        _ => String::new(),
    };
    let ask = cast.app.get(&(path.replace("{id}", &id).replace("{secret}", "x") + &query));
    match person {
        Some(person) => ask.session(person).send(),
        None => ask.send(),
    }
}

/// Pages of errors: not there, no such method, not allowed, a form refused.
fn bad_answers(cast: &Cast, person: Option<&Person>) -> Vec<(&'static str, Answer)> {
    let by = |ask: huitong_testkit::door::Ask<'_>| match person {
        Some(person) => ask.session(person).form(&[]).send(),
        None => ask.form(&[]).send(),
    };
    vec![
        ("GET /none", by(cast.app.get("/none"))),
        ("PUT /appeals", by(cast.app.ask("PUT", "/appeals"))),
        ("POST /admin/users", by(cast.app.post("/admin/users"))),
        ("POST /appeals/register", by(cast.app.post("/appeals/register"))),
        ("POST /appeals/new", by(cast.app.post("/appeals/new"))),
        ("POST /track", by(cast.app.post("/track"))),
        ("POST /me/password", by(cast.app.post("/me/password"))),
    ]
}

/// The steps of handing a case in.
fn handing_in(cast: &Cast) -> Vec<(&'static str, Answer)> {
    let body = Cast::appeal(&json!({}));
    let fields: Vec<_> =
        body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
    let check = cast.app.post("/appeals/new").form(&fields).send();
    let done = cast.app.post("/appeals/done").form(&fields).send();
    assert_eq!((check.status, done.status), (200, 200), "{}", done.text());
    vec![("POST /appeals/new, checked", check), ("POST /appeals/done, the receipt", done)]
}
