//! Sentences with named placeholders `{number}`; notices and templates are made of them.

use super::desk::Ref;
use super::items::ItemKind;
use super::source::Source;
use super::table::Tab;

/// A notice inside the application.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// `declined`.
    pub key: String,
    /// One line, with placeholders.
    pub title: String,
    /// The rest, with placeholders; may be empty.
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
pub fn sentence(tab: &Tab<'_>, key: &'static str) -> String {
    let text = tab.text(key);
    check(tab, key, &text);
    text
}

/// Reads a sentence that may be absent.
pub fn maybe(tab: &Tab<'_>, key: &'static str) -> Option<String> {
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
        tab.desk.refer(Ref::PLACEHOLDER, name, &tab.at(key));
        if name.is_empty() {
            tab.desk.say(&tab.at(key), "花括号里是空的", "占位词写成 {number}");
        }
        rest = after;
    }
}

/// The placeholders of a sentence, without braces.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// Reads `[notices]`.
pub(super) fn notices(tab: &Tab<'_>) -> Vec<Notice> {
    let notices = tab.entries("notices").into_iter().map(|(key, notice)| {
        tab.desk.define(Ref::NOTICE, &key, &notice.at(""));
        let (title, text) = (sentence(&notice, "title"), maybe(&notice, "text").unwrap_or_default());
        let source = notice.source();
        tab.desk.item(ItemKind::setting("通知"), &key, &title, &source, text.clone(), &notice.at(""));
        Notice { key, title, text, source }
    });
    notices.collect()
}
