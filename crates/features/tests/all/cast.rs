//! The people whom most stories need, on a database of their own, and what they say to the interface.

use huitong_features::base::associations::Association;
use huitong_features::base::identity::Office;
use huitong_kernel::{Db, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::door::{Answer, Person};
use serde_json::{Value as Json, json};

/// One city with one of each who has a part in a case.
pub struct Cast {
    pub app: TestApp,
    pub association: Association,
    pub secretary: Person,
    pub intake: Person,
    /// Two handlers and the leader of the unit that answers.
    pub handler: Person,
    pub colleague: Person,
    pub leader: Person,
    /// Of another unit.
    pub next_handler: Person,
    pub next_leader: Person,
    pub supervisor: Person,
    pub auditor: Person,
}

/// A case as it was told to who brought it in.
pub struct Told {
    pub id: String,
    pub number: String,
    pub code: String,
}

impl Cast {
    /// Opens the city.
    pub fn new(db: &Db) -> Cast {
        let app = TestApp::new(db);
        let association = app.association("锦宁市甲行业协会", 1);
        let office = Office::association(association.id.as_str(), &association.name);
        Cast {
            secretary: app.somebody("secretary", "沈秋白", "association_secretary", &office),
            intake: app.staff("intake", "intake", "social_work"),
            handler: app.staff("handler", "handler", "commerce"),
            colleague: app.staff("colleague", "handler", "commerce"),
            leader: app.staff("leader", "unit_leader", "commerce"),
            next_handler: app.staff("next-handler", "handler", "transport"),
            next_leader: app.staff("next-leader", "unit_leader", "transport"),
            supervisor: app.staff("supervisor", "supervisor", "social_work"),
            auditor: app.staff("auditor", "auditor", "science"),
            association,
            app,
        }
    }

    /// What a public appeal says, changed by `more`.
    pub fn appeal(more: &Json) -> Json {
        let mut body = json!({
            "kind": "求助", "title": "春季招工困难请求协助", "text": "会员企业用工缺口约三百人，请求组织专场招聘会。",
            "contact_name": "沈秋白", "contact_phone": "19900000123", "disclosure": "named",
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    /// Brings a case in without login.
    pub fn submit(&self, more: &Json) -> Told {
        told(self.app.post("/api/v1/appeals").json(&Cast::appeal(more)).send().expect(201))
    }

    /// Brings a case in as the association.
    pub fn submit_signed_in(&self, more: &Json) -> Told {
        let ask = self.app.post("/api/v1/appeals").token(&self.secretary);
        told(ask.json(&Cast::appeal(more)).send().expect(201))
    }

    /// Tries an act a second later than whatever was before.
    pub fn tries(&self, who: &Person, id: &str, act: &str, body: &Json) -> Answer {
        self.app.later(1_000);
        self.app.post(&format!("/api/v1/appeals/{id}/{act}")).token(who).json(body).send()
    }

    /// Does an act.
    pub fn does(&self, who: &Person, id: &str, act: &str, body: &Json) -> Json {
        let answer = self.tries(who, id, act, body);
        assert_eq!(answer.status, 200, "{} {act}: {}", who.account.login, answer.text());
        answer.json()
    }

    /// Does several acts whose words matter to nobody.
    pub fn walk(&self, id: &str, acts: &[&str]) {
        for act in acts {
            let reply = "您反映的用工缺口已核实，专场招聘会定于下周举行，请留意通知。";
            let (who, body) = match *act {
                "accept" => (&self.intake, json!({})),
                "classify" => (&self.intake, json!({"kind": "求助", "category": "03-1"})),
                "dispatch" => (&self.intake, json!({"unit": "commerce", "reason": "按派单目录"})),
                "sign" => (&self.handler, json!({})),
                "assign" => (&self.leader, json!({"handler": self.colleague.account.id})),
                "note" => (&self.handler, json!({"text": "已与企业核对用工数"})),
                "contact" => (&self.handler, json!({"reason": "verify", "result": "reached"})),
                "reply" => (&self.handler, json!({"outcome": "solved", "text": reply})),
                "return" => (&self.leader, json!({"outcome": "return", "opinion": "写明时间地点"})),
                "approve" => (&self.leader, json!({"outcome": "approve"})),
                "send" => (&self.leader, json!({})),
                other => panic!("nobody does {other} here"),
            };
            let verb = if ["return", "approve"].contains(act) { "review" } else { act };
            self.does(who, id, verb, &body);
        }
    }

    /// A case as somebody sees it.
    pub fn seen(&self, who: &Person, id: &str) -> Json {
        let answer = self.app.get(&format!("/api/v1/appeals/{id}")).token(who).send();
        assert_eq!(answer.status, 200, "{} sees {id}: {}", who.account.login, answer.text());
        answer.json()
    }

    /// What number and code open.
    pub fn tracked(&self, told: &Told) -> Json {
        let ask = self.app.get(&format!("/api/v1/track/{}", told.number));
        ask.header("x-tracking-code", &told.code).send().expect(200).json()
    }

    /// The complainant's own act by number and code.
    pub fn by_code(&self, told: &Told, act: &str, body: &Json) -> Answer {
        self.app.later(1_000);
        let ask = self.app.post(&format!("/api/v1/track/{}/{act}", told.number));
        ask.header("x-tracking-code", &told.code).json(body).send()
    }

    /// A number from the database itself.
    pub fn count(&self, sql: &str, id: &str) -> i64 {
        self.app.read(|tx| tx.number(sql, args![id]))
    }
}

/// What a good submission told.
pub fn told(answer: &Answer) -> Told {
    let said = answer.json();
    let text = |key: &str| said[key].as_str().unwrap().to_owned();
    Told { id: text("id"), number: text("number"), code: text("tracking_code") }
}

/// The limit of a case with a key, as it is shown.
pub fn clock<'a>(case: &'a Json, limit: &str) -> Vec<&'a Json> {
    case["clocks"].as_array().unwrap().iter().filter(|clock| clock["limit"] == limit).collect()
}
