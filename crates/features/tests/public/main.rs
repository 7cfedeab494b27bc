//! The public side through the door: home, handing an appeal in without script, following, judging, withdrawing it.
#![expect(clippy::unwrap_used, reason = "tests say what went wrong by failing")]

mod following;
mod handing_in;
mod own;

use huitong_features::base::associations::Association;
use huitong_features::base::duty::{self, NewLink};
use huitong_features::base::identity::{Account, Office};
use huitong_features::base::matters::Input;
use huitong_features::growth::appeals::{self, AppealId};
use huitong_kernel::Id;
use huitong_testkit::app::{Browser, TestApp};
use huitong_testkit::page::Page;

/// The house with an association, its secretary, intake, and a department with handler and leader.
struct Town {
    app: TestApp,
    association: Association,
    intake: Account,
    handler: Account,
    leader: Account,
}

impl Town {
    fn new(db: &huitong_kernel::Db) -> Town {
        Town::of(TestApp::new(db))
    }

    fn of(app: TestApp) -> Town {
        let association = app.association("锦宁市餐饮商会", 1);
        let unit = app.unit("market_regulation");
        app.act(|tx| {
            duty::add(
                tx,
                &NewLink {
                    association: association.id.clone(),
                    kind: "industry_department_main".into(),
                    unit: unit.id.clone(),
                    from_on: "2024-01-01".parse().unwrap(),
                    until_on: None,
                    paper: "锦社发〔2024〕18号".into(),
                },
            )
        });
        let own = Office::association(association.id.as_str(), &association.name);
        app.account("secretary", "罗霞", "association_secretary", &own);
        app.account("party", "蒋石", "association_party_secretary", &own);
        let social_work = Office::unit(&app.unit("social_work"));
        let intake = app.account("intake", "夏建垣", "intake", &social_work);
        let handler = app.account("handler", "陈晓岚", "handler", &Office::unit(&unit));
        let leader = app.account("leader", "何江", "unit_leader", &Office::unit(&unit));
        Town { app, association, intake, handler, leader }
    }

    fn act(&self, who: &Account, id: &AppealId, act: &str, said: &[(&str, &str)]) {
        self.app.act_as(who, |tx| appeals::act(tx, id, act, &Input::of(said))).unwrap();
    }

    /// Takes a case from submission to the answer that was sent.
    fn answer(&self, id: &AppealId) {
        let unit = self.app.unit("market_regulation");
        self.act(&self.intake, id, "accept", &[("note", "已安排核实")]);
        self.act(&self.intake, id, "classify", &[("kind", "求助"), ("category", "01-1")]);
        self.act(&self.intake, id, "dispatch", &[("unit", &unit.name), ("reason", "按派单目录派单")]);
        self.act(&self.handler, id, "sign", &[]);
        self.act(&self.handler, id, "note", &[("text", "内部备注不外传")]);
        let text = "经现场核实，相关费用已经退还，今后不再收取。感谢监督。";
        self.act(&self.handler, id, "reply", &[("outcome", "solved"), ("text", text)]);
        self.act(&self.leader, id, "review", &[("outcome", "approve"), ("opinion", "同意发出")]);
        self.act(&self.leader, id, "send", &[]);
    }
}

/// A form as the public fills it in.
fn filled<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("kind", "求助"),
        ("title", "春季用工缺口大，请求协助招工"),
        ("text", "节后返岗不足六成，三家门店停业。\n希望组织专场招聘。"),
        ("disclosure", "named"),
        ("contact_name", "邹嘉柏"),
        ("contact_phone", "199 0000 0348"),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

/// What the check page carries, ready to be sent.
fn carried(page: &Page) -> Vec<(String, String)> {
    let html = page.html();
    let mut fields = Vec::new();
    for (place, _) in html.match_indices("<input type=\"hidden\" name=\"") {
        let name = html[place + 27..].split('"').next().unwrap().to_owned();
        if !fields.iter().any(|(known, _): &(String, String)| *known == name) {
            fields.extend(page.fields(&name).into_iter().map(|value| (name.clone(), value)));
        }
    }
    fields
}

fn send(browser: &Browser<'_>, check: &Page) -> Page {
    let fields = carried(check);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    browser.post("/appeals/done", &fields)
}

/// Number and tracking code of a receipt.
fn keys(receipt: &Page) -> (String, String) {
    let text = receipt.main();
    let after = |label: &str| {
        let mut lines = text.lines().skip_while(|line| *line != label);
        lines.nth(1).unwrap_or_default().to_owned()
    };
    (after("编号"), after("查询码"))
}

fn id_of(town: &Town, number: &str) -> AppealId {
    let id = town.app.read(|tx| {
        let row = tx.one("SELECT id FROM appeals WHERE number = $1", huitong_kernel::args![number])?;
        row.map(|r| r.get::<String>("id")).transpose()
    });
    Id::stored(id.unwrap())
}

fn count(town: &Town) -> i64 {
    town.app.read(|tx| tx.number("SELECT COUNT(*) FROM appeals", huitong_kernel::args![]))
}
