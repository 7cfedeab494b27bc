//! One written form for comparing texts: half width, lower case, single blanks, no invisible signs.

/// A text in the one form in which texts are compared: full-width signs become half-width, capitals small, runs of blanks and
/// line breaks one blank; control signs, joiners and marks of direction are dropped.
pub fn normalize(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().filter_map(fold) {
        if c != ' ' || !(plain.is_empty() || plain.ends_with(' ')) {
            plain.push(c);
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// One sign in the form of [`normalize`]; `None` for a sign that nobody sees.
pub fn fold(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '\u{4e00}'..='\u{9fff}' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).map(|c| c.to_ascii_lowercase()),
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fffd}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{ad}' => None,
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() => None,
        _ => Some(c.to_lowercase().next().unwrap_or(c)),
    }
}

/// Whether a sign belongs to the Chinese script.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{323af}' | '\u{f900}'..='\u{faff}' | '〇')
}

/// Whether a sign can be part of a word: a letter, a digit or a Chinese sign, but no punctuation.
pub fn is_word(c: char) -> bool {
    is_han(c) || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_and_blanks_make_no_difference() {
        assert_eq!(normalize(" Ａ１２ＫＴＶ，\u{3000}\r\n路灯\u{200b}坏了\u{7}！ "), "a12ktv, 路灯坏了!");
        assert_eq!(normalize(""), "");
        assert!(is_word('路') && is_word('7') && !is_word('，') && !is_han('a'));
    }

    proptest! {
        #[test]
        fn the_form_of_a_form_is_itself(text in any::<String>()) {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once.clone());
            prop_assert!(!once.contains("  "));
        }
    }
}
