//! What is printed of a matter: the form that lies in a folder, composed for its reader and for nobody else.

use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use huitong_testkit::door::{Ask, Person};
use huitong_testkit::page::words;
use serde_json::json;

use crate::cast::{Cast, Told};
use crate::matters;

/// The words of the form on a page.
#[track_caller]
fn form(page: &str) -> String {
    let table = page.split_once("<table class=\"paper\">").and_then(|(_, rest)| rest.split_once("</table>"));
    words(table.unwrap_or_else(|| panic!("no form: {page}")).0)
}

/// The words of a form of these, each of which it must say.
#[track_caller]
fn says(form: &str, wanted: &[&str]) {
    for word in wanted {
        assert!(form.contains(word), "no {word} in {form}");
    }
}

#[track_caller]
fn keeps_back(form: &str, hidden: &[&str]) {
    for word in hidden {
        assert!(!form.contains(word), "{word} in {form}");
    }
}

impl Cast {
    fn printed(&self, who: &Person, told: &Told) -> String {
        form(&self.app.get(&format!("/appeals/{}", told.id)).session(who).send().expect(200).text())
    }

    fn printed_by_code(&self, told: &Told) -> String {
        let ask: Ask<'_> = self.app.post("/track");
        form(&ask.form(&[("number", &told.number), ("code", &told.code)]).send().expect(200).text())
    }
}

db_test! {
    fn the_form_of_a_case_says_what_its_page_says_and_leaves_room_for_the_hand(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let fresh = cast.printed(&cast.intake, &told);
        says(&fresh, &["锦宁市行业协会商会诉求办理单", &told.number, "沈*白", "199****0123", "三百人", "拟办意见", "领导批示"]);
        keeps_back(&fresh, &["19900000123", "办理结果"]);
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "contact", "note", "reply"]);
        let drafted = cast.printed(&cast.leader, &told);
        says(&drafted, &["按派单目录", "专场招聘会定于下周", "尚未发出"]);
        let version = cast.seen(&cast.leader, &told.id)["version"].to_string();
        says(&drafted, &["答复期限\n2025年3月", " 24:00 前"]);
        says(&drafted, &[&format!("追溯编号 {}-{version}", told.number)]);
        cast.walk(&told.id, &["approve", "send"]);
        keeps_back(&cast.printed(&cast.leader, &told), &["尚未发出"]);
    }

    fn a_look_behind_the_mask_is_for_the_screen_alone(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let look = cast.app.post(&format!("/appeals/{}/identity", told.id)).session(&cast.intake);
        let page = look.form(&[("reason", "verify")]).send().expect(200).text();
        assert!(page.contains("19900000123"), "the screen shows the number");
        keeps_back(&form(&page), &["19900000123", "沈秋白"]);
        // The page of an act has no form: there the card with the number stays on the screen.
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let look = cast.app.post(&format!("/appeals/{}/identity", told.id)).session(&cast.handler);
        let page = look.form(&[("look", "verify"), ("act", "contact")]).send().expect(200).text();
        let (before, rest) = page.split_once("id=\"complainant\"").unwrap();
        let (card, after) = rest.split_once("</section>").unwrap();
        assert!(card.contains("19900000123"), "the screen shows the number");
        keeps_back(&[before, after].concat(), &["19900000123", "沈秋白"]);
    }

    fn who_asked_to_be_kept_back_stands_on_no_form(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({"disclosure": "confidential"}));
        for who in [&cast.intake, &cast.supervisor] {
            let form = cast.printed(who, &told);
            says(&form, &["实名保密"]);
            keeps_back(&form, &["沈", "0123"]);
        }
    }

    fn the_sheet_of_a_complainant_says_nothing_of_the_inside(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "contact", "note", "reply"]);
        let form = cast.printed_by_code(&told);
        says(&form, &["诉求办理情况", &told.number, "答复时限", "应于 2025年3月"]);
        keeps_back(&form, &["专场招聘会定于下周", "已与企业核对", "领导批示", "按派单目录", "handler"]);
        cast.walk(&told.id, &["approve", "send"]);
        says(&cast.printed_by_code(&told), &["专场招聘会定于下周", "已解决"]);
    }

    fn every_definition_prints_by_the_same_form(db) {
        let app = TestApp::new(db);
        let pack = app.city.pack();
        // What holds is printed as its page; only what moves lies in a folder.
        for told in matters::all(&app).iter().filter(|told| pack.definition(&told.of).unwrap().moves()) {
            let of = pack.definition(&told.of).unwrap();
            let inside = app.staff(&told.id, "association_officer", "social_work");
            let answer = app.get(&format!("/{}/{}", of.path, told.id)).session(&inside).send();
            let form = form(&answer.expect(200).text());
            says(&form, &[&format!("锦宁市{}办理单", of.title), &told.number, &told.title, "领导批示", "办理过程"]);
            keeps_back(&form, &["23:59"]);
        }
    }

    fn the_paper_of_a_list_names_its_filters_its_hour_and_its_reader(db) {
        let cast = Cast::new(db);
        cast.submit(&json!({}));
        let asked = huitong_kernel::http::encode("求助");
        let page = cast.app.get(&format!("/appeals?kind={asked}")).session(&cast.intake).send().expect(200).text();
        says(&words(&page), &["诉求类型：求助", "内容截至 2025-03-14 09:30", "打印人 中共锦宁市委社会工作部 intake", "共 1 件"]);
        let all = cast.app.get("/appeals").session(&cast.intake).send().expect(200).text();
        keeps_back(&words(&all), &["诉求类型：求助"]);
    }
}
