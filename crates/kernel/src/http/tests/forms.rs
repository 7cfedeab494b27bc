//! Forms of the shipped pack, checked without HTTP.

use proptest::prelude::*;

use crate::http::formview::FormView;
use crate::http::{Filled, form};
use crate::pack::Pack;

fn pack() -> Pack {
    let packs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack");
    let (policy, city) = (packs.join("chengdu"), packs.join("jinning/city"));
    Pack::read_dirs(&policy, &city, &crate::pack::tests::vocabulary::vocabulary()).unwrap()
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
    let checked = form::check(pack.form("appeal_submit").unwrap(), &pack, &named()).unwrap();
    assert_eq!(checked.text("title"), "收费标准没有公示");
    assert_eq!(checked.text("text"), "会费标准没有公示，\n请核实。去年也是这样。");
    assert_eq!(checked.text("contact_phone"), "13812345678");
    assert_eq!((checked.some("about"), checked.id("about")), (Some("锦宁市某协会"), Some("asc_1")));
    assert_eq!((checked.some("company_code"), checked.id("association")), (None, None));
}

#[test]
fn what_is_not_shown_is_neither_asked_nor_kept() {
    let pack = pack();
    let form = pack.form("appeal_submit").unwrap();
    let mut filled = named();
    filled.values.insert("kind".into(), "咨询".into());
    filled.values.insert("disclosure".into(), "anonymous".into());
    filled.values.insert("contact_phone".into(), "1".into());
    let checked = form::check(form, &pack, &filled).unwrap();
    assert_eq!((checked.some("about"), checked.some("contact_phone")), (None, None));
    filled.values.insert("disclosure".into(), "confidential".into());
    let wrong = form::check(form, &pack, &filled).unwrap_err();
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].field == "contact_phone" && wrong[0].message.contains("联系电话"), "{wrong:?}");
}

#[test]
fn one_line_is_one_line_and_codes_are_codes() {
    let pack = pack();
    let form = pack.form("appeal_submit").unwrap();
    let mut filled = named();
    filled.values.insert("title".into(), "第一行\n第二行".into());
    filled.values.insert("company_code".into(), "91510100MA00000000".into());
    filled.values.insert("contact_name".into(), String::new());
    let wrong = form::check(form, &pack, &filled).unwrap_err();
    let fields: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
    assert_eq!(fields, ["title", "company_code", "contact_name"]);
    assert_eq!(wrong[2].message, "请填写“联系人姓名”");
    let view = FormView::new(form, &pack, &filled, &wrong);
    let title = view.field("title").unwrap();
    assert_eq!((title.value.as_str(), title.control), ("第一行\n第二行", "text"));
    assert!(title.error.contains("只能写一行"), "{}", title.error);
    let about = view.field("about").unwrap();
    assert!(about.visible && about.control == "combo" && about.id_value == "asc_1" && !about.when.is_empty());
    let kinds = &view.field("kind").unwrap().choices;
    assert!(kinds.len() == 6 && kinds.iter().filter(|c| c.checked).all(|c| c.value == "投诉"));
    assert!(!view.secrecy.0.is_empty(), "the warning stands at every free text");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_a_form_panic_and_what_holds_holds_again(title in ".{0,70}", text in "(.|\n){0,60}", phone in "[0-9 +-]{0,16}") {
        static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
        let pack = PACK.get_or_init(pack);
        let form = pack.form("appeal_submit").unwrap();
        let mut filled = named();
        filled.values.insert("title".into(), title);
        filled.values.insert("text".into(), text);
        filled.values.insert("contact_phone".into(), phone);
        if let Ok(checked) = form::check(form, pack, &filled) {
            let again = Filled { values: checked.values().clone(), ..Filled::default() };
            let twice = form::check(form, pack, &again).unwrap();
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
