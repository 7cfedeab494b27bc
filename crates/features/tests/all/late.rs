//! Two people at one record: the slower sees what the faster did, field by field, beside what they typed, and no more than
//! they may see; and the journal reads all of it in words.

use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use serde_json::json;

use crate::cast::Cast;

/// One row of the difference: the cells behind the field's word.
#[track_caller]
fn row(page: &str, field: &str) -> String {
    let start = format!("scope=\"row\">{field}</th>");
    let row =
        page.split(&start).nth(1).unwrap_or_else(|| panic!("{field} is not among the differences: {page}"));
    row.split("</tr>").next().unwrap().to_owned()
}

/// The difference alone, without the rest of the page.
fn difference(page: &str) -> String {
    let part = page
        .split("<section class=\"card pad since\"")
        .nth(1)
        .unwrap_or_else(|| panic!("no difference: {page}"));
    part.split("</section>").next().unwrap().to_owned()
}

fn admin(cast: &Cast, login: &str) -> Person {
    cast.app.staff(login, "system_admin", "social_work")
}

db_test! {
    fn the_slower_clerk_sees_both_classes_and_decides_again(db) {
        let cast = Cast::new(db);
        let second = cast.app.staff("intake-two", "intake", "social_work");
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept"]);
        let path = format!("/appeals/{}/classify", told.id);
        let page = cast.app.get(&path).session(&cast.intake).send();
        let (version, token) = (page.hidden("version"), page.hidden("submit_token"));
        cast.does(&second, &told.id, "classify", &json!({"kind": "投诉", "category": "03-1"}));
        let send = |version: &str, token: &str| {
            let fields = [("version", version), ("submit_token", token), ("kind", "意见建议"), ("category", "04-1")];
            cast.app.post(&path).session(&cast.intake).form(&fields).send()
        };
        let late = send(&version, &token);
        let text = late.expect(409).text();
        let kind = row(&text, "诉求类型");
        for said in ["<del>求助</del>", "<ins>投诉</ins>", ">意见建议</td>", "intake-two", "2025-03-14 09:30"] {
            assert!(kind.contains(said), "{said}: {kind}");
        }
        let category = row(&text, "诉求分类");
        assert!(category.contains("空") && category.matches(" / ").count() == 2, "paths, not codes: {category}");
        assert!(!category.contains("03-1<") && !category.contains("04-1<"), "{category}");
        assert!(difference(&text).contains("<b>分类</b>"));
        assert!(text.contains("核对无误，仍要分类") && text.contains("checked><span>意见建议"), "{text}");
        assert_eq!(cast.seen(&cast.intake, &told.id)["kind"], "投诉", "nothing was done yet");
        assert_eq!(send(&late.hidden("version"), &late.hidden("submit_token")).status, 303);
        assert_eq!(cast.seen(&cast.intake, &told.id)["kind"], "意见建议");
    }

    fn what_others_may_not_learn_is_not_in_the_difference(db) {
        let cast = Cast::new(db);
        let ask = cast.app.post("/api/v1/appeals").token(&cast.secretary);
        let told = crate::cast::told(ask.json(&Cast::appeal(&json!({"disclosure": "confidential"}))).send().expect(201));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let path = format!("/appeals/{}/reply", told.id);
        let version = cast.app.get(&path).session(&cast.handler).send().hidden("version");
        cast.does(&cast.leader, &told.id, "assign", &json!({"handler": cast.colleague.account.id}));
        cast.does(&cast.secretary, &told.id, "withdraw", &json!({"reason": "会员企业已自行招到工人"}));
        let typed = "您反映的用工缺口已核实，专场招聘会定于下周举行。";
        let fields = [("version", version.as_str()), ("outcome", "solved"), ("text", typed)];
        let late = cast.app.post(&path).session(&cast.handler).form(&fields).send();
        let text = late.expect(409).text();
        let state = row(&text, "办理状态");
        assert!(state.contains("<del>已签收</del>") && state.contains("<ins>已撤回</ins>") && state.contains("诉求人"), "{state}");
        assert!(row(&text, "经办人").contains("<ins>colleague</ins>"));
        assert!(text.contains(typed) && text.contains("现在是“已撤回”，不能“答复”"), "{text}");
        for secret in ["沈秋白", "19900000123", "secretary", "锦宁市甲行业协会", "自行招到工人"] {
            assert!(!difference(&text).contains(secret), "{secret}");
        }
        // A case with a name: whoever brought it in is still not named to colleagues.
        let told = cast.submit_signed_in(&json!({}));
        cast.walk(&told.id, &["accept"]);
        let path = format!("/appeals/{}/decline", told.id);
        cast.does(&cast.secretary, &told.id, "withdraw", &json!({}));
        let fields = [("version", "1"), ("reason", "other_place"), ("text", "请到区就业服务中心现场办理登记手续。")];
        let late = cast.app.post(&path).session(&cast.intake).form(&fields).send();
        let said = difference(&late.expect(409).text());
        assert!(said.contains("诉求人") && said.contains("<ins>已撤回</ins>"), "{said}");
        assert!(!said.contains("沈秋白") && !said.contains("secretary"), "{said}");
    }

    fn whoever_lost_the_case_keeps_the_words_and_learns_nothing(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign"]);
        let path = format!("/appeals/{}/reply", told.id);
        let version = cast.app.get(&path).session(&cast.handler).send().hidden("version");
        cast.does(&cast.intake, &told.id, "dispatch", &json!({"unit": "transport", "reason": "转办：不属本单位职责"}));
        cast.does(&cast.next_handler, &told.id, "sign", &json!({}));
        let typed = "这段答复写了半个小时，不能丢。请到窗口办理。";
        let fields = [("version", version.as_str()), ("outcome", "solved"), ("text", typed)];
        let gone = cast.app.post(&path).session(&cast.handler).form(&fields).send();
        let text = gone.text();
        assert!([403, 404, 409].contains(&gone.status), "{text}");
        assert!(text.contains(typed), "{text}");
    }

    fn two_administrators_at_one_account(db) {
        let cast = Cast::new(db);
        let (first, second) = (admin(&cast, "admin-one"), admin(&cast, "admin-two"));
        let user = format!("/admin/users/{}", cast.handler.account.id);
        let disable = format!("{user}/disable");
        let page = cast.app.get(&disable).session(&first).send();
        let (version, token) = (page.hidden("version"), page.hidden("submit_token"));
        let post = cast.app.read(|tx| huitong_features::base::identity::posts_of(tx, &cast.handler.account.id)).remove(0);
        let ended = cast.app.post(&format!("/admin/posts/{}/end", post.id)).session(&second).form(&[("last", "2025-03-31"), ("reason", "调离")]).send();
        ended.expect(303);
        let send = |version: &str, token: &str| {
            let fields = [("version", version), ("submit_token", token), ("reason", "本月底离职")];
            cast.app.post(&disable).session(&first).form(&fields).send()
        };
        let late = send(&version, &token);
        let text = late.expect(409).text();
        let until = row(&text, "至");
        assert!(until.contains("空") && until.contains("<ins>2025-03-31</ins>") && until.contains("admin-two"), "{until}");
        assert!(text.contains("value=\"本月底离职\"") && text.contains("核对无误，仍要停用账户"), "{text}");
        let open = "SELECT COUNT(*) FROM users WHERE id = $1 AND disabled_at IS NULL";
        assert_eq!(cast.count(open, cast.handler.account.id.as_str()), 1, "nothing was done yet");
        send(&late.hidden("version"), &late.hidden("submit_token")).expect(303);
        assert_eq!(cast.count(open, cast.handler.account.id.as_str()), 0);

        // The page of the account itself, and a post given from a page that grew old.
        let stale = cast.app.post(&format!("{user}/enable")).session(&second).form(&[("version", &version)]).send();
        assert!(stale.expect(409).text().contains("<b>停用账户</b>"), "{}", stale.text());
        let other = format!("/admin/users/{}", cast.colleague.account.id);
        let page = cast.app.get(&format!("{other}/posts/new")).session(&first).send();
        let unit = cast.app.unit("commerce").id.to_string();
        let fields = [("version", page.hidden("version")), ("role", "unit_leader".into()), ("unit", unit), ("paper", "任字〔2025〕3号".into())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let grant = |who: &Person| cast.app.post(&format!("{other}/posts")).session(who).form(&fields).send();
        grant(&second).expect(303);
        let late = grant(&first);
        let text = late.expect(409).text();
        assert!(row(&text, "角色").contains("<ins>单位负责人</ins>"), "{text}");
        assert!(text.contains("value=\"任字〔2025〕3号\""), "{text}");
    }

    fn the_journal_is_read_in_words(db) {
        let cast = Cast::new(db);
        let told = cast.submit(&json!({}));
        cast.walk(&told.id, &["accept", "classify", "dispatch", "sign", "contact", "reply", "return"]);
        let (list, ids): (String, Vec<String>) = {
            let page = cast.app.get(&format!("/admin/journal?subject={}", told.number)).session(&cast.auditor).send();
            let text = page.expect(200).text();
            let ids = text.split("href=\"/admin/journal/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            (text.clone(), ids.collect())
        };
        assert!(list.contains("办理状态：待受理 → 待派单"), "{list}");
        assert_eq!(ids.len(), 8);
        let mut all = list;
        for id in &ids {
            let page = cast.app.get(&format!("/admin/journal/{id}")).session(&cast.auditor).send();
            let text = page.expect(200).text();
            all += text.split("<details class=\"raw\"").next().unwrap();
        }
        for key in ["submitted", "accepted", "dispatched", "signed", "handling", "03-1", "reached", "return<", "commerce", "usr_", "unt_", "+08:00", ">version<", ">state<"] {
            assert!(!all.contains(&format!(">{key}")) && !all.contains(&format!("{key}<")) , "{key}");
        }
        for word in ["待签收", "已签收", "退回修改", "联系事由", "办理结果", "受理渠道", "网上提交", "当前时限"] {
            assert!(all.contains(word), "{word}");
        }
        let of_posts = cast.app.get("/admin/journal?act=post.grant").session(&cast.auditor).send().text();
        assert!(of_posts.contains("任职 ") && of_posts.contains("经办人"), "{of_posts}");
    }
}
