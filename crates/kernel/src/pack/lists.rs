//! Lists of choices (受理渠道, 不予受理理由, 联系结果 …), kinds of appeals, warnings and masks.

use super::closed::Closed;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::limit_text::LimitText;
use super::source::Source;
use super::table::{self, Tab};
use crate::condition::Named;

/// A list that forms choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// `decline_reason`.
    pub key: String,
    /// 不予受理理由.
    pub title: String,
    /// The choices in order.
    pub choices: Vec<Choice>,
    /// Where this comes from.
    pub source: Source,
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
}

/// A kind of appeal (咨询 …) with the limit of its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AppealKind {
    /// Its name is its key.
    pub key: String,
    /// What belongs to it.
    pub explain: String,
    /// From acceptance to the answer.
    pub answer: LimitText,
    /// Where this comes from.
    pub source: Source,
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

const KINDS: [&str; 6] = ["咨询", "求助", "意见建议", "投诉", "举报", "表扬"];

/// Lists the code asks for by key.
pub const LIST_KEYS: [&str; 11] = [
    "appeal_source",
    "complainant_kind",
    "contact_reason",
    "contact_result",
    "decline_reason",
    "disclosure",
    "reply_outcome",
    "review_outcome",
    "satisfied",
    "solved",
    "verification",
];

/// The choices of a list as names.
pub(super) fn named(choices: &[Choice]) -> Vec<Named> {
    choices.iter().map(|choice| Named { key: choice.key.clone(), label: choice.label.clone() }).collect()
}

/// Reads `appeals/lists.toml`.
pub(super) fn lists(desk: &Desk, shelf: &Shelf) -> Vec<List> {
    let Some(file) = shelf.take(desk, "appeals/lists.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let lists: Vec<List> =
        tab.entries("lists").into_iter().map(|(key, list)| one_list(desk, key, &list)).collect();
    for key in LIST_KEYS {
        if !lists.iter().any(|list| list.key == key) {
            desk.say(&file.at(1, "lists"), format!("缺少选项清单 {key}"), format!("请补上 [lists.{key}]"));
        }
    }
    lists
}

fn one_list(desk: &Desk, key: String, list: &Tab<'_>) -> List {
    desk.define(Ref::List, &key, &list.at(""));
    let (title, source) = (list.text("title"), list.source());
    let mut choices: Vec<Choice> = Vec::new();
    for choice in list.tables("choices") {
        let read = Choice {
            key: choice.text("key"),
            label: choice.text("label"),
            explain: choice.maybe("explain").unwrap_or_default(),
            preset: choice.maybe("preset").unwrap_or_default(),
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
    desk.item("选项清单", &key, &title, &source, words.join("、"), &list.at(""));
    List { key, title, choices, source }
}

/// Reads `appeals/kinds.toml`.
pub(super) fn kinds(desk: &Desk, shelf: &Shelf) -> Vec<AppealKind> {
    let Some(file) = shelf.take(desk, "appeals/kinds.toml") else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let mut kinds: Vec<AppealKind> = Vec::new();
    for kind in tab.tables("kinds") {
        let key = kind.text("name");
        desk.define(Ref::Kind, &key, &kind.at("name"));
        if !key.is_empty() && !KINDS.contains(&key.as_str()) {
            let near = super::finding::did_you_mean(&key, KINDS);
            desk.say(&kind.at("name"), format!("没有诉求类型“{key}”"), format!("类型的名称是固定的。{near}"));
        }
        let (explain, source) = (kind.text("explain"), kind.source());
        let Some(answer) = limit(&kind, "answer") else { continue };
        let summary = format!("{explain}答复时限 {}，自受理起算。", answer.text);
        desk.item("诉求类型", &key, &key, &source, summary, &kind.at("name"));
        kinds.push(AppealKind { key, explain, answer, source });
    }
    for key in KINDS {
        if !desk.names(Ref::Kind).iter().any(|known| known == key) {
            desk.say(
                &file.at(1, "kinds"),
                format!("缺少诉求类型“{key}”"),
                "请补上 [[kinds]]，六种类型都要有答复时限",
            );
        }
    }
    kinds
}

/// Reads a limit text under `key`.
pub(super) fn limit(tab: &Tab<'_>, key: &'static str) -> Option<LimitText> {
    let text = tab.text(key);
    if text.is_empty() {
        return None;
    }
    match LimitText::parse(&text) {
        Ok(limit) => Some(limit),
        Err(remedy) => {
            tab.desk.say(&tab.at(key), format!("看不懂时限“{text}”"), remedy);
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
        desk.item("提示语", &key, &title, &source, text.clone(), &warning.at(""));
        Warning { key, title, text, source }
    });
    let warnings = warnings.collect();
    let masks = tab.entries("masks").into_iter().map(|(key, mask)| {
        let (title, example, source) = (mask.text("title"), mask.text("example"), mask.source());
        let (front, back) = (mask.number("front").unwrap_or(0), mask.number("back").unwrap_or(0));
        let summary = format!("保留前 {front} 位、后 {back} 位，例如 {example}");
        desk.item("隐去规则", &key, &title, &source, summary, &mask.at(""));
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

/// Whether a limit is a promise to the complainant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// Promised to the complainant and shown to the public.
    Public,
    /// For our own work only.
    Internal,
}

impl Closed for Promise {
    const WHAT: &'static str = "承诺范围";
    const WORDS: &'static [(&'static str, Promise)] =
        &[("对外承诺", Promise::Public), ("内部掌握", Promise::Internal)];
}
