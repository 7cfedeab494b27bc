//! The cases of the town, brought in and handled through the interface, each with marks that stand nowhere else.

use std::collections::BTreeSet;

use huitong_testkit::door::{File, Person};
use serde_json::{Value as Json, json};

use crate::town::{COMPLAINED_OF, EARLIER, NEXT, RESPONSIBLE, Town};

/// Names of the accounts that bring cases in: they may only be read by who may know the person.
pub const SECRETARY: &str = "秘书长MARKSEC长";
pub const CONTACT: &str = "联系人MARKCON人";

/// Companies: that of the contact who brings a case in, and another.
pub const COMPANIES: [(&str, &str); 2] =
    [("91519900MA9002535F", "锦宁恒砺精密机械有限公司"), ("91519900MA9003060X", "锦宁铸范模具有限公司")];

/// What rights look at in a case.
#[derive(Default)]
pub struct Keys {
    pub disclosure: String,
    /// The account that brought it in; a confidential case is its alone.
    pub submitter: String,
    /// The associations that follow it as their own.
    pub associations: Vec<String>,
    pub company: String,
    pub units: Vec<String>,
    pub assignee: String,
    pub about: String,
    /// Where it is about associations: their links that hold today, kind and unit.
    pub links: Vec<(String, String)>,
    /// The acts that it is in no state for.
    pub barred: BTreeSet<String>,
}

impl Keys {
    /// Whether an association or a company follows it as its own.
    pub fn is_of(&self, office: &str) -> bool {
        self.company == office || self.associations.iter().any(|one| one == office)
    }
}

/// A case and everything a test must know of it.
pub struct Case {
    /// For the failure's words.
    pub name: &'static str,
    pub id: String,
    pub number: String,
    pub keys: Keys,
    /// Where it was before, and is no more.
    pub earlier: String,
    pub marks: Marks,
    /// Files: those that came with it, and those of a reply that was not sent.
    pub files: Vec<String>,
    pub drafts: Vec<String>,
    /// The entry of the journal that brought it in.
    pub entry: String,
}

/// Words that stand in this case alone.
pub struct Marks {
    pub title: String,
    pub text: String,
    pub person: String,
    pub phone: String,
    /// Name of the file that came with it.
    pub file: String,
    /// Name of the account, where one brought it in.
    pub account: String,
    /// Association by name, company by code and name, where it is on behalf of one.
    pub organisation: Vec<String>,
    /// Internal words: notes and what was said in contacts.
    pub inside: String,
    /// Why it was dispatched or sent back: the journal keeps the reasons of the office.
    pub reason: String,
    /// The reply, until it is sent.
    pub reply: String,
}

impl Marks {
    fn of(nth: usize, account: &str) -> Marks {
        Marks {
            title: format!("MARKT{nth:02}T"),
            text: format!("MARKX{nth:02}X"),
            person: format!("MARKN{nth:02}N"),
            phone: format!("1990007{nth:04}"),
            file: format!("MARKF{nth:02}F"),
            account: account.to_owned(),
            organisation: Vec::new(),
            inside: format!("MARKI{nth:02}I"),
            reason: format!("MARKD{nth:02}D"),
            reply: format!("MARKR{nth:02}R"),
        }
    }
}

/// Who brings a case in.
#[derive(Clone, Copy)]
enum By {
    Nobody,
    Secretary,
    Contact,
}

/// Brings a case in with a file.
fn submit(
    town: &Town,
    name: &'static str,
    nth: usize,
    by: By,
    disclosure: &'static str,
    about: &str,
) -> Case {
    let (who, account) = match by {
        By::Nobody => (None, ""),
        By::Secretary => (Some(town.person("association_secretary@1")), SECRETARY),
        By::Contact => (Some(town.person("company_contact@1")), CONTACT),
    };
    let marks = Marks::of(nth, account);
    let kind = if about.is_empty() { "求助" } else { "投诉" };
    let (title, text) =
        (format!("事项 {} 请求协助", marks.title), format!("经过写在这里 {}，请求协助解决。", marks.text));
    let mut fields = vec![
        ("kind", kind),
        ("title", &title),
        ("text", &text),
        ("disclosure", disclosure),
        ("category", "03-1"),
    ];
    if disclosure != "anonymous" {
        fields.extend([("contact_name", marks.person.as_str()), ("contact_phone", marks.phone.as_str())]);
    }
    if !about.is_empty() {
        fields.push(("about", about));
    }
    let (file, content) = (format!("{}.txt", marks.file), format!("附件内容 {}", marks.file));
    let file = File { field: "files", name: &file, bytes: content.as_bytes() };
    let ask = town.app.post("/api/v1/appeals").multipart(&fields, &[file]);
    let answer = match who {
        Some(person) => ask.token(person).send(),
        None => ask.send(),
    };
    answer.expect(201);
    let told = answer.json();
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    let mut case = Case {
        name,
        id: text("id"),
        number: text("number"),
        keys: Keys {
            disclosure: disclosure.to_owned(),
            submitter: who.map(|p| p.account.id.to_string()).unwrap_or_default(),
            about: about.to_owned(),
            ..Keys::default()
        },
        earlier: String::new(),
        marks,
        files: Vec::new(),
        drafts: Vec::new(),
        entry: String::new(),
    };
    let sql = "SELECT id FROM journal WHERE subject = $1 ORDER BY id LIMIT 1";
    let entry = town.app.read(|tx| tx.one(sql, huitong_kernel::args![case.id.as_str()]));
    case.entry = entry.unwrap().get("id").unwrap();
    let shared = disclosure == "named";
    match by {
        By::Secretary => {
            case.keys.associations =
                shared.then(|| town.associations[0].id.to_string()).into_iter().collect();
            case.marks.organisation.push(town.associations[0].name.clone());
        }
        By::Contact => {
            case.keys.company = if shared { COMPANIES[0].0.to_owned() } else { String::new() };
            case.marks.organisation = [COMPANIES[0].0, COMPANIES[0].1].map(str::to_owned).to_vec();
        }
        By::Nobody => {}
    }
    case.files = files(town, &case);
    case
}

/// Files of a case by the act that brought them.
fn files(town: &Town, case: &Case) -> Vec<String> {
    let sql = "SELECT id FROM attachments WHERE subject = $1 ORDER BY id";
    let rows = town.app.read(|tx| tx.query(sql, huitong_kernel::args![case.id.as_str()]));
    rows.iter().map(|row| row.get("id").unwrap()).collect()
}

/// Does an act through the interface; it must succeed.
pub fn act(town: &Town, person: &Person, id: &str, act: &str, body: &Json) -> Json {
    town.app.later(1_000);
    let answer = town.app.post(&format!("/api/v1/appeals/{id}/{act}")).token(person).json(body).send();
    assert_eq!(answer.status, 200, "{act} by {}: {}", person.account.login, answer.text());
    answer.json()
}

/// Accepts, classifies and dispatches to a unit.
fn dispatched(town: &Town, case: &mut Case, unit: &str) {
    let intake = town.person("intake@science");
    act(town, intake, &case.id, "accept", &json!({}));
    act(
        town,
        intake,
        &case.id,
        "classify",
        &json!({"kind": if case.keys.about.is_empty() {"求助"} else {"投诉"}, "category": "03-1"}),
    );
    given(town, case, intake, unit);
}

/// Dispatches a case to a unit.
fn given(town: &Town, case: &mut Case, by: &Person, unit: &str) {
    let reason = format!("按职责办理 {}", case.marks.reason);
    act(town, by, &case.id, "dispatch", &json!({"unit": unit, "reason": reason}));
    case.keys.units.push(town.unit(unit));
}

/// Signs a case by a unit's handler, who then has it; a unit that handed it on has it no more.
fn signed(town: &Town, case: &mut Case, unit: &str) {
    let handler = town.person(&format!("handler@{unit}"));
    act(town, handler, &case.id, "sign", &json!({}));
    case.keys.units = vec![town.unit(unit)];
    case.keys.assignee = handler.account.id.to_string();
}

/// Every case of the town.
pub fn all(town: &Town) -> Vec<Case> {
    let unit = town.unit(COMPLAINED_OF);
    let association = town.associations[1].id.to_string();
    let mut cases = vec![
        submit(town, "named, about a unit, handed on twice", 1, By::Secretary, "named", &unit),
        submit(town, "confidential, about a unit, handed on twice", 2, By::Secretary, "confidential", &unit),
        submit(town, "named, about an association, reply written", 3, By::Nobody, "named", &association),
        submit(town, "confidential of a company, contact made", 4, By::Contact, "confidential", ""),
        submit(town, "anonymous, about an association, just in", 5, By::Nobody, "anonymous", &association),
        submit(town, "confidential by nobody known, just in", 6, By::Nobody, "confidential", ""),
    ];
    for case in &mut cases[..2] {
        handed_on(town, case);
    }
    replied(town, &mut cases[2]);
    contacted(town, &mut cases[3]);
    cases
}

/// First one unit signs, hands it to a second which signs, which hands it to a third which has not signed yet.
fn handed_on(town: &Town, case: &mut Case) {
    dispatched(town, case, EARLIER);
    signed(town, case, EARLIER);
    given(town, case, town.person(&format!("handler@{EARLIER}")), RESPONSIBLE);
    signed(town, case, RESPONSIBLE);
    case.earlier = town.unit(EARLIER);
    given(town, case, town.person(&format!("handler@{RESPONSIBLE}")), NEXT);
}

fn replied(town: &Town, case: &mut Case) {
    dispatched(town, case, RESPONSIBLE);
    signed(town, case, RESPONSIBLE);
    let handler = town.person(&format!("handler@{RESPONSIBLE}"));
    let words = format!("内部 {}", case.marks.inside);
    act(town, handler, &case.id, "note", &json!({"text": words}));
    act(town, handler, &case.id, "contact", &json!({"reason": "verify", "result": "reached", "note": words}));
    for round in 0..2 {
        town.app.later(1_000);
        let text = format!("您反映的事项已经核实处理完毕，特此答复如下。{}", case.marks.reply);
        let name = format!("{}.txt", case.marks.reply);
        let file = File { field: "files", name: &name, bytes: case.marks.reply.as_bytes() };
        let path = format!("/api/v1/appeals/{}/reply", case.id);
        let ask = town.app.post(&path).token(handler);
        ask.multipart(&[("outcome", "solved"), ("text", &text)], &[file]).send().expect(200);
        if round == 0 {
            let leader = town.person(&format!("unit_leader@{RESPONSIBLE}"));
            act(
                town,
                leader,
                &case.id,
                "review",
                &json!({"outcome": "return", "opinion": format!("写明依据 {}", case.marks.reason)}),
            );
        }
    }
    let all = files(town, case);
    case.drafts = all.into_iter().filter(|f| !case.files.contains(f)).collect();
}

fn contacted(town: &Town, case: &mut Case) {
    dispatched(town, case, RESPONSIBLE);
    signed(town, case, RESPONSIBLE);
    let handler = town.person(&format!("handler@{RESPONSIBLE}"));
    let words = format!("内部 {}", case.marks.inside);
    act(town, handler, &case.id, "contact", &json!({"reason": "verify", "result": "reached", "note": words}));
}
