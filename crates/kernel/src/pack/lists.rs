//! Lists of choices, warnings and masks.

use super::closed::Closed;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::finding::At;
use super::items::ItemKind;
use super::limit_text::LimitText;
use super::source::Source;
use super::table::{self, Tab};
use crate::condition::Named;

/// A list that forms choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// `colour`.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The choices in order.
    pub choices: Vec<Choice>,
    /// Where this comes from.
    pub source: Source,
    /// Whether programs are told what can be chosen; not where the choices only help people write.
    pub told: bool,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As stored.
    pub key: String,
    /// As read.
    pub label: String,
    /// What it means or what follows from it; may be empty.
    pub explain: String,
    /// Wording that is offered when it is chosen; may be empty.
    pub preset: String,
    /// How long limits are where it is chosen, by the name of the length.
    pub limits: Vec<(String, LimitText)>,
}

impl Choice {
    /// A choice that is no more than a key and a word.
    pub fn new(key: &str, label: &str) -> Choice {
        Choice {
            key: key.to_owned(),
            label: label.to_owned(),
            explain: String::new(),
            preset: String::new(),
            limits: Vec::new(),
        }
    }

    /// The length of this name.
    pub fn limit(&self, length: &str) -> Option<&LimitText> {
        self.limits.iter().find(|(name, _)| name == length).map(|(_, limit)| limit)
    }
}

impl List {
    /// A list that is put together and not written: rows of another file, outcomes of an act.
    pub fn made(key: &str, title: &str, choices: Vec<Choice>, source: Source) -> List {
        List { key: key.to_owned(), title: title.to_owned(), choices, source, told: true }
    }

    /// The choice with this key.
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.key == key)
    }
}

/// A warning that stands at a place (涉密不上网 at every free text).
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// `no_secrets`.
    pub key: String,
    /// Its first words.
    pub title: String,
    /// The rest.
    pub text: String,
    /// Where this comes from.
    pub source: Source,
}

/// How a personal field is masked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    /// `phone`.
    pub key: String,
    /// 手机号码.
    pub title: String,
    /// Characters kept at the front.
    pub front: usize,
    /// Characters kept at the end.
    pub back: usize,
    /// How it looks.
    pub example: String,
    /// Where this comes from.
    pub source: Source,
}

/// The choices of a list as names.
pub(super) fn named(choices: &[Choice]) -> Vec<Named> {
    choices.iter().map(|choice| Named { key: choice.key.clone(), label: choice.label.clone() }).collect()
}

/// Reads every `lists.toml`, wherever it stands.
pub(super) fn lists(desk: &Desk, shelf: &Shelf) -> Vec<List> {
    let mut lists = Vec::new();
    for file in shelf.named("lists.toml") {
        let Some(document) = table::parse(desk, file) else { continue };
        lists.extend(of(desk, &table::open(desk, file, &document)));
    }
    lists
}

/// Reads `[lists]` of a file.
pub(super) fn of(desk: &Desk, tab: &Tab<'_>) -> Vec<List> {
    tab.entries("lists").into_iter().map(|(key, list)| one_list(desk, key, &list)).collect()
}

fn one_list(desk: &Desk, key: String, list: &Tab<'_>) -> List {
    desk.define(Ref::LIST, &key, &list.at(""));
    let (title, source) = (list.text("title"), list.source());
    let mut choices: Vec<Choice> = Vec::new();
    for choice in list.tables("choices") {
        let read = Choice {
            key: choice.text("key"),
            label: choice.text("label"),
            explain: choice.maybe("explain").unwrap_or_default(),
            preset: choice.maybe("preset").unwrap_or_default(),
            limits: choice
                .pairs("limits")
                .into_iter()
                .filter_map(|(name, text, at)| Some((name, length(desk, &text, &at)?)))
                .collect(),
        };
        if choices.iter().any(|known| known.key == read.key) {
            desk.say(&choice.at("key"), format!("选项“{}”重复", read.key), "请改名，或者删去其中一个");
        }
        choices.push(read);
    }
    if choices.is_empty() {
        desk.say(&list.at("choices"), "清单里没有选项", "请补上 choices = [{ key = \"…\", label = \"…\" }]");
    }
    let words: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
    desk.item(ItemKind::setting("选项清单"), &key, &title, &source, words.join("、"), &list.at(""));
    List { key, title, choices, source, told: true }
}

/// Reads a limit text under `key`.
pub fn limit(tab: &Tab<'_>, key: &'static str) -> Option<LimitText> {
    let text = tab.text(key);
    if text.is_empty() { None } else { length(tab.desk, &text, &tab.at(key)) }
}

fn length(desk: &Desk, text: &str, at: &At) -> Option<LimitText> {
    match LimitText::parse(text) {
        Ok(limit) => Some(limit),
        Err(remedy) => {
            desk.say(at, format!("看不懂时限“{text}”"), remedy);
            None
        }
    }
}

/// Reads `warnings.toml`: warnings and masks.
pub(super) fn warnings(desk: &Desk, shelf: &Shelf) -> (Vec<Warning>, Vec<Mask>) {
    let Some(file) = shelf.take(desk, "warnings.toml") else { return Default::default() };
    let Some(document) = table::parse(desk, file) else { return Default::default() };
    let tab = table::open(desk, file, &document);
    let warnings = tab.entries("warnings").into_iter().map(|(key, warning)| {
        let (title, text, source) = (warning.text("title"), warning.text("text"), warning.source());
        desk.item(ItemKind::setting("提示语"), &key, &title, &source, text.clone(), &warning.at(""));
        Warning { key, title, text, source }
    });
    let warnings = warnings.collect();
    let masks = tab.entries("masks").into_iter().map(|(key, mask)| {
        let (title, example, source) = (mask.text("title"), mask.text("example"), mask.source());
        let (front, back) = (mask.number("front").unwrap_or(0), mask.number("back").unwrap_or(0));
        let summary = format!("保留前 {front} 位、后 {back} 位，例如 {example}");
        desk.item(ItemKind::setting("隐去规则"), &key, &title, &source, summary, &mask.at(""));
        Mask { key, title, front, back, example, source }
    });
    (warnings, masks.collect())
}

impl Mask {
    /// The masked text; a text too short to hide anything is hidden but for its first character.
    pub fn apply(&self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let (front, back) = if letters.len() > self.front + self.back {
            (self.front, self.back)
        } else {
            (1.min(self.front), 0)
        };
        let hidden = letters.len().saturating_sub(front + back);
        let head: String = letters.iter().take(front).collect();
        let tail: String = letters.iter().skip(front + hidden).collect();
        format!("{head}{}{tail}", "*".repeat(hidden))
    }
}

/// Whether a limit is a promise to those outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Promised, and shown to those outside.
    Public,
    /// For our own work only.
    Internal,
}

impl Closed for Promise {
    const WHAT: &'static str = "承诺范围";
    const WORDS: &'static [(&'static str, Promise)] =
        &[("对外承诺", Promise::Public), ("内部掌握", Promise::Internal)];
}
