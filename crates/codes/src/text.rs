//! What counts as text: which signs nobody sees, and the written forms in which texts, names and keys are kept and compared.

use unicode_normalization::UnicodeNormalization as _;

/// A text as it is kept: without the signs that nobody sees and so nobody can take out; they come along when people copy
/// from elsewhere. What joins an emoji or picks the shape of the sign before it stays; every line end is `\n`.
pub fn clean(input: &str) -> String {
    let mut kept = String::with_capacity(input.len());
    let mut last = None;
    let mut rest = input.chars().peekable();
    while let Some(c) = rest.next() {
        let c = match c {
            '\r' if rest.peek() == Some(&'\n') => continue,
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            c => c,
        };
        if !is_unseen(c) || last.is_some_and(|before| belongs(before, c, rest.peek().copied())) {
            kept.push(c);
            last = Some(c);
        }
    }
    kept
}

/// A name as it is kept: [`clean`], on one line, with single blanks.
pub fn name(input: &str) -> String {
    clean(input).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many letters, digits and Chinese signs a text has: without one it says nothing.
pub fn signs(input: &str) -> usize {
    input.chars().filter(|c| is_word(*c)).count()
}

/// Whether a text says nothing, or in one word that there is nothing to say (`无`, `-`, `N/A`).
pub fn is_nothing(input: &str) -> bool {
    const WORDS: [&str; 16] = [
        "无",
        "暂无",
        "没有",
        "未知",
        "不详",
        "不明",
        "不清楚",
        "不知道",
        "空",
        "未填",
        "未填写",
        "未提供",
        "none",
        "null",
        "nil",
        "na",
    ];
    let said: String = normalize(input).chars().filter(|c| is_word(*c)).collect();
    said.is_empty() || WORDS.contains(&said.as_str())
}

/// Folds the full-width forms of ASCII and every blank to their half-width forms, without signs that nobody sees.
///
/// This is the part of Unicode NFKC that occurs in typed codes; other compatibility characters (①, ²) stay, so that they are refused by name.
pub fn half_width(input: &str) -> String {
    input.chars().filter(|c| !is_unseen(*c)).map(narrow).collect()
}

/// The key of another system in its one written form: half-width, no blanks; its letters as they are, because there they may
/// tell two keys apart.
pub fn key(input: &str) -> String {
    half_width(input).split_whitespace().collect()
}

/// Normalises a code: half-width, no blanks inside or around, upper case.
pub fn code(input: &str) -> String {
    key(input).to_ascii_uppercase()
}

/// A text in the one form in which texts are compared: full-width signs become half-width, capitals small, runs of blanks and
/// line breaks one blank; signs that nobody sees are dropped.
pub fn normalize(input: &str) -> String {
    let mut plain = String::with_capacity(input.len());
    for c in input.chars().filter_map(fold) {
        if c != ' ' || !(plain.is_empty() || plain.ends_with(' ')) {
            plain.push(c);
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The one form in which names and what is searched are compared: [`normalize`] without blanks, composed and compatible signs as
/// one (NFKC).
pub fn same(input: &str) -> String {
    // A small letter may be made of two signs.
    let small = folded(input);
    folded(&small)
}

fn folded(input: &str) -> String {
    normalize(&half_width(&input.nfkc().collect::<String>())).split(' ').collect()
}

/// One sign in the form of [`normalize`]; `None` for a sign that nobody sees.
pub fn fold(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '\u{4e00}'..='\u{9fff}' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).map(|c| c.to_ascii_lowercase()),
        '\u{fffd}' => None,
        _ if c.is_whitespace() => Some(' '),
        _ if is_unseen(c) => None,
        _ => Some(c.to_lowercase().next().unwrap_or(c)),
    }
}

/// Whether a sign belongs to the Chinese script.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{323af}' | '\u{f900}'..='\u{faff}' | '〇')
}

/// Whether a sign can be part of a word: a letter, a digit or a Chinese sign that can be seen, but no punctuation.
pub fn is_word(c: char) -> bool {
    is_han(c) || (c.is_alphanumeric() && !is_unseen(c))
}

/// Whether a sign has no shape of its own: controls, Unicode's format signs (Cf) and ignorable code points, fillers and
/// empty patterns, selectors of a shape.
pub fn is_unseen(c: char) -> bool {
    match c {
        '\n' | '\t' | '\r' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{8e2}' | '\u{feff}' => true,
        '\u{600}'..='\u{605}' | '\u{890}'..='\u{891}' => true,
        '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{3164}' | '\u{ffa0}' => true,
        '\u{180b}'..='\u{180f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'..='\u{206f}' => true,
        '\u{2800}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' => true,
        '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{e0fff}' => true,
        c => is_selector(c) || c.is_control(),
    }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether an unseen sign is part of what is seen: between two emojis it joins them, behind a sign it picks its shape.
fn belongs(before: char, c: char, next: Option<char>) -> bool {
    match c {
        '\u{200d}' => (is_emoji(before) || before == '\u{fe0f}') && next.is_some_and(is_emoji),
        '\u{fe0e}' | '\u{fe0f}' if is_emoji(before) => true,
        '\u{fe0f}' if matches!(before, '0'..='9' | '#' | '*') => next == Some('\u{20e3}'),
        c => is_selector(c) && is_han(before),
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2934}'..='\u{2935}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

fn narrow(c: char) -> char {
    match c {
        '\n' | '\t' | '\r' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ if c.is_whitespace() => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn full_width_and_pasted_blanks_disappear() {
        assert_eq!(code("\u{feff} ５１５１０１００ mjq00001５ｂ　"), "51510100MJQ000015B");
        assert_eq!(half_width("１，２３４．５６元"), "1,234.56元");
        assert_eq!(half_width("028－61880000"), "028-61880000");
        assert_eq!(code("²①"), "²①");
        assert_eq!(key(" ＧＤ\u{a0}2025－001\u{200b}a"), "GD2025-001a");
    }

    #[test]
    fn width_case_and_blanks_make_no_difference() {
        assert_eq!(normalize(" Ａ１２ＫＴＶ，\u{3000}\r\n路灯\u{200b}坏了\u{7}！ "), "a12ktv, 路灯坏了!");
        assert_eq!(normalize(""), "");
        assert_eq!(same("锦宁市\u{a0}商务局（ＯＡ）"), same("锦宁市商务局(oa)"));
        assert_eq!(name(" 锦宁市\u{a0} 商务局\u{ad}\r\n"), "锦宁市 商务局");
        assert!(is_word('路') && is_word('7') && !is_word('，') && !is_han('a'));
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        let unseen = [
            '\u{ad}',
            '\u{34f}',
            '\u{600}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{0}',
            '\u{7f}',
            '\u{85}',
        ];
        for c in unseen {
            let six = c.to_string().repeat(6);
            assert_eq!((clean(&six).as_str(), signs(&six)), ("", 0), "{c:?}");
            assert_eq!(key(&format!("ZA{c}1")), "ZA1", "{c:?}");
            assert_eq!(clean(&format!("路{c}灯")).replace(c, ""), "路灯", "{c:?}");
            assert!(is_nothing(&six), "{c:?}");
        }
    }

    #[test]
    fn what_joins_or_shapes_a_sign_stays_with_it_and_nowhere_else() {
        for whole in
            ["👨\u{200d}👩\u{200d}👧", "❤\u{fe0f}\u{200d}🔥", "1\u{fe0f}\u{20e3}", "葛\u{e0100}城", "🙏🏽"]
        {
            assert_eq!(clean(whole), whole);
        }
        for (typed, kept) in [
            ("\u{200d}👩", "👩"),
            ("👩\u{200d}", "👩"),
            ("路\u{200d}灯", "路灯"),
            ("a\u{fe0f}", "a"),
            ("1\u{fe0f}2", "12"),
            ("一\r\n二\r三", "一\n二\n三"),
        ] {
            assert_eq!(clean(typed), kept);
        }
    }

    #[test]
    fn some_words_say_that_there_is_nothing() {
        for nothing in ["", " ", "-", "——", "/", "无", "（无）", "无。", "N/A", "ＮＵＬＬ", "不详"]
        {
            assert!(is_nothing(nothing), "{nothing}");
        }
        for something in ["无锡", "0", "A", "没有名字的单位"] {
            assert!(!is_nothing(something), "{something}");
        }
    }

    proptest! {
        #[test]
        fn the_form_of_a_form_is_itself(text in any::<String>()) {
            for form in [clean, name, half_width, key, code, normalize, same] {
                let once = form(&text);
                prop_assert_eq!(form(&once), once.clone());
            }
            prop_assert!(!normalize(&text).contains("  "));
            prop_assert_eq!(signs(&clean(&text)), signs(&text));
        }
    }
}
