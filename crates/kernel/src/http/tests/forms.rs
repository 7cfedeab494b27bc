//! Forms of the small pack, checked without HTTP.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::http::formview::FormView;
use crate::http::{Filled, form};
use crate::pack::tests::small::pack;
use crate::pack::{Bounds, Control, Field, Form, Pack, RelativeDay};

fn today() -> Date {
    date(2025, 3, 14)
}

fn named() -> Filled {
    Filled::of(&[
        ("kind", "投诉"),
        ("title", "  收费标准没有公示  "),
        ("text", "会费标准没有公示，\r\n请核实。去年也是这样。"),
        ("disclosure", "named"),
        ("contact_name", "王芳"),
        ("contact_phone", "138 1234 5678"),
        ("about", "锦宁市某协会"),
        ("about_id", "asc_1"),
        ("company_code", ""),
    ])
}

#[test]
fn what_holds_comes_out_in_one_written_form() {
    let pack = pack();
    let checked = form::check(pack.form("opinion_submit").unwrap(), &pack, &named(), today()).unwrap();
    assert_eq!(checked.text("title"), "收费标准没有公示");
    assert_eq!(checked.text("text"), "会费标准没有公示，\n请核实。去年也是这样。");
    assert_eq!(checked.text("contact_phone"), "13812345678");
    assert_eq!((checked.some("about"), checked.id("about")), (Some("锦宁市某协会"), Some("asc_1")));
    assert_eq!((checked.some("company_code"), checked.id("association")), (None, None));
}

#[test]
fn what_is_not_shown_is_neither_asked_nor_kept() {
    let pack = pack();
    let form = pack.form("opinion_submit").unwrap();
    let mut filled = named();
    filled.values.insert("kind".into(), "咨询".into());
    filled.values.insert("disclosure".into(), "anonymous".into());
    filled.values.insert("contact_phone".into(), "1".into());
    let checked = form::check(form, &pack, &filled, today()).unwrap();
    assert_eq!((checked.some("about"), checked.some("contact_phone")), (None, None));
    filled.values.insert("disclosure".into(), "confidential".into());
    let wrong = form::check(form, &pack, &filled, today()).unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].field == "contact_phone" && wrong[0].message.contains("联系电话"), "{wrong:?}");
}

#[test]
fn one_line_is_one_line_and_codes_are_codes() {
    let pack = pack();
    let form = pack.form("opinion_submit").unwrap();
    let mut filled = named();
    filled.values.insert("title".into(), "第一行\n第二行".into());
    filled.values.insert("company_code".into(), "91510100MA00000000".into());
    filled.values.insert("contact_name".into(), String::new());
    let wrong = form::check(form, &pack, &filled, today()).unwrap_err();
    let fields: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
    assert_eq!(fields, ["title", "contact_name", "company_code"]);
    assert_eq!(wrong[1].message, "请填写“联系人姓名”");
    let view = FormView::new(form, &pack, &filled, &wrong);
    let title = view.field("title").unwrap();
    assert_eq!((title.value.as_str(), title.control), ("第一行\n第二行", "text"));
    assert!(title.error.contains("只能写一行"), "{}", title.error);
    let about = view.field("about").unwrap();
    assert!(about.visible && about.control == "combo" && about.id_value == "asc_1" && !about.when.is_empty());
    let kinds = &view.field("kind").unwrap().choices;
    assert!(kinds.len() == 3 && kinds.iter().filter(|c| c.checked).all(|c| c.value == "投诉"));
    assert!(!view.secrecy.0.is_empty(), "the warning stands at every free text");
}

/// What becomes of an answer: as it is kept, or why it is not.
fn answered(field: &Field, sent: &[(&str, &str)]) -> String {
    static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
    let form = Form { fields: vec![field.clone()], ..pack().form("opinion_submit").unwrap().clone() };
    match form::check(&form, PACK.get_or_init(pack), &Filled::of(sent), today()) {
        Ok(checked) => checked.json("f").map(ToString::to_string).unwrap_or_default(),
        Err(wrong) => wrong.into_iter().map(|one| one.message).collect::<Vec<_>>().join("；"),
    }
}

#[test]
fn answers_are_kept_in_their_own_type_and_within_their_bounds() {
    let field = |control, bounds| Field {
        key: "f".into(),
        label: "甲".into(),
        unit: "人".into(),
        control,
        bounds,
        ..Field::default()
    };
    let between =
        |at_least, at_most| Bounds { at_least: Some(at_least), at_most: Some(at_most), ..Bounds::default() };
    let soon = Bounds {
        not_before: RelativeDay::parse("今天"),
        not_after: RelativeDay::parse("3 工作日后"),
        ..Bounds::default()
    };
    let free = Bounds::default;
    for (control, bounds, sent, kept) in [
        (Control::Integer, between(1, 9), "9", "9"),
        (Control::Integer, between(1, 9), "0", "“甲”不少于 1 人"),
        (Control::Integer, free(), "一", "“甲”须是整数，例如 12"),
        (Control::Percent, between(0, 100), "99.5%", "\"99.5\""),
        (Control::Percent, between(0, 100), "100", "\"100\""),
        (Control::Percent, between(0, 100), "100.5", "“甲”不超过 100 人"),
        (Control::Decimal, between(0, 100), "-0.5", "“甲”不少于 0 人"),
        (Control::Decimal, free(), "1.2345678", "“甲”须是数字，例如 12.5"),
        (Control::Money, between(1, 100), "100", "{\"fen\":10000}"),
        (Control::Money, between(1, 100), "100.01", "“甲”不超过 100 元"),
        (Control::Money, between(1, 100), "0.99", "“甲”不少于 1 元"),
        (Control::Date, soon.clone(), "2025-03-19", "\"2025-03-19\""),
        (Control::Date, soon.clone(), "2025-03-20", "“甲”不能晚于 3 个工作日后（2025-03-19）"),
        (Control::Date, soon.clone(), "2025-03-13", "“甲”不能早于今天（2025-03-14）"),
        (Control::Date, free(), "3月14日", "“甲”请写成 2025-03-14 这样的日期"),
        (Control::Instant, soon, "2025-03-14 09:30", "\"2025-03-14T09:30:00+08:00\""),
        (Control::Email, free(), "a.b", "“甲”请写成 name@example.cn 这样的邮箱"),
        (Control::Url, free(), "ftp://x", "“甲”请写成 https:// 开头的网址"),
    ] {
        assert_eq!(answered(&field(control, bounds), &[("f", sent)]), kept, "{control:?} {sent}");
    }
}

#[test]
fn an_identity_number_is_refused_wherever_it_is_not_asked_for() {
    // Invented: the area is none.
    let number = "519998199901010294";
    let field = |control, personal| Field {
        key: "f".into(),
        label: "甲".into(),
        control,
        personal,
        columns: vec![("what".into(), "问题".into())],
        ..Field::default()
    };
    let said = format!("本人身份证 {} {} {}，请核实", &number[..6], &number[6..14], &number[14..]);
    for control in [Control::Text, Control::TextArea, Control::Address, Control::AssociationOrUnit] {
        for text in [number, &said] {
            let refused = answered(&field(control, false), &[("f", text)]);
            assert!(
                refused.contains("“甲”里有身份证号码") && !refused.contains(number),
                "{control:?}: {refused}"
            );
            assert!(answered(&field(control, true), &[("f", text)]).contains(&text[..6]), "{control:?}");
        }
    }
    assert!(answered(&field(Control::Table, false), &[("f.0.what", &said)]).contains("“甲”里有身份证号码"));
    assert!(answered(&field(Control::Company, false), &[("f", number)]).contains("看起来是身份证号码"));
    assert_eq!(answered(&field(Control::IdNumber, false), &[("f", number)]), format!("\"{number}\""));
    assert_eq!(
        answered(&field(Control::Text, false), &[("f", "51510100MJQ000015B")]),
        "\"51510100MJQ000015B\""
    );
}

#[test]
fn rows_and_periods_come_in_parts() {
    let columns = vec![("what".into(), "问题".into()), ("how".into(), "要求".into())];
    let table =
        Field { key: "f".into(), label: "甲".into(), control: Control::Table, columns, ..Field::default() };
    let rows = answered(&table, &[("f.0.what", "漏水"), ("f.2.what", "停电"), ("f.2.how", "三日内修")]);
    assert_eq!(rows, "[{\"what\":\"漏水\"},{\"how\":\"三日内修\",\"what\":\"停电\"}]");
    assert_eq!(answered(&table, &[("f.0.how", "修")]), "“甲”第 1 行没有写“问题”");
    assert_eq!(answered(&table, &[("f.0.why", "修")]), "“甲”没有“f.0.why”这一栏");
    assert!(answered(&table, &[("f.0.what", "机密★")]).contains("机密标志"));
    let period = Field { control: Control::Period, columns: Vec::new(), ..table };
    let of = |from, until| answered(&period, &[("f.from", from), ("f.until", until)]);
    assert_eq!(of("2025-03-14", ""), "{\"from\":\"2025-03-14\",\"until\":null}");
    assert_eq!(of("2025-03-14", "2025-03-13"), "“甲”的截止日早于起始日");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_a_form_panic_and_what_holds_holds_again(title in ".{0,70}", text in "(.|\n){0,60}", phone in "[0-9 +-]{0,16}") {
        static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
        let pack = PACK.get_or_init(pack);
        let form = pack.form("opinion_submit").unwrap();
        let mut filled = named();
        filled.values.insert("title".into(), title);
        filled.values.insert("text".into(), text);
        filled.values.insert("contact_phone".into(), phone);
        if let Ok(checked) = form::check(form, pack, &filled, today()) {
            let again = Filled::from_json(&serde_json::to_vec(checked.values()).unwrap()).unwrap();
            let twice = form::check(form, pack, &again, today()).unwrap();
            prop_assert_eq!(twice.values(), checked.values());
        }
    }

    #[test]
    fn no_bytes_make_a_multipart_body_panic(bytes: Vec<u8>, cut in 0usize..120) {
        let whole = b"--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n";
        let mut body = whole[..cut.min(whole.len())].to_vec();
        body.extend(&bytes);
        let _ = Filled::from_multipart("multipart/form-data; boundary=b", &body.into());
        let _ = Filled::from_json(&bytes);
    }
}
