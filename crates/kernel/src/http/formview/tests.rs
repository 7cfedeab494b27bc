//! Every control as it is drawn: what was typed comes back, known answers fill in, and it sends what the check reads.

use std::collections::BTreeSet;

use askama::Template;
use jiff::civil::{Date, date};
use serde_json::json;

use super::{FieldView, FormView};
use crate::error::FieldError;
use crate::http::body::Filled;
use crate::http::form::check;
use crate::http::page::Choice;
use crate::pack::tests::small;
use crate::pack::{Bounds, Control, Field, Form, Source};

const TODAY: Date = date(2025, 3, 14);

#[derive(Template)]
#[template(
    source = "{% import \"macros/formview.html\" as formview %}{{ formview::all(form) }}",
    ext = "html"
)]
struct Page<'p> {
    form: &'p FormView,
}

fn draw(view: &FormView) -> String {
    Page { form: view }.render().unwrap()
}

fn field(key: &str, control: Control) -> Field {
    let label = format!("栏{key}");
    Field { key: key.to_owned(), ask: label.clone(), label, control, ..Field::default() }
}

fn form(fields: Vec<Field>) -> Form {
    Form {
        key: "everything".into(),
        title: String::new(),
        intro: String::new(),
        fields,
        source: Source::default(),
    }
}

fn table(key: &str) -> Field {
    let columns = vec![("what".into(), "问题".into()), ("how".into(), "要求".into())];
    Field { columns, ..field(key, Control::Table) }
}

/// A field of every control that is filled in by hand.
fn everything() -> Form {
    let of_list = |key, control| Field { options: Some("kinds".into()), ..field(key, control) };
    let several = |key, control| Field { several: true, ..field(key, control) };
    form(vec![
        field("text", Control::Text),
        field("words", Control::TextArea),
        of_list("select", Control::Select),
        of_list("radio", Control::Radio),
        of_list("many", Control::Many),
        field("tick", Control::Check),
        Field { unit: "人".into(), ..field("count", Control::Integer) },
        field("places", Control::Decimal),
        field("money", Control::Money),
        field("percent", Control::Percent),
        field("score", Control::Score),
        field("phone", Control::Phone),
        field("day", Control::Date),
        field("at", Control::Instant),
        field("period", Control::Period),
        table("rows"),
        field("who", Control::Association),
        several("units", Control::Unit),
        several("houses", Control::Association),
        field("holder", Control::Officeholder),
        field("paper", Control::DocNo),
        field("site", Control::Url),
        field("mail", Control::Email),
        field("place", Control::Address),
        field("files", Control::Files),
    ])
}

fn view(form: &Form, filled: &Filled, errors: &[FieldError]) -> FormView {
    let unit =
        |value: &str| Choice { value: value.into(), label: format!("单位{value}"), ..Choice::default() };
    let units = ["unt_1", "unt_2", "unt_3"].map(unit).to_vec();
    FormView::new(form, &small::pack(), filled, errors)
        .suggest("who", "/orgs/suggest?q=")
        .choices("units", units)
}

/// What stands between `start` and the next quotation mark, wherever it stands.
fn all_after(html: &str, start: &str) -> BTreeSet<String> {
    html.split(start).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn one(field: Field, pairs: &[(&str, &str)]) -> (FieldView, String) {
    let view = FormView::new(&form(vec![field]), &small::pack(), &Filled::of(pairs), &[]);
    let html = draw(&view);
    (view.fields[0].clone(), html)
}

const GOOD: &[(&str, &str)] = &[
    ("text", "一行"),
    ("words", "第一行\n第二行"),
    ("select", "咨询"),
    ("radio", "投诉"),
    ("many", "咨询"),
    ("many", "表扬"),
    ("tick", "1"),
    ("count", "12"),
    ("places", "12.50"),
    ("money", "1,234.50"),
    ("percent", "87.5"),
    ("score", "9"),
    ("phone", "13812345678"),
    ("day", "2025-03-14"),
    ("at", "2025-03-14T09:30"),
    ("period.from", "2025-03-01"),
    ("period.until", "2025-03-31"),
    ("rows.0.what", "没有公示"),
    ("rows.0.how", "三日内公示"),
    ("rows.2.what", "隔一行"),
    ("who", "锦宁市某协会"),
    ("who_id", "asc_1"),
    ("units", "unt_1"),
    ("units", "unt_3"),
    ("houses", "甲协会、乙协会"),
    ("holder", "会长 王芳"),
    ("paper", "锦社发〔2024〕18号"),
    ("site", "https://example.cn/a?b=1&c=2"),
    ("mail", "wang@example.cn"),
    ("place", "天府大道 1 号"),
];

#[test]
fn what_is_drawn_is_what_the_check_reads() {
    let form = everything();
    let html = draw(&view(&form, &Filled::default(), &[]));
    let names = all_after(&html, " name=\"");
    let mut read: BTreeSet<String> = GOOD.iter().map(|(name, _)| (*name).to_owned()).collect();
    for row in 0..3 {
        read.extend([format!("rows.{row}.what"), format!("rows.{row}.how")]);
    }
    read.insert("files".into());
    assert_eq!(names, read);
    // A strict body refuses every name that is not read.
    let filled = Filled { strict: true, ..Filled::of(GOOD) };
    let answers = check(&form, &small::pack(), &filled, TODAY).unwrap();
    for field in form.fields.iter().filter(|field| field.control != Control::Files) {
        assert!(answers.json(&field.key).is_some(), "{} is drawn and not read", field.key);
    }
    assert_eq!(answers.json("many"), Some(&json!(["咨询", "表扬"])));
    assert_eq!(answers.json("units"), Some(&json!(["unt_1", "unt_3"])));
    assert_eq!(answers.json("money"), Some(&json!({"fen": 123_450})));
    assert_eq!(answers.json("period"), Some(&json!({"from": "2025-03-01", "until": "2025-03-31"})));
    assert_eq!(answers.json("rows").unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn what_was_typed_comes_back() {
    let form = everything();
    let filled = Filled::of(GOOD);
    let html = draw(&view(&form, &filled, &[]));
    let values = all_after(&html, " value=\"");
    for name in [
        "text", "count", "places", "money", "percent", "score", "phone", "day", "at", "who", "who_id",
        "houses",
    ] {
        assert!(values.contains(filled.get(name)), "{name}");
    }
    for name in ["holder", "paper", "mail", "place", "period.from", "period.until"] {
        assert!(values.contains(filled.get(name)), "{name}");
    }
    for text in [
        "\n第一行\n第二行</textarea>",
        "\n没有公示</textarea>",
        "\n三日内公示</textarea>",
        "\n隔一行</textarea>",
    ] {
        assert!(html.contains(text), "{text}");
    }
    // One of the select; one radio, two of many, the tick, two units.
    assert_eq!((html.matches(" selected>").count(), html.matches(" checked>").count()), (1, 6));
    assert!(html.contains("name=\"tick\" value=\"1\" checked"), "the tick");
}

#[test]
fn what_is_wrong_comes_back_too_and_is_said_at_its_place() {
    let form = everything();
    let typed = [
        ("count", "十二"),
        ("money", "三百"),
        ("day", "3月14日"),
        ("at", "上午九点"),
        ("period.from", "2025年3月1日"),
        ("period.until", "2025-03-31"),
        ("many", "没有这一项"),
        ("rows.1.how", "没有写问题"),
        ("rows.4.what", "机密★"),
    ];
    let filled = Filled::of(&typed);
    let errors = check(&form, &small::pack(), &filled, TODAY).unwrap_err();
    let places: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(places, ["many", "count", "money", "day", "at", "period", "rows.4.what", "rows.1.what"]);
    let view = view(&form, &filled, &errors);
    let html = draw(&view);
    for (name, text) in typed.iter().filter(|(name, _)| *name != "many") {
        let back = [format!(" value=\"{text}\""), format!("\n{text}</textarea>")];
        assert!(back.iter().any(|back| html.contains(back)), "{name} {text}");
    }
    // A browser's own control of days would show nothing of it.
    assert_eq!(view.field("day").unwrap().kind, "text");
    assert_eq!((view.field("at").unwrap().kind, view.field("period").unwrap().kind), ("text", "text"));
    for error in &errors {
        let place = &error.field;
        assert!(html.contains(&format!(" id=\"f-{place}\"")), "the summary leads to {place}");
        assert!(html.contains(&format!(" id=\"f-{place}-error\"")), "{place} says what is wrong");
        assert!(html.contains(&format!("f-{place}-error\"")), "{place} is described by it");
    }
    let rows = view.field("rows").unwrap();
    assert!(rows.error.is_empty() && rows.is_wrong(), "a wrong cell is no wrong table");
    let wrong: Vec<_> =
        rows.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.error.is_empty()).collect();
    assert_eq!(
        wrong.iter().map(|cell| cell.name.as_str()).collect::<Vec<_>>(),
        ["rows.1.what", "rows.4.what"]
    );
}

#[test]
fn a_table_keeps_its_rows_and_has_empty_ones_within_its_bound() {
    let numbers = |field: Field, pairs: &[(&str, &str)]| {
        let (view, _) = one(field, pairs);
        view.rows.iter().map(|row| row.number).collect::<Vec<_>>()
    };
    let bounded = |least, most| Field { bounds: Bounds { least, most, ..Bounds::default() }, ..table("t") };
    assert_eq!(numbers(table("t"), &[]), [1, 2, 3]);
    assert_eq!(numbers(table("t"), &[("t.0.what", "一"), ("t.1.what", "二")]), [1, 2, 3, 4, 5]);
    assert_eq!(numbers(table("t"), &[("t.2.how", "三")]), [1, 2, 3, 4], "the empty ones above stay");
    assert_eq!(numbers(bounded(None, Some(2)), &[("t.0.what", "一")]), [1, 2]);
    assert_eq!(numbers(bounded(Some(5), None), &[]), [1, 2, 3, 4, 5]);
    let many: Vec<(String, &str)> = (0..4).map(|nth| (format!("t.{nth}.what"), "多")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    assert_eq!(numbers(bounded(None, Some(2)), &many), [1, 2, 3, 4], "too many are typed, and come back");
    let far = numbers(table("t"), &[("t.18446744073709551615.what", "远")]);
    assert!(far.len() <= 51 && far.contains(&usize::MAX), "{far:?}");
    let (view, html) = one(bounded(Some(1), Some(8)), &[]);
    assert!(html.contains("data-rows=\"8\"") && view.hint == "写 1 至 8 行", "{}", view.hint);
    assert_eq!(html.matches("<label class=\"by-row\"").count(), 6, "a label at every cell");
}

#[test]
fn known_answers_fill_in_as_the_controls_write_them() {
    let (at, _) = one(field("at", Control::Instant), &[("at", "2025-03-14T01:30:00Z")]);
    assert_eq!((at.value.as_str(), at.kind), ("2025-03-14T09:30", "datetime-local"));
    let (money, html) = one(field("m", Control::Money), &[("m", "1,234.50元")]);
    assert_eq!((money.value.as_str(), money.unit.as_str()), ("1,234.50", "元"));
    assert!(html.contains("inputmode=\"decimal\"") && html.contains("（元）"), "{html}");
    let (money, _) = one(field("m", Control::Money), &[("m.fen", "20000")]);
    assert_eq!(money.value, "200.00");
    let (money, _) = one(field("m", Control::Money), &[("m", "多少元")]);
    assert_eq!(money.value, "多少元", "what is no money comes back as it was typed");
    let several = Field { several: true, ..field("a", Control::Association) };
    let (names, _) = one(several, &[("a", "甲协会"), ("a", "乙协会")]);
    assert_eq!((names.value.as_str(), names.control), ("甲协会、乙协会", "text"));
    let many = Field { options: Some("kinds".into()), ..field("k", Control::Many) };
    let (many, _) = one(many, &[("k", "咨询、表扬")]);
    let ticked: Vec<&str> = many.choices.iter().filter(|c| c.checked).map(|c| c.value.as_str()).collect();
    assert_eq!(ticked, ["咨询", "表扬"]);
}

#[test]
fn bounds_marks_and_what_may_stay_empty_are_said_beforehand() {
    let bounds = Bounds { at_least: Some(1), at_most: Some(100), ..Bounds::default() };
    let (count, html) = one(
        Field {
            hint: "当天到场的。".into(),
            unit: "人".into(),
            required: true,
            bounds,
            ..field("n", Control::Integer)
        },
        &[],
    );
    assert_eq!(count.hint, "当天到场的；1 至 100 人");
    assert!(html.contains("aria-required=\"true\"") && !html.contains("选填"), "{html}");
    let (hinted, _) = one(Field { hint: "一句话。".into(), ..field("t", Control::Text) }, &[]);
    assert_eq!(hinted.hint, "一句话。");
    let secret = |control| Field { work_secret: true, options: Some("kinds".into()), ..field("s", control) };
    for control in [
        Control::Text,
        Control::TextArea,
        Control::Select,
        Control::Radio,
        Control::Many,
        Control::Check,
        Control::Integer,
        Control::Phone,
        Control::Date,
        Control::Instant,
        Control::Period,
        Control::Files,
    ] {
        let (_, html) = one(secret(control), &[]);
        assert_eq!(html.matches("<span class=\"tag amber\">内部</span>").count(), 1, "{control:?}");
    }
    let (_, html) = one(Field { work_secret: true, ..table("s") }, &[]);
    assert_eq!(html.matches("<span class=\"tag amber\">内部</span>").count(), 1);
    let (_, html) = one(table("plain"), &[]);
    assert!(!html.contains("内部") && html.contains("选填"), "{html}");
}

#[test]
fn every_control_has_its_label_and_no_id_stands_twice() {
    let errors: Vec<FieldError> = everything()
        .fields
        .iter()
        .map(|field| FieldError { field: field.key.clone(), message: "看看".into() })
        .collect();
    let html = draw(&view(&everything(), &Filled::of(GOOD), &errors));
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len());
    for target in all_after(&html, " for=\"") {
        assert!(known.contains(target.as_str()), "a label of nothing: {target}");
    }
    for targets in all_after(&html, " aria-describedby=\"") {
        assert!(targets.split(' ').all(|target| known.contains(target)), "described by nothing: {targets}");
    }
    for field in everything().fields {
        let place = format!(" id=\"f-{}\"", field.key);
        assert!(html.contains(&place), "the summary of errors leads nowhere for {}", field.key);
    }
    // Controls in groups have a label around them; all others name the one they belong to.
    for tag in
        html.split('<').filter(|tag| ["input", "select", "textarea"].iter().any(|kind| tag.starts_with(kind)))
    {
        let kind = tag.split(" type=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap());
        if !["hidden", "radio", "checkbox"].contains(&kind) {
            let id = tag.split(" id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(html.contains(&format!(" for=\"{id}\"")), "{id} has no label");
        }
    }
}
