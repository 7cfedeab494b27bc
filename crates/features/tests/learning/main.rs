//! Learning who answers: from the dictionary alone, from closed cases, by night, taken back; and past cases like the one at hand.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by failing")]

use huitong_features::base::identity::Office;
use huitong_features::base::matters::Input;
use huitong_features::growth::appeals::{self, AppealId};
use huitong_kernel::ctx::Actor;
use huitong_kernel::http::Filled;
use huitong_kernel::{Ctx, Id, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use serde_json::{Value as Json, json};

const DAY: i64 = 86_400_000;
/// Words in which people tell of each unit; hardly one stands in the 职能词典.
const TOLD: [(&str, [&str; 6]); 4] = [
    ("commerce", ["夜市摊位", "早餐车", "农贸档口", "老字号", "租户", "招租"]),
    ("transport", ["装卸货", "停靠点", "外地牌照", "班车站牌", "卡车", "泊位"]),
    ("education", ["托管班", "校服", "研学旅行", "课后服务", "师资", "接送"]),
    ("water", ["水表", "黄汤", "倒灌", "泵房", "锈管", "阀门"]),
];
const PLACES: [&str; 6] = ["青柳巷", "望江路", "松月街", "百草坡", "金桥里", "云杉道"];

struct House {
    app: TestApp,
    intake: Person,
    admin: Person,
    staff: Vec<(String, Ctx, Ctx)>,
}

impl House {
    fn new(app: TestApp) -> House {
        let intake = app.staff("intake", "intake", "social_work");
        let admin = app.staff("policy", "policy_admin", "social_work");
        let of = |role: &str, unit: &str| {
            let login = format!("{role}-{unit}");
            let account = app.account(&login, "经办同志", role, &Office::unit(&app.unit(unit)));
            app.person(&account)
        };
        let staff = TOLD.map(|(unit, _)| (unit.to_owned(), of("handler", unit), of("unit_leader", unit)));
        House { intake, admin, staff: staff.into(), app }
    }

    /// Hands an appeal in.
    fn told(&self, title: &str, text: &str) -> (AppealId, String, String) {
        let public = self.app.city.ctx(Actor::Public);
        let said = [
            ("kind", "求助"),
            ("title", title),
            ("text", text),
            ("disclosure", "named"),
            ("contact_name", "张三丰"),
            ("contact_phone", "13800001111"),
        ];
        let input = Input { filled: Filled::of(&said), files: Vec::new() };
        let receipt = self.app.city.db.write(&public, |tx| appeals::submit(tx, &input)).unwrap();
        (Id::stored(receipt.id), receipt.number, receipt.tracking_code)
    }

    /// Takes it on and says what it is about.
    fn taken_on(&self, id: &AppealId) {
        for (act, said) in [("accept", json!({})), ("classify", json!({"kind": "求助", "category": "06-1"}))]
        {
            let path = format!("/api/v1/appeals/{id}/{act}");
            self.app.post(&path).token(&self.intake).json(&said).send().expect(200);
        }
    }

    fn dispatched(&self, id: &AppealId, unit: &str) {
        let said = json!({"unit": unit, "reason": "按职责派单"});
        let path = format!("/api/v1/appeals/{id}/dispatch");
        self.app.post(&path).token(&self.intake).json(&said).send().expect(200);
    }

    /// Hands in, and takes through every act to its judged end in a unit.
    fn closed(&self, title: &str, text: &str, unit: &str) -> AppealId {
        let (id, number, code) = self.told(title, text);
        self.taken_on(&id);
        self.dispatched(&id, unit);
        let (_, handler, leader) = self.staff.iter().find(|(key, _, _)| key == unit).unwrap();
        let steps: [(&Ctx, &str, Input); 6] = [
            (handler, "sign", Input::default()),
            (handler, "contact", Input::of(&[("reason", "understand"), ("result", "reached")])),
            (
                handler,
                "reply",
                Input::of(&[
                    ("outcome", "solved"),
                    ("text", "已经到现场核实，问题已经解决，欢迎您继续监督。"),
                ]),
            ),
            (leader, "review", Input::of(&[("outcome", "approve")])),
            (leader, "send", Input::default()),
            (leader, "judge", Input::of(&[("solved", "yes"), ("satisfied", "yes")])),
        ];
        for (who, act, input) in steps {
            let mut ctx = who.clone();
            ctx.now = self.app.city.clock.now();
            let done = self.app.city.db.write(&ctx, |tx| match act {
                "judge" => appeals::act_tracked(tx, (&number, &code), act, &input),
                act => appeals::act(tx, &id, act, &input),
            });
            done.unwrap_or_else(|e| panic!("{act}: {e} {}", e.log_line()));
        }
        id
    }

    /// So many cases of each unit, told in many places; `from` keeps them apart from those told before.
    fn a_season(&self, each: usize, from: usize) {
        for nth in from..from + each {
            for (unit, words) in TOLD {
                let place = PLACES[nth % 6];
                let [a, b, c] = [nth, nth + 1 + nth / 6, nth + 2 + nth / 3].map(|at| words[at % 6]);
                let title = format!("{place}{nth}号{a}");
                self.closed(&title, &format!("{title}，{place}那边{b}，{nth}日又{c}，请处理。"), unit);
            }
        }
    }

    /// Lets the night pass: followers, then what falls due.
    fn night(&self) {
        self.app.settle();
        self.app.later(DAY);
        self.app.settle();
    }

    fn proposals(&self, id: &AppealId) -> Json {
        let answer = self.app.get(&format!("/api/v1/appeals/{id}/proposals")).token(&self.intake).send();
        answer.expect(200).json()
    }

    fn models(&self) -> Vec<(i64, String, i64, i64)> {
        self.app.read(|tx| {
            let sql = "SELECT number, state, cases, corrections FROM dispatch_models ORDER BY number";
            let rows = tx.query(sql, args![])?;
            rows.iter()
                .map(|r| Ok((r.get("number")?, r.get("state")?, r.get("cases")?, r.get("corrections")?)))
                .collect()
        })
    }
}

fn first(proposals: &Json) -> &str {
    proposals["text"]["items"][0]["unit_name"].as_str().unwrap_or_default()
}

db_test! {
    fn the_dictionary_alone_proposes_by_its_own_words_and_claims_no_certainty(db) {
        let house = House::new(TestApp::new(db));
        let (id, ..) = house.told("园区夜里停水", "园区里自来水停水三天，水压也不够，请协调。");
        house.taken_on(&id);
        let said = house.proposals(&id);
        assert_eq!(first(&said), house.app.unit("water").name);
        let terms = said["text"]["items"][0]["terms"].to_string();
        assert!(terms.contains("停水") || terms.contains("自来水"), "{terms}");
        assert_eq!((&said["text"]["items"][0]["confidence"], &said["text"]["certain"]), (&Json::Null, &json!(false)));
        assert_eq!(said["agree"], false);
        let differ = said["differ"].as_str().unwrap();
        assert!(differ.contains("派单目录") && differ.contains("水务局"), "{differ}");
        // The page says the same, and both can be chosen with one press.
        let page = house.app.get(&format!("/appeals/{id}/dispatch")).session(&house.intake).send();
        let text = page.expect(200).text();
        assert!(text.contains("几种建议不一致") && text.contains("诉求文字指向") && text.contains("职能词典"));
        // What cannot be read proposes nothing.
        let (id, ..) = house.told("12345", "12345 67890 ……");
        house.taken_on(&id);
        assert_eq!(house.proposals(&id)["text"]["items"], json!([]));
    }

    fn whom_a_case_complains_of_is_never_read_out_of_its_words(db) {
        let house = House::new(TestApp::new(db));
        let water = house.app.unit("water");
        let said = json!({
            "kind": "投诉", "title": "停水不通知", "text": "自来水停水、水压不足，水务局不管。",
            "contact_name": "张三丰", "contact_phone": "13800001111", "about": water.name,
        });
        let answer = house.app.post("/api/v1/appeals").json(&said).send();
        let id: AppealId = Id::stored(answer.expect(201).json()["id"].as_str().unwrap().to_owned());
        house.taken_on(&id);
        let said = house.proposals(&id);
        assert!(!said.to_string().contains(water.id.as_str()), "{said}");
    }

    fn the_night_learns_from_closed_cases_and_a_better_model_answers(db) {
        let house = House::new(TestApp::new(db));
        house.a_season(12, 0);
        house.night();
        assert!(house.models().is_empty(), "48 cases say too little");
        house.a_season(12, 12);
        house.night();
        let models = house.models();
        assert_eq!(models.len(), 1, "{models:?}");
        assert_eq!((models[0].0, models[0].1.as_str(), models[0].2), (1, "in_force", 96));
        let (id, ..) = house.told("云杉道900号泵房夜里轰鸣", "云杉道900号泵房夜里轰鸣没人修，睡不着。");
        house.taken_on(&id);
        let said = house.proposals(&id);
        assert_eq!(first(&said), house.app.unit("water").name, "{said}");
        assert!(said["text"]["items"][0]["confidence"].as_f64().unwrap() > 0.3, "{said}");
        assert!(said["text"]["source"].as_str().unwrap().contains("第 1 版"));
        // A person decides otherwise, and the case counts as a correction once it is closed.
        house.dispatched(&id, "commerce");
        let proposed: Option<String> = house.app.read(|tx| {
            tx.one("SELECT proposed FROM appeals WHERE id = $1", args![&id])?.unwrap().get("proposed")
        });
        assert_eq!(proposed.as_deref(), Some(house.app.unit("water").id.as_str()));
        // Nothing new was closed: another night learns nothing.
        house.night();
        assert_eq!(house.models().len(), 1);
    }

    fn a_model_is_taken_back_in_one_step_and_only_by_who_may(db) {
        let house = House::new(TestApp::new(db));
        house.a_season(24, 0);
        let learn = house.app.post("/admin/dispatch-models/learn").session(&house.admin).form(&[]).send();
        learn.expect(303);
        house.app.settle();
        assert_eq!(house.models()[0].1, "in_force");
        let page = house.app.get("/admin/dispatch-models").session(&house.admin).send();
        let text = page.expect(200).text();
        assert!(text.contains("在用第 1 版") && text.contains("撤回第 1 版，只按职能词典提出建议"), "{text}");
        let back = |who: &Person, number: &str| {
            house.app.post("/admin/dispatch-models/roll-back").session(who).form(&[("number", number)]).send()
        };
        assert_eq!(back(&house.intake, "1").status, 403);
        assert_eq!(back(&house.admin, "7").status, 409);
        back(&house.admin, "1").expect(303);
        assert_eq!(house.models()[0].1, "rolled_back");
        let (id, ..) = house.told("泵房夜里轰鸣", "泵房夜里轰鸣，一直没有人修。");
        house.taken_on(&id);
        assert!(house.proposals(&id)["text"]["source"].as_str().unwrap_or_default().contains("职能词典"));
        assert_eq!(back(&house.admin, "1").status, 409, "it is not in force any more");
        let acts = house.app.read(|tx| {
            tx.number("SELECT COUNT(*) FROM journal WHERE act LIKE 'dispatch_model.%'", args![])
        });
        assert_eq!(acts, 3, "learned, asked for and taken back");
        // What a person took back does not come back over night from the same cases.
        house.a_season(1, 24);
        house.night();
        assert_eq!(house.models().len(), 1);
    }

    fn past_cases_that_told_the_same_matter_stand_beside_the_case(db) {
        let house = House::new(TestApp::new(db));
        let text = "青柳巷永泰机械厂东门外的污水井盖破损半个月，夜里有工人骑车摔倒，打电话没人来换。";
        let (earlier, ..) = house.told("青柳巷井盖破损摔人", text);
        house.told("社保费怎么补缴", "公司新开户，想问去年漏缴的社保费怎么补缴，要带哪些材料。");
        house.app.settle();
        let again = "青柳巷永泰机械厂东门外污水井盖破损好久了，昨天又有工人骑车摔倒，请尽快换。";
        let (id, ..) = house.told("永泰机械厂门口井盖又摔人", again);
        house.taken_on(&id);
        let said = house.proposals(&id);
        let similar = said["similar"].as_array().unwrap();
        assert_eq!(similar.len(), 1, "{said}");
        assert_eq!(similar[0]["id"], earlier.as_str());
        assert!(similar[0]["shared"].to_string().contains("永泰机械厂"), "{said}");
        let page = house.app.get(&format!("/appeals/{id}/dispatch")).session(&house.intake).send();
        assert!(page.expect(200).text().contains("青柳巷井盖破损摔人"));
        // What was withdrawn is no past case any more.
        let ctx = house.app.city.ctx(Actor::Public);
        let (gone, number, code) = house.told("青柳巷井盖", text);
        house.app.settle();
        assert_eq!(house.proposals(&id)["similar"].as_array().unwrap().len(), 2);
        house.app.city.db.write(&ctx, |tx| appeals::act_tracked(tx, (&number, &code), "withdraw", &Input::default())).unwrap();
        house.app.settle();
        assert!(!house.proposals(&id)["similar"].to_string().contains(gone.as_str()));
    }
}
