//! 职能词典: per function, the words in which people tell of its matters; what a city learns from before it has cases.

use std::collections::BTreeMap;

use huitong_kernel::pack::reader::{Desk, Ref, Shelf, sheet};
use huitong_kernel::pack::{ItemKind, Source};

/// The words of one function. They are examples to learn from, not rules.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyWords {
    /// Name of the function.
    pub function: String,
    /// Words and short phrases, each once in the whole lexicon.
    pub words: Vec<String>,
    /// Where this comes from.
    pub source: Source,
}

/// Reads the lexicon; a pack without one has none, as those published before there was one.
pub(super) fn read(desk: &Desk, shelf: &Shelf) -> Vec<DutyWords> {
    let Some(file) = shelf.find("lexicon.csv") else { return Vec::new() };
    let mut read: Vec<DutyWords> = Vec::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for row in sheet::rows(desk, file, &["职能", "词", "依据", "来源"]) {
        let function = row.refer("职能", Ref::FUNCTION);
        if read.iter().any(|known| known.function == function) {
            desk.say(&row.at("职能"), format!("职能“{function}”写了两行"), "请合成一行");
        }
        let (words, source) = (row.several("词"), row.source());
        if words.is_empty() {
            desk.say(
                &row.at("词"),
                format!("职能“{function}”没有词"),
                "请写上群众和企业的说法，或者删去这一行",
            );
        }
        for word in &words {
            if word.chars().count() < 2 {
                let message = format!("“{word}”太短，什么都可能指");
                desk.say(&row.at("词"), message, "请写两个字以上的词");
            }
            match taken.get(word) {
                Some(other) => {
                    let message = format!("“{word}”已经写在职能“{other}”下");
                    desk.say(&row.at("词"), message, "一个词只放在一项职能下；都会用到的词请删去");
                }
                None => {
                    taken.insert(word.clone(), function.clone());
                }
            }
        }
        let about = words.join("、");
        desk.item(ItemKind::setting("职能词典"), &function, &function, &source, about, &row.at("职能"));
        read.push(DutyWords { function, words, source });
    }
    read
}
