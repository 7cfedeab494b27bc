//! How texts are found: what is stored and what is typed take the same form, in which width, case, blanks, composed signs and
//! Roman numerals make no difference.

use crate::text::same;

/// Words of one question that count; further ones are left out.
pub const WORDS: usize = 3;
/// Characters of a word that count; engines refuse patterns that are too long.
const WORD: usize = 120;

/// What a row is found by: each of its parts in that form.
pub fn stored(parts: &[&str]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| same(part)).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What is searched for: the blanks between words mean "and".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(Vec<String>);

impl Terms {
    /// Reads what somebody typed.
    pub fn of(typed: &str) -> Terms {
        let words = typed.split_whitespace().map(same).filter(|word| !word.is_empty());
        Terms(words.take(WORDS).map(|word| word.chars().take(WORD).collect()).collect())
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of these names holds every word; for short lists that are in memory anyway.
    pub fn fit(&self, names: &[&str]) -> bool {
        let names: Vec<String> = names.iter().map(|name| same(name)).collect();
        self.0.iter().all(|word| names.iter().any(|name| name.contains(word)))
    }

    /// A pattern for `LIKE … ESCAPE '\\'` for each word; what was typed stands for itself, `%` and `_` too.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|word| {
            let literal = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{literal}%")
        })
    }

    /// The same, always three, for statements that have a place for each.
    pub fn three(&self) -> [String; WORDS] {
        let mut patterns = self.patterns();
        std::array::from_fn(|_| patterns.next().unwrap_or_else(|| String::from("%%")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_alike_is_found() {
        for (stored, typed) in [
            ("Ｗｉ－Ｆｉ信号差，Ａ座", "wi-fi"),
            ("Ｗｉ－Ｆｉ信号差，Ａ座", "Ａ座"),
            ("Wi-Fi信号差,A座", "Ａ座"),
            ("国民经济行业Ⅷ类", "viii类"),
            ("Cafe\u{301}咖啡", "café"),
            ("㈱山田", "(株)"),
            ("⼀次", "一次"),
            ("锦宁市 ＩＴ\u{a0}协会", "锦宁市it协会"),
            ("A\u{200b}B公司", "ab"),
            ("２０２５—０３", "2025-03"),
            ("₋", "-"),
        ] {
            assert!(Terms::of(typed).fit(&[stored]), "{typed} in {stored}");
        }
        assert!(!Terms::of("c座").fit(&["A座"]));
    }

    #[test]
    fn what_is_typed_stands_for_itself() {
        assert_eq!(Terms::of("１００％ a_b\\").three(), ["%100\\%%", "%a\\_b\\\\%", "%%"]);
        assert_eq!(Terms::of("ＡＢＣ　物流"), Terms::of("abc 物流"));
        assert!(Terms::of(" 　\u{200b}").is_empty());
        assert_eq!(
            stored(&["锦宁市 ＩＴ 协会", "", "51510100MJQ000015B"]),
            "锦宁市it协会 51510100mjq000015b"
        );
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_itself_and_by_the_form_it_is_stored_in(typed in "\\PC{1,40}") {
            let terms = Terms::of(&typed);
            prop_assert!(terms.fit(&[&typed]) && terms.fit(&[&same(&typed)]));
        }
    }
}
