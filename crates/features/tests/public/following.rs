//! Following a case by number and code: progress, judgement, withdrawal.

use huitong_features::base::matters::draw_number;
use huitong_kernel::clock::Random;
use huitong_kernel::http::encode;
use huitong_testkit::db_test;

use super::*;

fn handed_in(browser: &Browser<'_>, more: &[(&str, &str)]) -> (String, String) {
    browser.get("/appeals/new");
    let check = browser.post("/appeals/new", &filled(more));
    keys(&send(browser, &check))
}

db_test! {
    fn number_and_code_open_the_case_however_they_are_typed(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let (number, code) = handed_in(&browser, &[]);
        town.app.at("2025-03-14T10:00:00+08:00");
        let typed = format!(" {}-{} ", &number[..10].to_lowercase(), &number[10..]);
        let mistaken = |text: &str| text.replace('0', "O").replace('1', "i").replace('5', "S");
        let wide = |text: &str| text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect::<String>();
        for (number, code) in [(typed.clone(), code.to_lowercase()), (mistaken(&number), mistaken(&code)), (wide(&number), wide(&code))] {
            let page = browser.post("/track", &[("number", &number), ("code", &code)]);
            assert_eq!(page.status, 200, "{number} {code}: {}", page.main());
            let path = format!("/api/v1/track/{}", encode(&number));
            let read = town.app.get(&format!("{path}?code={}", encode(&code))).send();
            assert_eq!(read.status, 200, "{number} {code}: {}", read.text());
        }
        let page = browser.post("/track", &[("number", &typed), ("code", &code.to_lowercase())]);
        let text = page.main();
        for said in ["春季用工缺口大", "已提交，待受理", "3月14日 14:30 前告知是否受理", "剩 3 小时 30 分", "邹*柏", "撤回诉求", "答复发出后才能评价"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        assert!(!text.contains("199 0000 0348") && !text.contains("19900000348"), "{text}");
        assert_eq!(page.header("cache-control"), "no-store");
    }

    fn a_wrong_number_and_a_wrong_code_get_the_same_sentence(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let (number, code) = handed_in(&browser, &[]);
        let wrong = |number: &str, code: &str| {
            let page = browser.post("/track", &[("number", number), ("code", code)]);
            assert_eq!(page.status, 422);
            page.main()
        };
        let said = "没有找到这件诉求。请对照回执核对编号和查询码，两项都要一致。";
        let absent = draw_number("SQ", 1_741_915_800_000, &Random::seeded(7));
        for text in [wrong(&number, "AAAAAAAA"), wrong(&absent, &code)] {
            assert!(text.contains(said), "{text}");
        }
        // What anybody can count alone is said, whether there is such a case or not.
        for number in [&number, &absent] {
            let other = if number.ends_with('A') { "B" } else { "A" };
            let text = wrong(&format!("{}{other}", &number[..16]), &code);
            assert!(text.contains("编号有一位不对，请核对") && !text.contains(said), "{text}");
            let text = wrong(&number[..16], &code);
            assert!(text.contains("编号以 SQ 开头，共 17 位，请核对") && !text.contains(said), "{text}");
        }
        // What was left empty says nothing of any case.
        let text = wrong("", "");
        assert!(text.contains("请填写编号") && text.contains("请填写查询码") && !text.contains(said), "{text}");
        let text = wrong(&number, "");
        assert!(text.contains("请填写查询码") && !text.contains("请填写编号") && !text.contains(said), "{text}");
    }

    fn the_answer_is_read_and_judged_once(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let (number, code) = handed_in(&browser, &[]);
        let id = id_of(&town, &number);
        town.answer(&id);
        let page = browser.post("/track", &[("number", &number), ("code", &code)]);
        let text = page.main();
        for said in ["已答复，请评价", "相关费用已经退还", "办理结果：已解决", "已安排核实", "已派单给"] {
            assert!(text.contains(said), "{said} is missing in\n{text}");
        }
        for inside in ["内部备注", "同意发出", "陈晓岚", "夏建垣"] {
            assert!(!text.contains(inside), "{inside} stays inside:\n{text}");
        }
        let token = page.field("submit_token").unwrap();
        let mut said = vec![("number", number.as_str()), ("code", code.as_str()), ("submit_token", token.as_str())];
        said.push(("comment", "办得快"));
        let missing = browser.post("/track/judge", &said);
        assert_eq!(missing.status, 422);
        assert!(missing.main().contains("请选择“您的诉求解决了吗”"), "{}", missing.main());
        assert_eq!(missing.field("comment").as_deref(), Some("办得快"));
        said.extend([("solved", "yes"), ("satisfied", "basically")]);
        for _ in 0..2 {
            let judged = browser.post("/track/judge", &said);
            assert_eq!(judged.status, 200, "{}", judged.main());
            let text = judged.main();
            assert!(text.contains("已办结") && text.contains("基本满意") && !text.contains("撤回诉求"), "{text}");
        }
        said[2] = ("submit_token", "another");
        assert_eq!(browser.post("/track/judge", &said).status, 409);
    }

    fn a_case_is_taken_back_with_its_keys_only(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        let (number, code) = handed_in(&browser, &[]);
        let refused = browser.post("/track/withdraw", &[("number", &number), ("code", "AAAAAAAA")]);
        assert_eq!(refused.status, 422);
        let done = browser.post("/track/withdraw", &[("number", &number), ("code", &code), ("reason", "已自行解决")]);
        assert_eq!(done.status, 200, "{}", done.main());
        let text = done.main();
        assert!(text.contains("已撤回，停止办理") && text.contains("随撤回停止计时"), "{text}");
    }

    fn files_are_handed_out_to_whoever_holds_the_keys(db) {
        let town = Town::new(db);
        let browser = town.app.browser();
        browser.get("/appeals/new");
        let check = browser.upload("/appeals/new", &filled(&[]), &[("files", "说明.txt", "用工情况")]);
        let (number, code) = keys(&send(&browser, &check));
        let page = browser.post("/track", &[("number", &number), ("code", &code)]);
        let html = page.html();
        let address = html.split("action=\"/track/files/").nth(1).unwrap().split('"').next().unwrap();
        let address = format!("/track/files/{address}");
        let file = browser.post(&address, &[("number", &number), ("code", &code)]);
        assert_eq!((file.status, file.html().as_str()), (200, "用工情况"));
        assert_eq!(browser.post(&address, &[("number", &number), ("code", "AAAAAAAA")]).status, 404);
    }
}
