//! 涉密不上网: a marking stops every free text on every way in, and nothing of what was stopped is kept.

use huitong_features::growth::appeals;
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, File, Person};
use serde_json::{Value as Json, json};

use crate::bad_input::{findings, post};
use crate::cast::Cast;

const MARK: &str = "绝密★";

/// A body for each act that holds, with who does it.
fn good(cast: &Cast) -> Vec<(&'static str, &Person, Json)> {
    let reply = "您反映的用工缺口已核实，专场招聘会定于下周举行，请留意通知。";
    vec![
        ("verify", &cast.intake, json!({"method": "call_back"})),
        ("accept", &cast.intake, json!({})),
        ("classify", &cast.intake, json!({"kind": "求助", "category": "03-1"})),
        ("dispatch", &cast.intake, json!({"unit": "commerce", "reason": "按派单目录"})),
        ("sign", &cast.handler, json!({})),
        ("assign", &cast.leader, json!({"handler": cast.handler.account.id})),
        ("contact", &cast.handler, json!({"reason": "verify", "result": "reached"})),
        ("note", &cast.handler, json!({"text": "已核对"})),
        ("reply", &cast.handler, json!({"outcome": "solved", "text": reply})),
        ("review", &cast.leader, json!({"outcome": "return", "opinion": "写明时间"})),
        ("reply", &cast.handler, json!({"outcome": "solved", "text": reply})),
        ("review", &cast.leader, json!({"outcome": "approve"})),
        ("send", &cast.leader, json!({})),
    ]
}

/// Tries a marking in each free text of a form; each is refused with what to do instead.
fn try_marked(cast: &Cast, form: &str, body: &Json, send: &dyn Fn(&Json) -> Answer) -> usize {
    let pack = cast.app.city.pack();
    let form = pack.form(form).unwrap_or_else(|| panic!("no form {form}"));
    let shown: std::collections::BTreeMap<String, String> = body
        .as_object()
        .unwrap()
        .iter()
        .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
        .collect();
    let mut tried = 0;
    for field in form.fields.iter().filter(|f| f.free_text && f.visible(&shown)) {
        let mut marked = body.clone();
        marked[&field.key] = json!(format!("事项说明写在这里，文件标有 绝 密 ☆ 字样，请协助处理 {MARK}"));
        let found = findings(&send(&marked));
        let stopped = found.iter().any(|(at, said)| *at == field.key && said.contains("转线下办理"));
        assert!(stopped, "{}.{}: {found:?}", form.key, field.key);
        tried += 1;
    }
    tried
}

/// Files in the city's store.
fn stored(data: &std::path::Path) -> usize {
    files_in(&data.join("attachments")) + files_in(&data.join("unsent"))
}

fn files_in(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}

db_test! {
    fn what_came_with_a_stopped_text_is_not_kept_either(db) {
        let cast = Cast::new(db);
        let body = Cast::appeal(&json!({"text": format!("文件标有{MARK}字样，请协助处理"), "source": "phone"}));
        let fields: Vec<_> =
            body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        let file = File { field: "files", name: "说明.txt", bytes: "随附的内容".as_bytes() };
        let public: Vec<_> = fields.iter().copied().filter(|(name, _)| *name != "source").collect();
        for (path, fields) in [
            ("/api/v1/appeals", &public),
            ("/appeals/new", &public),
            ("/appeals/done", &public),
            ("/api/v1/appeals/register", &fields),
            ("/appeals/register", &fields),
        ] {
            let ask = cast.app.post(path);
            let ask = match (path.contains("register"), path.starts_with("/api")) {
                (true, true) => ask.token(&cast.intake),
                (true, false) => ask.session(&cast.intake),
                _ => ask,
            };
            let answer = ask.multipart(fields, &[file]).send();
            assert!(answer.expect(422).text().contains("转线下办理"), "{path}");
            assert_eq!(stored(&cast.app.city.data), 0, "{path} kept the file");
        }
        let case = cast.submit(&json!({}));
        cast.walk(&case.id, &["accept", "classify", "dispatch", "sign"]);
        let reply = [("outcome", "solved"), ("text", "您反映的事项已办理，依据文件绝密★第一号，特此答复。")];
        let ask = cast.app.post(&format!("/api/v1/appeals/{}/reply", case.id)).token(&cast.handler);
        ask.multipart(&reply, &[file]).send().expect(422);
        assert_eq!(stored(&cast.app.city.data), 0);
    }

    fn a_marking_stops_every_free_text_and_leaves_no_trace(db) {
        let cast = Cast::new(db);
        let mut tried = try_marked(&cast, "appeal_submit", &Cast::appeal(&json!({})), &|body| post(&cast, body));
        let register = Cast::appeal(&json!({"source": "phone"}));
        tried += try_marked(&cast, "appeal_register", &register, &|body| {
            cast.app.post("/api/v1/appeals/register").token(&cast.intake).json(body).send()
        });
        let case = cast.submit(&json!({}));
        for (act, who, body) in good(&cast) {
            tried +=
                try_marked(&cast, &format!("appeal_{act}"), &body, &|body| cast.tries(who, &case.id, act, body));
            let page = |body: &Json| {
                let fields: Vec<_> =
                    body.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
                cast.app.post(&format!("/appeals/{}/{act}", case.id)).session(who).form(&fields).send()
            };
            if act == "note" {
                let refused = page(&json!({"text": MARK}));
                assert!(refused.expect(422).text().contains("转线下办理"));
            }
            cast.does(who, &case.id, act, &body);
        }
        let judge = json!({"solved": "yes", "satisfied": "yes"});
        tried += try_marked(&cast, "appeal_judge", &judge, &|body| cast.by_code(&case, "judge", body));
        let other = cast.submit(&json!({}));
        tried += try_marked(&cast, "appeal_withdraw", &json!({}), &|body| cast.by_code(&other, "withdraw", body));
        let decline =
            json!({"reason": "other_place", "text": "您反映的事项不属本市管辖，请向事项所在地的部门提出。"});
        tried += try_marked(&cast, "appeal_decline", &decline, &|body| {
            cast.tries(&cast.intake, &other.id, "decline", body)
        });
        let pack = cast.app.city.pack();
        // No address takes the form of an import; the import's own test brings a marked row.
        let forms = appeals::flow(&pack).forms.iter().filter(|f| f.key != "appeal_import");
        let all: usize = forms.map(|f| f.fields.iter().filter(|f| f.free_text).count()).sum();
        assert!(tried >= all, "{tried} of {all} free texts were tried");

        // The pack itself names the markings it stops.
        for (table, row) in cast.app.kept().iter().filter(|(table, _)| table != "packs") {
            assert!(!row.contains(MARK) && !row.contains("绝 密 ☆"), "{table} kept a text that was stopped: {row}");
        }
    }
}
