//! Fill in, check, done.

use huitong_kernel::city::Limits;
use huitong_testkit::app::quiet;
use huitong_testkit::db_test;

use super::*;

const PNG: &str = "\u{89}PNG";

db_test! {
    fn the_home_page_says_what_one_can_do_and_within_which_time(db) {
        let town = Town::new(db);
        let home = town.app.browser().get("/");
        assert_eq!(home.status, 200);
        let text = home.main();
        for said in ["提交诉求", "4 个工作小时内告知是否受理", "查办理进度", "在册 1 家", "咨询\n3 个工作日", "匿名线索"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert!(home.html().contains("action=\"/orgs\""));
    }

    fn an_appeal_is_filled_in_checked_and_sent_without_script(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let form = browser.get(&format!("/appeals/new?association={}", town.association.id));
        assert_eq!(form.field("association").as_deref(), Some("锦宁市餐饮商会"));
        let text = form.main();
        assert!(text.matches("涉密不上网").count() >= 3, "the warning stands at every free text and at the files");
        assert!(text.contains("不留姓名和电话；不作答复，不承诺时限"), "said before sending");

        let token = form.field("submit_token").unwrap();
        let check = browser.upload("/appeals/new", &filled(&[("submit_token", &token)]), &[("files", "说明.txt", "用工情况")]);
        assert_eq!(check.status, 200, "{}", check.main());
        let text = check.main();
        for said in ["核对诉求", "春季用工缺口大", "19900000348", "说明.txt", "实名"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert_eq!(count(&town), 0, "checking is not sending");

        let done = send(&browser, &check);
        assert_eq!(done.status, 200, "{}", done.main());
        assert_eq!(done.header("cache-control"), "no-store");
        let (number, code) = keys(&done);
        assert!(number.starts_with("SQ20250314") && code.len() == 8, "{number} {code}");
        let text = done.main();
        assert!(text.contains("我们将在 3月14日 14:30 前告知您是否受理"), "{text}");
        for said in ["诉求提交回执", "诉求类型\n求助", "实名（未核验）", "求助类在 7 个工作日内答复", "/track"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert!(!text.contains("邹嘉柏") && !text.contains("咨询"), "no person, and only the kind that was chosen\n{text}");
        assert!(text.contains("4 个工作小时，只计工作日的办公时间") && text.contains("3月14日 09:30–12:00、13:00–14:30"), "the arithmetic is shown\n{text}");
        assert_eq!(count(&town), 1);
    }

    fn a_company_is_asked_for_its_name_and_may_leave_out_its_code(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let code = ("company_code", "91519900MA9002535F");
        let asked = browser.post("/appeals/new", &filled(&[code]));
        assert_eq!(asked.status, 422);
        assert!(asked.main().contains("请填写“单位名称”"), "{}", asked.main());
        let name = ("company_name", "锦宁恒砺精密机械有限公司");
        for more in [vec![name], vec![name, code]] {
            let check = browser.post("/appeals/new", &filled(&more));
            assert!(check.main().contains("单位名称\n锦宁恒砺精密机械有限公司"), "{}", check.main());
            let done = send(&browser, &check);
            assert_eq!(done.status, 200, "{}", done.main());
            let (number, code) = keys(&done);
            let followed = browser.post("/track", &[("number", &number), ("code", &code)]).main();
            assert!(followed.contains("代表\n锦宁恒砺精密机械有限公司"), "{followed}");
        }
    }

    fn sending_twice_acts_once_and_a_changed_form_asks_again(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let token = browser.get("/appeals/new").field("submit_token").unwrap();
        let check = browser.post("/appeals/new", &filled(&[("submit_token", &token)]));
        let (first, second) = (send(&browser, &check), send(&browser, &check));
        assert_eq!(keys(&first), keys(&second));
        assert_eq!(count(&town), 1);

        let changed = filled(&[("submit_token", &token), ("title", "另一件完全不同的事情")]);
        let check = browser.post("/appeals/new", &changed);
        let asked = send(&browser, &check);
        assert_eq!(asked.status, 409);
        assert!(asked.main().contains("已经提交过一件诉求"));
        assert_eq!(count(&town), 1);
        assert_eq!(send(&browser, &asked).status, 200);
        assert_eq!(count(&town), 2);
    }

    fn every_mistake_is_said_at_once_and_nothing_typed_is_lost(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let typed = filled(&[("title", "短"), ("contact_phone", "1388"), ("kind", "投诉"), ("about", "锦宁市")]);
        let files = [("files", "好.txt", "留下"), ("files", "假.pdf", PNG)];
        let again = browser.upload("/appeals/new", &typed, &files);
        assert_eq!(again.status, 422);
        let text = again.main();
        assert!(text.contains("请先改正以下 4 处"), "{text}");
        assert!(again.html().contains("<title>错误：提交诉求"));
        assert_eq!(again.field("title").as_deref(), Some("短"));
        assert_eq!(again.field("text").as_deref(), Some("节后返岗不足六成，三家门店停业。\n希望组织专场招聘。"));
        assert_eq!(again.field("about").as_deref(), Some("锦宁市"));
        assert_eq!(again.fields("kept").len(), 1, "the good file stays chosen: {text}");

        let kept = again.field("kept").unwrap();
        let check = browser.post("/appeals/new", &filled(&[("kept", &kept)]));
        assert!(check.main().contains("好.txt"));
        let digest = kept.split('.').nth(1).unwrap().to_owned();
        let without = browser.post("/appeals/new", &filled(&[("kept", &kept), ("remove", &digest)]));
        assert!(without.main().contains("没有附件"));
        let forged = browser.post("/appeals/new", &filled(&[("kept", &kept.replace("好.txt", "坏.txt"))]));
        assert_eq!(forged.status, 422, "a seal that is not ours opens nothing");
    }

    fn where_the_disk_is_nearly_full_words_go_in_without_their_files(db) {
        let town = Town::of(TestApp::within(db, Limits { reserve_bytes: Some(u64::MAX / 2), ..quiet() }));
        let browser = town.app.browser();
        let token = browser.get("/appeals/new").field("submit_token").unwrap();
        let said = filled(&[("submit_token", &token)]);
        let refused = browser.upload("/appeals/new", &said, &[("files", "说明.txt", "用工情况")]);
        assert_eq!(refused.status, 422);
        let text = refused.main();
        assert!(text.contains("存储空间不足，暂时收不下附件；文字照常可以提交"), "{text}");
        assert_eq!(refused.field("title").as_deref(), Some("春季用工缺口大，请求协助招工"));
        let check = browser.post("/appeals/new", &said);
        assert_eq!(send(&browser, &check).status, 200);
        assert_eq!(count(&town), 1);
        town.app.signed_in("intake");
    }

    fn a_file_that_waited_too_long_is_asked_for_again(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let check = browser.upload("/appeals/new", &filled(&[]), &[("files", "说明.txt", "用工情况")]);
        std::fs::remove_dir_all(town.app.city.data.join("unsent")).unwrap();
        let asked = send(&browser, &check);
        assert_eq!(asked.status, 422);
        assert!(asked.main().contains("之前选的附件已经过期，请重新选择"), "{}", asked.main());
        assert_eq!(count(&town), 0);
    }

    fn a_stop_marking_halts_and_says_what_to_do_instead(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let halted = browser.upload(
            "/appeals/new",
            &filled(&[("text", "文件首页写着机密★三年，请看附件。")]),
            &[("files", "附件.txt", "内容")],
        );
        assert_eq!(halted.status, 422);
        let text = halted.main();
        assert!(text.contains("转线下办理") && text.contains("没有保存到系统"), "{text}");
        assert_eq!(halted.field("text").as_deref(), Some("文件首页写着机密★三年，请看附件。"));
        assert!(halted.fields("kept").is_empty(), "nothing of it is kept");
    }

    fn a_stop_marking_in_the_name_of_a_file_halts_like_one_in_a_text(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let files = [("files", "说明.txt", "用工情况"), ("files", "秘密★文件.txt", "内容")];
        let halted = browser.upload("/appeals/new", &filled(&[]), &files);
        assert_eq!(halted.status, 422);
        let text = halted.main();
        for said in ["请先改正以下 1 处", "“附件”中有涉密标志", "附件没有上传，名称中有秘密标志（秘密★）", "转线下办理", "没有保存到系统"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert!(halted.html().contains("id=\"f-files-error\""), "it stands at the files");
        assert_eq!(text.matches("不要截图转发").count(), 1, "what to do instead is said once\n{text}");
        assert!(halted.fields("kept").is_empty(), "nothing of it is kept");
        assert_eq!(halted.field("title").as_deref(), Some("春季用工缺口大，请求协助招工"));
    }

    fn a_change_from_the_check_page_brings_everything_back(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let check = browser.upload("/appeals/new", &filled(&[]), &[("files", "说明.txt", "x")]);
        let mut back = carried(&check);
        back.push(("edit".into(), "title".into()));
        let back: Vec<(&str, &str)> = back.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let form = browser.post("/appeals/new#f-title", &back);
        assert_eq!(form.status, 200);
        assert_eq!(form.field("title").as_deref(), Some("春季用工缺口大，请求协助招工"));
        assert_eq!(form.field("kind").as_deref(), Some("求助"));
        assert_eq!(form.fields("kept").len(), 1);
        assert_eq!(form.field("submit_token"), check.field("submit_token"));
    }

    fn a_lead_without_a_name_is_promised_nothing(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let check = browser.post("/appeals/new", &filled(&[("disclosure", "anonymous")]));
        let text = check.main();
        assert!(text.contains("匿名线索不作答复"), "{text}");
        assert!(text.contains("“联系人姓名”、“联系电话”在您选择的情况下不填写，已略去"), "{text}");
        assert!(!text.contains("邹嘉柏") && !text.contains("工作日"), "{text}");
        let done = send(&browser, &check);
        let text = done.main();
        assert!(text.contains("线索已提交") && text.contains("不作答复"), "{text}");
        assert!(!text.contains("告知您是否受理") && !text.contains("工作日"), "{text}");
        let (number, code) = keys(&done);
        let progress = browser.post("/track", &[("number", &number), ("code", &code)]);
        let text = progress.main();
        assert!(text.contains("您提交了线索") && !text.contains(" 前告知"), "{text}");
        assert!(!text.contains("提交评价") && !text.contains("才能评价"), "{text}");
    }

    fn somebody_complained_of_is_found_by_some_words_of_the_name(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let form = browser.get(&format!("/appeals/new?about={}", town.association.id));
        assert_eq!(form.field("kind").as_deref(), Some("投诉"));
        let check = browser.post("/appeals/new", &filled(&[("kind", "投诉"), ("about", "餐饮")]));
        let text = check.main();
        assert!(text.contains("锦宁市餐饮商会") && text.contains("也不会被安排办理"), "{text}");
        assert_eq!(send(&browser, &check).status, 200);
        // Whom no register knows is kept by the words that were typed.
        let unknown = "锦宁某某展览有限公司";
        let check = browser.post("/appeals/new", &filled(&[("kind", "投诉"), ("about", unknown)]));
        assert!(check.main().contains("名录中没有这个名称"), "{}", check.main());
        let done = send(&browser, &check);
        assert!(done.main().contains(unknown), "{}", done.main());
        let (number, code) = keys(&done);
        assert!(browser.post("/track", &[("number", &number), ("code", &code)]).main().contains(unknown));
        let marked = browser.post("/appeals/new", &filled(&[("kind", "投诉"), ("about", "秘密★展览公司")]));
        assert!(marked.status == 422 && marked.main().contains("转线下办理"), "{}", marked.main());
        let check = browser.post("/appeals/new", &filled(&[("kind", "投诉"), ("about", "锦宁市")]));
        assert_eq!(check.status, 422);
        assert!(check.main().contains("不止一家"));
    }
}
