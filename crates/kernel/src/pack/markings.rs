//! Stop markings: 涉密不上网，上网不涉密. A text that carries one is not taken in.

use huitong_codes::text::is_unseen;

use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::items::ItemKind;
use super::source::Source;
use super::table::{self, Tab};

/// The file of the markings.
const FILE: &str = "markings.toml";

/// A marking that stops a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Marking {
    /// `secret`.
    pub key: String,
    /// 机密标志.
    pub title: String,
    /// The writings it is found by; spaces are ignored, all stars are one.
    pub words: Vec<String>,
    /// Ordinary words that contain a writing and do not stop (商业秘密).
    pub except: Vec<String>,
    /// What to do instead.
    pub instead: String,
    /// Where this comes from.
    pub source: Source,
}

/// A marking found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Key of the marking.
    pub marking: String,
    /// The writing that was found, as it stands in the pack.
    pub word: String,
    /// What is said to the person: what was found and what to do instead; never the text itself.
    pub message: String,
}

impl Stop {
    /// The same of the name of a file, as the rest of a sentence that names it.
    pub fn of_name(&self) -> &str {
        self.message.strip_prefix("内容").unwrap_or(&self.message)
    }
}

/// Looks for the first marking in a text.
pub(super) fn find(markings: &[Marking], text: &str) -> Option<Stop> {
    let plain = normal(text);
    markings.iter().find_map(|marking| {
        let plain = marking.except.iter().fold(plain.clone(), |text, word| text.replace(&normal(word), " "));
        let word = marking.words.iter().find(|word| plain.contains(&normal(word)))?;
        let message = format!("内容中有{}（{word}），不能提交。{}", marking.title, marking.instead);
        Some(Stop { marking: marking.key.clone(), word: word.clone(), message })
    })
}

/// Drops spaces and invisible signs and makes the many stars one, so that `机 密 ★` and `机密☆` are seen as the same;
/// lines stay apart, because a star at the head of a line is a bullet.
fn normal(text: &str) -> String {
    let kept = text.chars().filter(|c| *c == '\n' || !c.is_whitespace() && !is_unseen(*c));
    kept.map(|c| if is_star(c) { '★' } else { c }).collect()
}

fn is_star(c: char) -> bool {
    matches!(c, '★' | '☆' | '*' | '＊' | '﹡' | '⭐' | '✭' | '✮' | '✯' | '⋆' | '✩' | '✪' | '✰')
}

/// Reads `markings.toml`, wherever it stands.
pub(super) fn read(desk: &Desk, shelf: &Shelf) -> Vec<Marking> {
    let known = shelf.named(FILE).into_iter().next();
    let Some(file) = known.or_else(|| shelf.take(desk, FILE)) else { return Vec::new() };
    let Some(document) = table::parse(desk, file) else { return Vec::new() };
    let tab = table::open(desk, file, &document);
    let (instead_for_all, except) = (tab.maybe("instead"), tab.texts("except"));
    let entries = tab.entries("markings").into_iter();
    let markings = entries.map(|(key, marking)| {
        desk.define(Ref::MARKING, &key, &marking.at(""));
        let (title, words, source) = (marking.text("title"), marking.texts("words"), marking.source());
        if words.is_empty() {
            desk.say(&marking.at("words"), "没有写标志的写法", "请补上 words = [\"机密★\"]");
        }
        for word in words.iter().filter(|word| normal(word).chars().count() < 3) {
            let message = format!("“{word}”太短，会误拦普通用语");
            desk.say(&marking.at("words"), message, "标志要带星号，例如“机密★”；“商业秘密”是普通用语");
        }
        let instead = marking
            .maybe("instead")
            .or_else(|| instead_for_all.clone())
            .unwrap_or_else(|| marking.text("instead"));
        desk.item(
            ItemKind::policy("涉密标志"),
            &key,
            &title,
            &source,
            format!("{}。{instead}", words.join("、")),
            &marking.at(""),
        );
        Marking { key, title, words, except: except.clone(), instead, source }
    });
    markings.collect()
}

/// Words of red line: no field of the city asks for these, whatever it is called.
const FORBIDDEN: [&str; 8] = ["密级", "份号", "政审", "志愿书", "党费", "花名册", "征信", "民族成份"];
/// Lists of people by their names are registers of people, whatever register they stand in.
const ROLL: &str = "党员名单";

/// Says which words of red line a field asks for.
pub(super) fn red_lines(tab: &Tab<'_>, label: &str, key: &str) {
    let asked: Vec<String> = [label.to_owned(), key.to_owned()]
        .into_iter()
        .chain(["ask", "hint"].into_iter().filter_map(|name| tab.quiet_text(name)))
        .chain(tab.pairs("columns").into_iter().map(|(_, heading, _)| heading))
        .collect();
    for word in FORBIDDEN.into_iter().chain([ROLL]) {
        if asked.iter().any(|text| text.contains(word)) {
            let message = format!("不能登记“{word}”");
            tab.desk.say(&tab.at("label"), message, "这类内容不进入本系统，请删去这个填写项");
        }
    }
}
