//! Templates of replies.

use huitong_kernel::pack::reader::{Desk, Ref, Shelf, sentence, table};
use huitong_kernel::pack::{ItemKind, List, Source};

use super::TEMPLATE;

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

/// The outcomes of replies, which a template goes with.
const OUTCOME: Ref = Ref::new("办理结果", "在 appeals/lists.toml 的 reply_outcome 里登记");

/// Reads `appeals/templates.toml`.
pub(super) fn read(desk: &Desk, shelf: &Shelf, lists: &[List]) -> Vec<ReplyTemplate> {
    let outcomes = lists.iter().filter(|list| list.key == "reply_outcome").flat_map(|list| &list.choices);
    desk.define_all(OUTCOME, outcomes.map(|choice| choice.key.as_str()));
    let Some(file) = shelf.take(desk, "appeals/templates.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    // Sentences of a template use what those of the procedure use.
    desk.within(super::super::PROCEDURE, || {
        let templates = tab.entries("templates").into_iter().map(|(key, template)| {
            desk.define(TEMPLATE, &key, &template.at(""));
            let (title, outcome) = (template.text("title"), template.refer("outcome", OUTCOME));
            let (text, source) = (sentence(&template, "text"), template.source());
            desk.item(ItemKind::setting("答复模板"), &key, &title, &source, text.clone(), &template.at(""));
            ReplyTemplate { key, title, outcome, text, source }
        });
        templates.collect()
    })
}
