//! The interface's document is true: every operation is called, and what comes back is what the document says.

use std::collections::BTreeSet;

use huitong_features::base::identity;
use huitong_features::base::matters::stories::{self, Onlooker, Sent, Stage};
use huitong_kernel::Result;
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::openapi;
use huitong_kernel::pack::Definition;
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, File};
use serde_json::{Value as Json, json};

use crate::cast::{Cast, told};
use crate::schema;

struct Truth {
    cast: Cast,
    document: Json,
    called: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Truth {
    /// Looks up the operation of an address of the document.
    fn operation(&self, method: &str, template: &str) -> Json {
        let pointer =
            format!("/paths/{}/{}", template.replace('~', "~0").replace('/', "~1"), method.to_lowercase());
        self.document
            .pointer(&pointer)
            .unwrap_or_else(|| panic!("the document lacks {method} {template}"))
            .clone()
    }

    /// Compares an answer with the document, and what was sent with what it asks for.
    fn hold(&mut self, method: &str, template: &str, sent: Option<&Json>, answer: &Answer) -> Json {
        let operation = self.operation(method, template);
        let name = operation["operationId"].as_str().unwrap().to_owned();
        let responses = operation["responses"].as_object().unwrap();
        let status = answer.status.to_string();
        let good = responses.contains_key(&status);
        let response = responses.get(&status).unwrap_or(&responses["default"]);
        let content = response["content"].as_object();
        let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
        let mut say = |text: String| self.wrong.push(format!("{name} ({status}): {text}"));
        match content.and_then(|content| content.get(&kind)) {
            None => say(format!("the document does not speak of {kind}")),
            Some(content) => {
                let (schema, value) = (&content["schema"], answer.json());
                schema::faults(&self.document, schema, &value).into_iter().for_each(&mut say);
                for extra in schema::unnamed(&self.document, schema, &value) {
                    say(format!("{extra} is answered and not in the document"));
                }
            }
        }
        if let (true, Some(sent)) = (good, sent) {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            for fault in schema::faults(&self.document, schema, sent) {
                say(format!("what was taken is refused by the document: {fault}"));
            }
        }
        if good {
            self.called.insert(name);
        }
        answer.json()
    }
}

/// Everything that can be done, in one life; each good answer is held against the document.
fn live(truth: &mut Truth) {
    let post = "/api/v1/appeals";
    let body = Cast::appeal(&json!({}));
    let answer = truth.cast.app.post(post).json(&body).send();
    truth.hold("POST", post, Some(&body), &answer);
    let case = told(&answer);
    let reply = "您反映的用工缺口已核实，专场招聘会定于下周举行，请留意通知。";
    let acts = [
        ("intake", "verify", json!({"method": "call_back", "note": "已核对"})),
        ("intake", "accept", json!({"version": 2})),
        ("intake", "classify", json!({"kind": "求助", "category": "03-1"})),
        ("intake", "dispatch", json!({"unit": "commerce", "reason": "按派单目录"})),
        ("handler", "sign", json!({})),
        ("leader", "assign", json!({"handler": truth.cast.handler.account.id})),
        ("handler", "contact", json!({"reason": "verify", "result": "reached"})),
        ("handler", "note", json!({"text": "已与企业核对用工数"})),
        ("handler", "reply", json!({"outcome": "solved", "text": reply})),
        ("leader", "review", json!({"outcome": "approve"})),
        ("leader", "send", json!({})),
    ];
    for (who, act, body) in acts {
        let cast = &truth.cast;
        let who = match who {
            "intake" => &cast.intake,
            "handler" => &cast.handler,
            _ => &cast.leader,
        };
        let answer = cast.tries(who, &case.id, act, &body);
        truth.hold("POST", &format!("/api/v1/appeals/{{id}}/{act}"), Some(&body), &answer);
    }
    let judge = json!({"solved": "yes", "satisfied": "yes", "comment": "谢谢"});
    let answer = truth.cast.by_code(&case, "judge", &judge);
    truth.hold("POST", "/api/v1/track/{number}/judge", Some(&judge), &answer);
    let seen = truth
        .cast
        .app
        .get(&format!("/api/v1/track/{}", case.number))
        .header("x-tracking-code", &case.code)
        .send();
    truth.hold("GET", "/api/v1/track/{number}", None, &seen);
    reads(truth, &case.id);
}

fn reads(truth: &mut Truth, id: &str) {
    let cast = &truth.cast;
    let association = cast.association.id.to_string();
    let get = |path: &str, who| cast.app.get(path).token(who).send();
    let answers = vec![
        ("/api/v1/appeals/{id}", get(&format!("/api/v1/appeals/{id}"), &cast.handler)),
        ("/api/v1/appeals/{id}/acts", get(&format!("/api/v1/appeals/{id}/acts"), &cast.leader)),
        ("/api/v1/appeals/{id}/proposals", get(&format!("/api/v1/appeals/{id}/proposals"), &cast.intake)),
        ("/api/v1/appeals", get("/api/v1/appeals?sort=-due_at&page_size=2", &cast.supervisor)),
        ("/api/v1/journal", get("/api/v1/journal?page_size=50", &cast.auditor)),
        (
            "/api/v1/responsibility",
            get(&format!("/api/v1/responsibility?association={association}&duty=DI-04"), &cast.intake),
        ),
    ];
    for (template, answer) in answers {
        truth.hold("GET", template, None, &answer);
    }
}

/// What the first life had no occasion for.
fn other_ends(truth: &mut Truth) {
    let body = Cast::appeal(&json!({"source": "phone", "source_number": "12345-0001"}));
    let answer = truth.cast.app.post("/api/v1/appeals/register").token(&truth.cast.intake).json(&body).send();
    truth.hold("POST", "/api/v1/appeals/register", Some(&body), &answer);
    let decline =
        json!({"reason": "other_place", "text": "您反映的事项不属本市管辖，请向事项所在地的部门提出。"});
    let answer = truth.cast.tries(&truth.cast.intake, &told(&answer).id, "decline", &decline);
    truth.hold("POST", "/api/v1/appeals/{id}/decline", Some(&decline), &answer);
    let case = truth.cast.submit(&json!({}));
    let withdraw = json!({"reason": "已自行解决"});
    let answer = truth.cast.by_code(&case, "withdraw", &withdraw);
    truth.hold("POST", "/api/v1/track/{number}/withdraw", Some(&withdraw), &answer);
    let own = truth.cast.submit_signed_in(&json!({}));
    let answer = truth.cast.tries(&truth.cast.secretary, &own.id, "withdraw", &withdraw);
    truth.hold("POST", "/api/v1/appeals/{id}/withdraw", Some(&withdraw), &answer);
    let own = truth.cast.submit_signed_in(&json!({}));
    truth.cast.walk(&own.id, &["accept", "classify", "dispatch", "sign", "reply", "approve", "send"]);
    let judge = json!({"solved": "no", "satisfied": "no"});
    let answer = truth.cast.tries(&truth.cast.secretary, &own.id, "judge", &judge);
    truth.hold("POST", "/api/v1/appeals/{id}/judge", Some(&judge), &answer);
    let pack = truth.cast.app.city.pack();
    let item = pack.items().iter().find(|item| item.needs_confirmation()).unwrap();
    let confirm = json!({"item": item.id, "paper": "锦民发〔2025〕8 号"});
    let admin = truth.cast.app.staff("policy-admin", "policy_admin", "science");
    let answer = truth.cast.app.post("/api/v1/pack/confirm").token(&admin).json(&confirm).send();
    truth.hold("POST", "/api/v1/pack/confirm", Some(&confirm), &answer);
}

/// A story of a definition, told as programs do.
struct Program<'a> {
    truth: &'a mut Truth,
    of: &'a Definition,
}

impl Program<'_> {
    fn token(&self, who: &Actor) -> String {
        let Actor::Person { user, .. } = who else { panic!("{who:?} has no account") };
        let (_, token) = self.truth.cast.app.act(|tx| identity::create_token(tx, user, 7));
        format!("Bearer {token}")
    }
}

impl Onlooker for Program<'_> {
    fn does(&mut self, stage: &Stage, sent: &Sent<'_>) -> Option<Result<String>> {
        let (root, key) = (format!("/api/v1/{}", self.of.path), &sent.act.key);
        let first = self.of.beginnings().next().map(|act| &act.key);
        let template = match &sent.act.start {
            Some(_) if first == Some(key) => root,
            Some(_) => format!("{root}/new/{key}"),
            None => format!("{root}/{{id}}/{key}"),
        };
        let id = sent.row.or(stage.matter.as_deref()).unwrap_or_default();
        let address = template.replace("{id}", id);
        let ask = self.truth.cast.app.post(&address).header("authorization", &self.token(sent.who));
        let body = Json::Object(sent.form.clone());
        let answer = if sent.papers.is_empty() {
            ask.json(&body).send()
        } else {
            let fields = sent.form.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
            let paper = |field| File { field, name: "签字.txt", bytes: "签字".as_bytes() };
            let papers: Vec<File> = sent.papers.iter().copied().map(paper).collect();
            ask.multipart(&fields.collect::<Vec<_>>(), &papers).send()
        };
        let sent = Some(&body).filter(|_| sent.papers.is_empty());
        let said = self.truth.hold("POST", &template, sent, &answer);
        // What waits for somebody else leaves what it is about as it was.
        if said["correction"].is_string() {
            return Some(Ok(id.to_owned()));
        }
        Some(Ok(said["id"].as_str().unwrap_or_else(|| panic!("{template}: {said}")).to_owned()))
    }

    fn after(&mut self, stage: &Stage) -> Result<()> {
        let Some(id) = &stage.matter else { return Ok(()) };
        let root = format!("/api/v1/{}", self.of.path);
        let one = format!("{root}/{{id}}");
        let mut asked: Vec<(String, String)> =
            [one.clone(), format!("{one}/acts"), root.clone(), String::from("/api/v1/matters")]
                .map(|template| (template, String::new()))
                .into();
        if let Some(register) = &self.of.register {
            let past = format!("?as_of={}", self.truth.cast.app.program().today());
            asked.extend([(root.clone(), past.clone()), (one.clone(), past)]);
            let within = register.within.iter().filter_map(|key| key.rsplit('.').next());
            asked.extend(within.chain(["versions"]).map(|part| (format!("{one}/{part}"), String::new())));
        }
        for who in stage.people.values() {
            for (template, query) in &asked {
                for id in stage.rows.values().chain([id]) {
                    let ask = self.truth.cast.app.get(&(template.replace("{id}", id) + query));
                    let answer = ask.header("authorization", &self.token(who)).send();
                    self.truth.hold("GET", template, None, &answer);
                }
            }
        }
        Ok(())
    }
}

/// The stories of every definition.
fn stories(truth: &mut Truth) {
    let pack = truth.cast.app.city.pack();
    let city = truth.cast.app.city.clone();
    for story in &pack.stories {
        let of = pack.definition(&story.of).unwrap();
        let findings = stories::walk(&city, &pack, story, &mut Program { truth, of }).unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

/// Errors are problem documents as the document says.
fn errors(truth: &mut Truth) {
    let cast = &truth.cast;
    let nothing = format!("/api/v1/appeals/apl_{}", crate::table::nothing());
    let answers = vec![
        ("GET", "/api/v1/appeals", cast.app.get("/api/v1/appeals").send(), 401),
        ("GET", "/api/v1/journal", cast.app.get("/api/v1/journal").token(&cast.handler).send(), 403),
        ("GET", "/api/v1/appeals/{id}", cast.app.get(&nothing).token(&cast.handler).send(), 404),
        (
            "GET",
            "/api/v1/appeals",
            cast.app.get("/api/v1/appeals?sort=colour").token(&cast.handler).send(),
            422,
        ),
        ("GET", "/api/v1/appeals", cast.app.get("/api/v1/appeals?statte=x").token(&cast.handler).send(), 422),
        ("POST", "/api/v1/appeals", cast.app.post("/api/v1/appeals").json(&json!({})).send(), 422),
        (
            "POST",
            "/api/v1/appeals",
            cast.app.post("/api/v1/appeals").body("application/json", "{").send(),
            400,
        ),
    ];
    for (method, template, answer, status) in answers {
        assert_eq!(answer.status, status, "{method} {template}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        truth.hold(method, template, None, &answer);
    }
}

/// What only the program begins: a correction that waits is looked at, refused, withdrawn and confirmed.
fn corrections(truth: &mut Truth) {
    let id = crate::corrections::entered_by(&truth.cast, &truth.cast.supervisor, "transport");
    for (nth, end) in ["refuse", "withdraw", "confirm"].into_iter().enumerate() {
        let change = crate::corrections::corrected(&truth.cast, &id, 20 + i64::try_from(nth).unwrap());
        let ask =
            truth.cast.app.post(&format!("/api/v1/party-orgs/{id}/correct")).token(&truth.cast.next_handler);
        let asked = ask.json(&change).send();
        let said = truth.hold("POST", "/api/v1/party-orgs/{id}/correct", Some(&change), &asked);
        let correction = said["correction"].as_str().unwrap().to_owned();
        for template in ["/api/v1/corrections", "/api/v1/corrections/{id}", "/api/v1/corrections/{id}/acts"] {
            let address = template.replace("{id}", &correction);
            let answer = truth.cast.app.get(&address).token(&truth.cast.supervisor).send();
            truth.hold("GET", template, None, &answer);
        }
        let who = if end == "withdraw" { &truth.cast.next_handler } else { &truth.cast.next_leader };
        let body = if end == "refuse" { json!({"opinion": "原来的对"}) } else { json!({}) };
        let ask = truth.cast.app.post(&format!("/api/v1/corrections/{correction}/{end}")).token(who);
        let answer = ask.json(&body).send();
        truth.hold("POST", &format!("/api/v1/corrections/{{id}}/{end}"), Some(&body), &answer);
    }
}

db_test! {
    fn every_operation_answers_what_the_document_says(db) {
        let cast = Cast::new(db);
        let pack = cast.app.city.pack();
        let document = openapi::document(&cast.app.city.policy().routes, &pack, "test");
        let mut truth = Truth { cast, document, called: BTreeSet::new(), wrong: Vec::new() };
        corrections(&mut truth);
        live(&mut truth);
        other_ends(&mut truth);
        errors(&mut truth);
        stories(&mut truth);
        let all: BTreeSet<String> = truth.document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|methods| methods.as_object().unwrap().values())
            .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
            .collect();
        let never: Vec<_> = all.difference(&truth.called).collect();
        assert!(never.is_empty(), "operations that were never answered well: {never:?}");
        assert!(truth.wrong.is_empty(), "{:#?}", truth.wrong);
    }
}
