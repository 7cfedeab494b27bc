//! The desk of an association: three steps with everything known filled in, and its own list.

use huitong_testkit::db_test;

use super::*;

db_test! {
    fn who_is_asked_to_sign_in_reads_what_for_and_whom_to_ask(db) {
        let town = Town::new(db);
        let page = |address: &str| town.app.browser().get(address).main();
        let asked = page("/login?next=%2Fmy%2Fappeals%3Ftab%3Djudge");
        assert!(asked.contains("登录后打开“我的诉求”") && asked.contains("忘记密码"), "{asked}");
        assert!(asked.contains("中共锦宁市委社会工作部，电话 0409-5550101"), "{asked}");
        // Nothing of an address is ever said but the name of a place that is known.
        for address in ["/login", "/login?next=%2Fcall-0900-1", "/login?next=%2F%2Fevil.example%2Fappeals", "/login?next=appeals"] {
            let text = page(address);
            let names_nothing = !text.contains("登录后打开") || text.contains("登录后打开“工作台”");
            assert!(names_nothing && !text.contains("0900") && !text.contains("evil"), "{address}: {text}");
        }
    }

    fn a_secretary_types_no_more_than_the_matter_itself(db) {
        let town = Town::new(db);
        let browser = town.app.signed_in("secretary");
        let form = browser.get("/appeals/new");
        let text = form.main();
        for said in ["已为您带出（无需填写）", "锦宁市餐饮商会", "依据：锦社发〔2024〕18号", "罗霞 19900000123", "2 个工作小时", "可能由谁办理"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert!(!text.contains("匿名线索"), "{text}");
        assert!(form.field("association").is_none() && form.field("company_name").is_none() && form.field("company_code").is_none());
        assert_eq!(form.field("disclosure").as_deref(), Some("named"));
        let phone = form.field("contact_phone").unwrap();
        let typed = [
            ("kind", "求助"),
            ("title", "请求协调食材冷链通行证"),
            ("text", "会员单位十二家，凌晨配送受限，请求协调。"),
            ("disclosure", "named"),
            ("contact_name", "罗霞"),
            ("contact_phone", phone.as_str()),
            ("association", "冒用别家"),
        ];
        let check = browser.post("/appeals/new", &typed);
        assert_eq!(check.status, 200, "{}", check.main());
        let other = [&typed[..4], &[("contact_name", "蒋石"), ("contact_phone", "19900000666")]].concat();
        let changed = browser.post("/appeals/new", &other).main();
        assert!(changed.contains("蒋石") && !changed.contains("罗霞"), "whom to contact stands once, as changed\n{changed}");
        let done = send(&browser, &check);
        assert_eq!(done.status, 200, "{}", done.main());
        assert!(done.main().contains("3月14日 11:30 前告知"), "{}", done.main());

        let list = browser.get("/my/appeals");
        let text = list.main();
        assert!(text.contains("请求协调食材冷链通行证") && text.contains("在办1") && text.contains("共 1 件"), "{text}");
        let (number, _) = keys(&done);
        let id = id_of(&town, &number);
        let page = browser.get(&format!("/my/appeals/{id}"));
        assert_eq!(page.status, 200);
        let text = page.main();
        assert!(text.contains("罗霞 19900000123") && text.contains("锦宁市餐饮商会"), "{text}");

        town.answer(&id);
        let waiting = browser.get("/my/appeals?tab=judge");
        assert!(waiting.main().contains("评价：请求协调食材冷链通行证"), "{}", waiting.main());
        browser.get(&format!("/my/appeals/{id}"));
        let judged = browser.post(&format!("/my/appeals/{id}/judge"), &[("solved", "no"), ("satisfied", "no")]);
        assert_eq!(judged.status, 303, "{}", judged.main());
        let text = browser.get(judged.header("location")).main();
        assert!(text.contains("已评价，诉求办结") && text.contains("未解决"), "{text}");
    }

    fn a_party_secretary_sees_the_list_and_does_not_judge(db) {
        let town = Town::new(db);
        let secretary = town.app.signed_in("secretary");
        secretary.get("/appeals/new");
        let (number, _) = keys(&send(&secretary, &secretary.post("/appeals/new", &filled(&[]))));
        let kept = filled(&[("disclosure", "confidential"), ("title", "只让受理人员知道是谁提的")]);
        let (confidential, _) = keys(&send(&secretary, &secretary.post("/appeals/new", &kept)));
        let id = id_of(&town, &number);
        town.answer(&id);
        let party = town.app.signed_in("party");
        let list = party.get("/my/appeals").main();
        assert!(list.contains("春季用工缺口大") && !list.contains("评价："), "{list}");
        assert!(!list.contains("只让受理人员知道"), "a confidential case is its own person's only\n{list}");
        assert_eq!(party.get(&format!("/my/appeals/{}", id_of(&town, &confidential))).status, 404);
        let page = party.get(&format!("/my/appeals/{id}"));
        let text = page.main();
        assert!(text.contains("相关费用已经退还") && !text.contains("提交评价") && !text.contains("撤回诉求"), "{text}");
        assert!(!text.contains("邹嘉柏") && !text.contains("19900000348"), "{text}");
        assert!(text.contains("本协会提交了诉求") && text.contains("请本协会评价") && !text.contains("您提交了"), "{text}");
        let menu = party.get("/my/appeals").html();
        assert!(!menu.contains("/appeals/new"), "what the post may not do is not offered");
        let refused = party.post(&format!("/my/appeals/{id}/judge"), &[("solved", "yes"), ("satisfied", "yes")]);
        assert!(matches!(refused.status, 403 | 404), "{}", refused.status);
    }

    fn what_belongs_to_others_is_not_there(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let (number, _) = keys(&send(&browser, &browser.post("/appeals/new", &filled(&[]))));
        let id = id_of(&town, &number);
        for login in ["secretary", "party", "intake"] {
            let reader = town.app.signed_in(login);
            assert_eq!(reader.get(&format!("/my/appeals/{id}")).status, 404);
            assert!(!reader.get("/my/appeals").main().contains("春季用工缺口大"), "{login}");
        }
        assert_eq!(browser.get("/my/appeals").status, 303, "whoever is not signed in is asked to");
    }
}
