//! Forms: fields with label, hint, control, bounds, options and the condition under which they are shown.

use std::collections::BTreeMap;

use super::closed::Closed;
use super::conditions;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::lists::{self, AppealKind, List};
use super::source::Source;
use super::table::{self, Tab};
use crate::condition::{self, Condition, FactDef, FactType, Frame, Named, Value};

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// `appeal_submit`.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// One or two sentences above the fields; may be empty.
    pub intro: String,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Where this comes from.
    pub source: Source,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As it is sent.
    pub key: String,
    /// Visible label.
    pub label: String,
    /// Sentence under the label; may be empty.
    pub hint: String,
    /// How it is filled in.
    pub control: Control,
    /// Whether it must be filled in when it is shown.
    pub required: bool,
    /// Least number of characters.
    pub min: Option<usize>,
    /// Greatest number of characters.
    pub max: Option<usize>,
    /// What can be chosen.
    pub options: Option<Options>,
    /// When it is shown; over fields above it.
    pub visible_if: Option<Condition>,
    /// Whether people write freely here: the warning stands there and markings are looked for.
    pub free_text: bool,
}

/// The closed list of controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// One line.
    Text,
    /// Several lines.
    TextArea,
    /// Drop-down.
    Select,
    /// Radio buttons.
    Radio,
    /// Tick box.
    Check,
    /// Telephone number.
    Phone,
    /// Date.
    Date,
    /// Attachments.
    Files,
    /// Search for an association.
    Association,
    /// Search for an association or a unit.
    AssociationOrUnit,
    /// A company's USCC.
    Company,
    /// Choose a unit.
    Unit,
    /// Choose a person of one's own unit.
    Handler,
}

impl Closed for Control {
    const WHAT: &'static str = "控件";
    const WORDS: &'static [(&'static str, Control)] = &[
        ("单行文本", Control::Text),
        ("多行文本", Control::TextArea),
        ("下拉选择", Control::Select),
        ("单选", Control::Radio),
        ("勾选", Control::Check),
        ("电话", Control::Phone),
        ("日期", Control::Date),
        ("附件", Control::Files),
        ("协会", Control::Association),
        ("协会或单位", Control::AssociationOrUnit),
        ("企业代码", Control::Company),
        ("单位", Control::Unit),
        ("本单位人员", Control::Handler),
    ];
}

/// Where a field's options come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Options {
    /// A list of the pack.
    List(String),
    /// The kinds of appeals.
    Kinds,
    /// The categories.
    Categories,
    /// The reply templates.
    Templates,
}

impl Form {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

impl Field {
    /// Whether what is typed may be kept as it stands, so that a stop marking in it is one: texts, and names that no register
    /// has to hold.
    pub fn takes_words(&self) -> bool {
        matches!(self.control, Control::Text | Control::TextArea | Control::AssociationOrUnit)
    }

    /// Whether the field is shown, given what is filled in so far; unknown counts as hidden.
    pub fn visible(&self, values: &BTreeMap<String, String>) -> bool {
        let Some(condition) = &self.visible_if else { return true };
        let facts = |key: &str| match values.get(key).map(String::as_str) {
            None | Some("") => None,
            Some(text) => Some(fact_value(condition, key, text)),
        };
        condition::truth(condition, &facts, &Frame::default()).holds()
    }
}

/// A tick box is a flag, everything else text.
fn fact_value(condition: &Condition, key: &str, text: &str) -> Value {
    let flag = condition.tests().iter().any(|test| test.fact.key == key && test.fact.kind == FactType::Flag);
    if flag { Value::Flag(["true", "on", "1", "是"].contains(&text)) } else { Value::Text(text.to_owned()) }
}

/// Reads `appeals/forms.toml`.
pub(super) fn read(desk: &Desk, shelf: &Shelf, all: &[List], kinds: &[AppealKind]) -> Vec<Form> {
    let Some(file) = shelf.take(desk, "appeals/forms.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let forms = tab.entries("forms").into_iter().map(|(key, form)| {
        desk.define(Ref::Form, &key, &form.at(""));
        let (title, source) = (form.text("title"), form.source());
        let mut fields: Vec<Field> = Vec::new();
        let mut facts: Vec<FactDef> = Vec::new();
        for (name, tab) in form.entries("fields") {
            let field = field(&tab, name, &facts);
            facts.push(as_fact(&field, all, kinds));
            fields.push(field);
        }
        if fields.is_empty() {
            desk.say(&form.at("fields"), "表单里没有填写项", format!("请补上 [forms.{key}.fields.…]"));
        }
        let labels: Vec<&str> = fields.iter().map(|field| field.label.as_str()).collect();
        desk.item("表单", &key, &title, &source, labels.join("、"), &form.at(""));
        Form { key, title, intro: form.maybe("intro").unwrap_or_default(), fields, source }
    });
    forms.collect()
}

fn field(tab: &Tab<'_>, key: String, facts: &[FactDef]) -> Field {
    let control = tab.closed("control").unwrap_or(Control::Text);
    let options = options(tab);
    let chooses = matches!(control, Control::Select | Control::Radio);
    if chooses && options.is_none() {
        tab.desk.say(
            &tab.at("options"),
            "没有写可选项",
            "请补上 options = \"清单的代码\"，或者 kinds、categories、templates",
        );
    } else if !chooses && options.is_some() {
        let message = format!("“{}”不能有可选项", control.word());
        tab.desk.say(&tab.at("options"), message, "请把控件改成“单选”或“下拉选择”，或者删去 options");
    }
    let (min, max) = (tab.number("min"), tab.number("max"));
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        tab.desk.say(&tab.at("min"), "最少字数大于最多字数", "请把 min 改小，或者把 max 改大");
    }
    let writes = matches!(control, Control::Text | Control::TextArea);
    if writes && max.is_none() {
        tab.desk.say(&tab.at(""), "没有写最多字数", "请补上 max = 200（字）");
    }
    Field {
        key,
        label: tab.text("label"),
        hint: tab.maybe("hint").unwrap_or_default(),
        control,
        required: tab.flag("required"),
        min,
        max,
        options,
        visible_if: tab.table("visible_if").and_then(|inner| conditions::condition(&inner, facts)),
        free_text: control == Control::TextArea || tab.flag("free_text"),
    }
}

fn options(tab: &Tab<'_>) -> Option<Options> {
    let name = tab.maybe("options")?;
    match name.as_str() {
        "kinds" => Some(Options::Kinds),
        "categories" => Some(Options::Categories),
        "templates" => Some(Options::Templates),
        _ => {
            tab.desk.refer(Ref::List, &name, &tab.at("options"));
            Some(Options::List(name))
        }
    }
}

/// A field as a fact for the fields below it.
fn as_fact(field: &Field, all: &[List], kinds: &[AppealKind]) -> FactDef {
    let mut fact = FactDef::text(&field.key, &field.label);
    if field.control == Control::Check {
        fact.kind = FactType::Flag;
    }
    match &field.options {
        Some(Options::List(name)) => {
            if let Some(list) = all.iter().find(|list| list.key == *name) {
                fact.kind = FactType::Choice(lists::named(&list.choices));
            }
        }
        Some(Options::Kinds) => {
            let named = kinds.iter().map(|kind| Named { key: kind.key.clone(), label: kind.key.clone() });
            fact.kind = FactType::Choice(named.collect());
        }
        _ => {}
    }
    fact
}
