//! The desk as those see it who work at it: what they cannot do yet and why, what is filled in for them, where things lie.

use huitong_testkit::db_test;
use huitong_testkit::door::{File, Person};
use serde_json::json;

use crate::cast::Cast;

const REPLY: &str = "您反映的用工缺口已核实，专场招聘会定于下周举行，请留意通知。";

impl Cast {
    /// A page of the desk.
    pub fn desk(&self, who: &Person, path: &str) -> String {
        self.app.get(path).session(who).send().expect(200).text()
    }
}

/// What stands in the bar of acts, from its beginning to the end of the page.
#[track_caller]
fn bar(page: &str) -> &str {
    page.split("<div class=\"actionbar\">").nth(1).unwrap_or_else(|| panic!("no bar: {page}"))
}

/// The buttons that cannot be pressed yet, with what they wait for behind them.
fn to_come(page: &str) -> Vec<String> {
    let list = page.split("<ul class=\"unmet\">").nth(1).and_then(|rest| rest.split("</ul>").next());
    let items = list.unwrap_or_default().split("<li>").skip(1);
    items
        .map(|item| huitong_testkit::page::words(item).split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

db_test! {
    fn acts_that_are_to_come_stand_disabled_with_what_they_wait_for(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let path = format!("/appeals/{}", told.id);
        cast.walk(&told.id, &["accept"]);
        cast.does(&cast.intake, &told.id, "verify", &json!({"method": "call_back"}));
        let intake = cast.desk(&cast.intake, &path);
        assert!(to_come(&intake).iter().any(|line| line.starts_with("派单") && line.ends_with("先分类，再派单")), "{:?}", to_come(&intake));
        assert!(!intake.contains("身份已经核验"), "what is over is not offered");
        cast.walk(&told.id, &["classify", "dispatch"]);
        let page = cast.desk(&cast.handler, &path);
        assert_eq!(to_come(&page), ["转办 分办 联系诉求人 记录办理情况 答复 先签收"]);
        cast.walk(&told.id, &["sign", "contact"]);
        let leader = cast.desk(&cast.leader, &path);
        assert_eq!(to_come(&leader), ["审核 发出答复 等待经办人答复"]);
        cast.walk(&told.id, &["reply"]);
        let waits = cast.desk(&cast.handler, &path);
        assert!(bar(&waits).contains("等待负责人审核") && to_come(&waits).is_empty(), "{waits}");
        cast.walk(&told.id, &["approve"]);
        let approved = cast.desk(&cast.handler, &path);
        assert!(approved.contains("待发出") && bar(&approved).contains("等待发出答复"), "{approved}");
        cast.walk(&told.id, &["send"]);
        assert!(bar(&cast.desk(&cast.handler, &path)).contains("等待诉求人评价"));
        assert!(!cast.desk(&cast.supervisor, &path).contains("actionbar"), "who never acts waits for nothing");
    }

    fn a_case_is_found_however_its_words_are_written(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({"title": "Ｗｉ－Ｆｉ信号差，Ａ座Ⅷ层"}));
        cast.submit(&json!({"title": "路灯不亮"}));
        for words in ["Ａ座", "a座", "WI-FI", "ｗｉ－ｆｉ 信号", "信号 wi-fi", "viii层", &told.number.to_lowercase()] {
            let asked = huitong_kernel::http::encode(words);
            let page = cast.desk(&cast.intake, &format!("/appeals?queue=all&q={asked}"));
            assert!(page.contains(&told.number) && !page.contains("路灯不亮"), "{words}");
        }
        let page = cast.desk(&cast.intake, "/appeals?queue=all&q=%25");
        assert!(!page.contains(&told.number), "a sign of patterns stands for itself");
    }

    fn behind_the_last_page_is_the_last_page(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let admin = cast.app.staff("admin", "system_admin", "social_work");
        for path in ["/appeals?queue=all&page=15", "/admin/users?page=99"] {
            let who = if path.starts_with("/admin") { &admin } else { &cast.supervisor };
            let answer = cast.app.get(path).session(who).send();
            assert_eq!(answer.status, 303, "{path}");
            assert!(answer.header("location").ends_with("page=1"), "{path}");
        }
        let page = cast.desk(&cast.intake, "/appeals?queue=all&page=1");
        assert!(page.contains(&told.number));
    }

    fn while_a_transfer_waits_the_first_unit_goes_on_and_the_next_signs_first(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch"]);
        let note = json!({"text": "已与企业核对用工数"});
        assert_eq!(cast.tries(&cast.handler, &told.id, "note", &note).status, 409, "it has not signed yet");
        cast.walk(&told.id, &["sign"]);
        cast.does(&cast.handler, &told.id, "dispatch", &json!({"unit": "transport", "reason": "属运输业"}));
        cast.does(&cast.handler, &told.id, "note", &note);
        cast.does(&cast.handler, &told.id, "contact", &json!({"reason": "progress", "result": "reached"}));
        assert_eq!(cast.tries(&cast.next_handler, &told.id, "note", &note).status, 409);
        assert_eq!(cast.seen(&cast.handler, &told.id)["state"], "dispatched");
    }

    fn a_reply_that_was_sent_back_is_changed_and_not_written_again(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let path = format!("/appeals/{}/reply", told.id);
        let version = cast.app.get(&path).session(&cast.handler).send().hidden("version");
        let fields = [("version", version.as_str()), ("outcome", "partly"), ("text", REPLY)];
        let proof = File { field: "files", name: "招聘会方案.txt", bytes: b"3 \xe6\x9c\x88" };
        let sent = cast.app.post(&path).session(&cast.handler).multipart(&fields, &[proof]).send();
        assert_eq!(sent.status, 303, "{}", sent.text());
        let review = cast.desk(&cast.leader, &format!("/appeals/{}/review", told.id));
        for seen in [REPLY, "部分解决", "招聘会方案.txt"] {
            assert!(review.contains(seen), "the reviewer sees {seen}: {review}");
        }
        let case = cast.desk(&cast.handler, &format!("/appeals/{}", told.id));
        let content = case.split("办理过程").next().unwrap();
        assert!(case.contains("招聘会方案.txt") && !content.contains("招聘会方案.txt"), "evidence stands with the reply");
        cast.walk(&told.id, &["return"]);
        let case = cast.desk(&cast.handler, &format!("/appeals/{}", told.id));
        assert!(case.contains("负责人退回修改：写明时间地点"), "{case}");
        let page = cast.desk(&cast.handler, &path);
        for kept in [REPLY, "招聘会方案.txt", "负责人退回修改：写明时间地点", "value=\"partly\" checked"] {
            assert!(page.contains(kept), "{kept} is filled in: {page}");
        }
        cast.walk(&told.id, &["reply"]);
        let case = cast.desk(&cast.handler, &format!("/appeals/{}", told.id));
        assert!(!case.contains("负责人退回修改"), "it was changed");
    }

    fn a_template_comes_without_script_and_nothing_typed_is_lost(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let path = format!("/appeals/{}/reply", told.id);
        let page = cast.app.get(&path).session(&cast.handler).send();
        assert!(page.text().contains("带出模板文字"));
        let pack = cast.app.city.pack();
        let template = &huitong_features::growth::appeals::policy::of(&pack).templates[0];
        let version = page.hidden("version");
        let fields = [
            ("version", version.as_str()),
            ("submit_token", "of-this-page"),
            ("template", template.key.as_str()),
            ("outcome", "solved"),
            ("text", "先写的一句话。"),
            ("fill", "1"),
        ];
        let filled = cast.app.post(&path).session(&cast.handler).form(&fields).send().expect(200).text();
        let area = filled.split("name=\"text\"").nth(1).unwrap().split("</textarea>").next().unwrap();
        let fixed = template.text.split(['}', '\n']).filter_map(|part| part.split('{').next());
        let fixed = fixed.max_by_key(|part| part.len()).unwrap();
        assert!(area.contains("先写的一句话。") && area.contains(fixed), "{fixed}: {area}");
        assert!(filled.contains("value=\"solved\" id=\"f-outcome\" checked"), "{filled}");
        assert_eq!(cast.seen(&cast.handler, &told.id)["state"], "signed", "nothing was done");
    }

    fn the_same_note_sent_again_is_one_note(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "note"]);
        let path = format!("/appeals/{}/note", told.id);
        let version = cast.app.get(&path).session(&cast.handler).send().hidden("version");
        let send = |text: &str| {
            cast.app.later(1_000);
            let fields = [("version", version.as_str()), ("text", text)];
            cast.app.post(&path).session(&cast.handler).form(&fields).send()
        };
        let again = send("已与企业核对用工数");
        assert!(again.expect(422).text().contains("没有重复记录"), "{}", again.text());
        assert_eq!(send("已与企业核对用工数和工种").status, 303);
        cast.walk(&told.id, &["note"]);
    }

    fn a_row_offers_what_its_reader_can_do_now(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        let row = |who: &Person, queue: &str| {
            let page = cast.desk(who, &format!("/appeals?queue={queue}"));
            let row = page.split("<tbody").nth(1).unwrap_or_default().split("</tbody>").next().unwrap_or_default();
            huitong_testkit::page::words(row)
        };
        cast.walk(&told.id, &["accept", "classify", "dispatch"]);
        let page = cast.app.get("/appeals?queue=to_sign").session(&cast.handler).send();
        assert!(!page.hidden("submit_token").is_empty() && row(&cast.handler, "to_sign").contains("签收"));
        cast.walk(&told.id, &["sign", "reply"]);
        assert!(row(&cast.leader, "to_review").contains("审核：") && !row(&cast.leader, "to_review").contains("发出答复"));
        assert!(row(&cast.handler, "all").contains("查看"), "{}", row(&cast.handler, "all"));
        cast.walk(&told.id, &["approve", "send"]);
        assert!(!row(&cast.handler, "answered").contains("评价："), "only the complainant judges");
        let none = cast.desk(&cast.handler, "/appeals?queue=all&q=没有这个词");
        assert!(none.contains("没有符合条件的诉求。") && none.contains("清除条件"), "{none}");
    }

    fn supervision_sees_what_is_late_where_and_narrows_it_to_a_unit(db) {
        let cast = Cast::new(db);
        let late = cast.submit(&json!({"title": "派到商务局的一件"}));
        cast.walk(&late.id, &["accept", "classify", "dispatch"]);
        let waiting = cast.submit(&json!({"title": "还没有受理的一件"}));
        cast.app.later(30 * 86_400_000);
        let (commerce, host) = (cast.app.unit("commerce"), cast.app.unit("social_work"));
        let home = cast.desk(&cast.supervisor, "/desk");
        assert!(home.contains("各单位超期") && home.contains(&format!("unit={}", commerce.id)), "{home}");
        assert!(home.contains(&host.name) && home.contains("签收</span> 已超期"), "{home}");
        let list = cast.desk(&cast.supervisor, &format!("/appeals?queue=city_overdue&unit={}", commerce.id));
        assert!(list.contains(&late.number) && !list.contains(&waiting.number), "{list}");
        let all = cast.desk(&cast.supervisor, "/appeals?queue=city_overdue");
        assert!(all.contains(&late.number) && all.contains(&waiting.number));
        // What no unit has yet opens onto its rows, too.
        assert!(home.contains("no_unit=1"), "{home}");
        let none = cast.app.get("/appeals?queue=city_overdue&no_unit=1").session(&cast.supervisor).send().expect(200).text();
        assert!(none.contains(&waiting.number) && !none.contains(&late.number), "{none}");
        let own = cast.desk(&cast.handler, "/appeals?queue=all");
        assert!(!own.contains("name=\"unit\""), "one unit has nothing to choose from");
    }

    fn a_look_that_is_sent_again_is_the_same_look(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let case = format!("/appeals/{}", told.id);
        let path = format!("{case}/identity");
        let looks = || cast.count("SELECT COUNT(*) FROM journal WHERE act = 'appeal.view_identity' AND subject = $1", &told.id);
        let page = cast.app.get(&case).session(&cast.handler).send();
        assert!(page.text().contains("<option value=\"\">请选择</option>"), "nobody chose a reason yet");
        let token = page.hidden("submit_token");
        let send = || {
            let fields = [("submit_token", token.as_str()), ("reason", "understand")];
            cast.app.post(&path).session(&cast.handler).form(&fields).send()
        };
        assert!(send().expect(200).text().contains("tel:19900000123"));
        assert!(send().expect(200).text().contains("tel:19900000123"));
        assert_eq!(looks(), 1);
        cast.app.later(11 * 60_000);
        assert_eq!((send().status, looks()), (200, 2), "later it is another look");
        let back = cast.app.get(&path).session(&cast.handler).send();
        assert_eq!((back.status, back.header("location"), looks()), (303, case.as_str(), 2));
    }

    fn opening_a_case_puts_its_messages_away(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({"title": "春季招工困难"}));
        cast.walk(&told.id, &["accept", "classify", "dispatch"]);
        cast.app.settle();
        let messages = cast.desk(&cast.handler, "/notices");
        assert!(messages.contains("春季招工困难") && messages.contains("1 条未读"), "{messages}");
        cast.desk(&cast.handler, &format!("/appeals/{}", told.id));
        assert!(cast.desk(&cast.handler, "/notices").contains("没有未读消息"));
    }

    fn what_somebody_has_done_is_over_for_the_others(db) {
        let cast = Cast::new(db);
        let colleague = cast.app.staff("intake2", "intake", "social_work");
        let told = cast.submit(&json!({"title": "春季招工困难"}));
        cast.app.settle();
        let waits = |who: &Person| cast.desk(who, "/notices").contains("1 条未读");
        assert!(waits(&cast.intake) && waits(&colleague));
        cast.does(&cast.intake, &told.id, "verify", &json!({"method": "call_back"}));
        cast.app.settle();
        assert!(waits(&colleague), "what moves nothing has done nothing for others");
        cast.walk(&told.id, &["accept"]);
        cast.app.settle();
        assert!(!waits(&colleague) && !waits(&cast.intake));
    }

    fn who_may_see_the_person_is_said_and_the_journal_leads_nobody_to_a_closed_door(db) {
        let cast = Cast::new(db);
        let admin = cast.app.staff("administrator", "system_admin", "social_work");
        let told = cast.submit(&json!({"disclosure": "confidential"}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let page = cast.desk(&admin, &format!("/admin/access?subject={}", told.number));
        assert!(page.contains("可以看诉求人的姓名和电话"), "{page}");
        let found = cast.desk(&admin, "/admin/access?subject=甲行业");
        assert!(found.contains("锦宁市甲行业协会"), "{found}");
        cast.app.settle();
        let journal = cast.desk(&cast.auditor, "/admin/journal?actor=handler&act=appeal.sign");
        assert!(journal.contains(&told.number) && !journal.contains(&format!("/appeals/{}", told.id)), "{journal}");
    }
}
