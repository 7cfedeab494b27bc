//! Sentences with named placeholders `{number}`; notices and reply templates are made of them.

use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::source::Source;
use super::table::{self, Tab};

/// A notice inside the application.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// `dispatched`.
    pub key: String,
    /// One line, with placeholders.
    pub title: String,
    /// The rest, with placeholders; may be empty.
    pub text: String,
    /// Where this comes from.
    pub source: Source,
}

/// A template of a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplyTemplate {
    /// `solved`.
    pub key: String,
    /// Its name in the list.
    pub title: String,
    /// The outcome it goes with (key of the list reply_outcome).
    pub outcome: String,
    /// Its text, with placeholders; what stands in `【】` is to be written by the handler.
    pub text: String,
    /// Where this comes from.
    pub source: Source,
}

/// Fills in the placeholders that have a value; the others stay as they are.
pub fn fill<'v>(text: &str, value: &dyn Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}');
        match named.and_then(|(name, behind)| Some((value(name)?, behind))) {
            Some((value, behind)) => {
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// Reads a sentence that must be there.
pub(super) fn sentence(tab: &Tab<'_>, key: &'static str) -> String {
    let text = tab.text(key);
    check(tab, key, &text);
    text
}

/// Reads a sentence that may be absent.
pub(super) fn maybe(tab: &Tab<'_>, key: &'static str) -> Option<String> {
    let text = tab.maybe(key)?;
    check(tab, key, &text);
    Some(text)
}

fn check(tab: &Tab<'_>, key: &'static str, text: &str) {
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let inside = rest[open..].strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((name, after)) = inside.filter(|(name, _)| !name.contains(['{', '\n'])) else {
            tab.desk.say(&tab.at(key), "花括号不成对", "占位词写成 {number}；正文里不要用花括号");
            return;
        };
        tab.desk.refer(Ref::Placeholder, name, &tab.at(key));
        if name.is_empty() {
            tab.desk.say(&tab.at(key), "花括号里是空的", "占位词写成 {number}");
        }
        rest = after;
    }
}

/// Reads `appeals/notices.toml`.
pub(super) fn notices(desk: &Desk, shelf: &Shelf) -> Vec<Notice> {
    let Some(file) = shelf.take(desk, "appeals/notices.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let notices = tab.entries("notices").into_iter().map(|(key, notice)| {
        desk.define(Ref::Notice, &key, &notice.at(""));
        let (title, text) = (sentence(&notice, "title"), maybe(&notice, "text").unwrap_or_default());
        let source = notice.source();
        desk.item("通知", &key, &title, &source, text.clone(), &notice.at(""));
        Notice { key, title, text, source }
    });
    notices.collect()
}

/// Reads `appeals/templates.toml`; `outcomes` are the keys of the list reply_outcome.
pub(super) fn templates(desk: &Desk, shelf: &Shelf, outcomes: &[String]) -> Vec<ReplyTemplate> {
    let Some(file) = shelf.take(desk, "appeals/templates.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let templates = tab.entries("templates").into_iter().map(|(key, template)| {
        desk.define(Ref::Template, &key, &template.at(""));
        let (title, outcome) = (template.text("title"), template.text("outcome"));
        if !outcome.is_empty() && !outcomes.contains(&outcome) {
            let near = super::finding::did_you_mean(&outcome, outcomes.iter().map(String::as_str));
            desk.say(&template.at("outcome"), format!("没有办理结果“{outcome}”"), near);
        }
        let (text, source) = (sentence(&template, "text"), template.source());
        desk.item("答复模板", &key, &title, &source, text.clone(), &template.at(""));
        ReplyTemplate { key, title, outcome, text, source }
    });
    templates.collect()
}
