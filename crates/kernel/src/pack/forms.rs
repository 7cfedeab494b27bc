//! Forms: the fields an act asks for, in order.

use super::desk::Ref;
use super::field::{self, Field};
use super::items::ItemKind;
use super::lists::List;
use super::source::Source;
use super::table::Tab;
use crate::condition::FactDef;

/// A form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// `opinion_submit`.
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

impl Form {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

/// Reads `[fields]`: what a procedure asks, each field once.
pub(super) fn fields(tab: &Tab<'_>, lists: &[List]) -> Vec<Field> {
    let mut facts: Vec<FactDef> = Vec::new();
    let mut fields = Vec::new();
    for (key, field) in tab.entries("fields") {
        // Forms may ask for the same thing; as a name of the procedure it is one.
        tab.desk.define_all(Ref::FIELD, [key.as_str()]);
        let read = field::read(&field, key, &facts);
        facts.push(field::as_fact(&read, lists));
        fields.push(read);
    }
    fields
}

/// Reads `[forms]`: forms with fields of their own.
pub(super) fn forms(tab: &Tab<'_>, lists: &[List]) -> Vec<Form> {
    let forms = tab.entries("forms").into_iter().map(|(key, form)| {
        form.desk.define(Ref::FORM, &key, &form.at(""));
        let (title, source) = (form.text("title"), form.source());
        let fields = fields(&form, lists);
        if fields.is_empty() {
            form.desk.say(&form.at("fields"), "表单里没有填写项", format!("请补上 [forms.{key}.fields.…]"));
        }
        let labels: Vec<&str> = fields.iter().map(|field| field.label.as_str()).collect();
        form.desk.item(ItemKind::setting("表单"), &key, &title, &source, labels.join("、"), &form.at(""));
        Form { key, title, intro: form.maybe("intro").unwrap_or_default(), fields, source }
    });
    forms.collect()
}
