//! Normalising what people type or paste: full-width characters, stray blanks, letter case.

/// Folds the full-width forms of ASCII and the ideographic space to their half-width forms.
///
/// This is the part of Unicode NFKC that occurs in typed codes; other compatibility characters (①, ²) stay, so that they are refused by name.
pub fn half_width(input: &str) -> String {
    input.chars().filter(|c| !is_invisible(*c)).map(narrow).collect()
}

/// Normalises a code: half-width, no blanks inside or around, upper case.
pub fn code(input: &str) -> String {
    input
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(narrow)
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' | '\u{00a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

// Characters that spreadsheets and chat programs leave behind when a code is pasted.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_pasted_blanks_disappear() {
        assert_eq!(code("\u{feff} ５１５１０１００ mjq00001５ｂ　"), "51510100MJQ000015B");
        assert_eq!(half_width("１，２３４．５６元"), "1,234.56元");
        assert_eq!(half_width("028－61880000"), "028-61880000");
        assert_eq!(code("²①"), "²①");
    }
}
