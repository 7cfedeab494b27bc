//! Numbers of matters: letters of the procedure, date, random signs, a check character; pure.

use huitong_codes::text::half_width;
use huitong_kernel::clock::{Random, civil_date};

/// Letters and digits that cannot be taken for each other on the telephone.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Makes a number such as `SQ20250314K7Q2XM9`: the letters, the day, six random characters, one check character.
pub fn draw(letters_of: &str, at: i64, random: &Random) -> String {
    let day = civil_date(at).strftime("%Y%m%d");
    let mut number = format!("{letters_of}{day}{}", letters(6, random));
    number.push(check(&number));
    number
}

/// Reads a typed number that begins with these letters; where shape or check character are wrong, the sentence says so.
/// That betrays nothing: whoever knows the rule can count it alone.
pub fn read(letters: &str, typed: &str) -> Result<String, String> {
    let (signs, length) = (written(typed), letters.len() + 15);
    let number = signs.strip_prefix(&written(letters)).map(|rest| format!("{letters}{rest}"));
    match number.filter(|number| number.len() == length) {
        Some(number) if number.ends_with(check(&number[..length - 1])) => Ok(number),
        Some(_) => Err(String::from("编号有一位不对，请核对")),
        None => Err(format!("编号以 {letters} 开头，共 {length} 位，请核对")),
    }
}

/// What was typed as a number or a code in its one written form: half width, capitals, without what people add when they
/// copy, and each sign that is none of ours read as the one that it is mistaken for.
pub fn written(typed: &str) -> String {
    let signs = half_width(typed).to_uppercase();
    signs.chars().filter(char::is_ascii_alphanumeric).map(meant).take(LONGEST).collect()
}

/// Signs kept of what was typed; longer than any number or code.
const LONGEST: usize = 40;

fn meant(sign: char) -> char {
    match sign {
        'O' => '0',
        'I' => '1',
        'Z' => '2',
        'S' => '5',
        'V' => 'U',
        sign => sign,
    }
}

/// Signs that cannot be taken for each other on the telephone.
pub fn letters(count: usize, random: &Random) -> String {
    (0..count).map(|_| char::from(ALPHABET[usize::try_from(random.below(31)).unwrap_or(0)])).collect()
}

/// Weights are powers of 3 modulo 31, all different: one wrong character and any two swapped ones are noticed.
fn check(text: &str) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for c in text.bytes() {
        let value = ALPHABET.iter().position(|&a| a == c).unwrap_or(usize::from(c) % 31);
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    char::from(ALPHABET[(31 - sum) % 31])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn drawn_numbers_are_plausible_and_one_wrong_character_is_noticed(seed: u64, place in 10usize..17, other in 0usize..31) {
            let number = draw("SQ", 1_741_915_800_000, &Random::seeded(seed));
            prop_assert_eq!(read("SQ", &number), Ok(number.clone()));
            let mut wrong = number.clone().into_bytes();
            if wrong[place] != ALPHABET[other] {
                wrong[place] = ALPHABET[other];
                let said = read("SQ", &String::from_utf8(wrong).unwrap()).unwrap_err();
                prop_assert_eq!(said, "编号有一位不对，请核对");
            }
        }

        #[test]
        fn a_number_is_read_however_it_is_typed(seed: u64, way in 0usize..9) {
            let number = draw("SQ", 1_741_915_800_000, &Random::seeded(seed));
            let code = letters(8, &Random::seeded(seed));
            let typed = |text: &str| match way {
                0 => text.to_lowercase(),
                1 => text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect(),
                2 => format!(" {}-{} ", &text[..4], &text[4..]),
                3 => format!("\u{3000}{}\u{2014}{}\u{200b}", &text[..5], &text[5..]),
                4 => text.replace('0', "O").replace('1', "I"),
                5 => text.replace('0', "o").replace('1', "i").replace('U', "v"),
                6 => text.replace('5', "S").replace('2', "Z"),
                7 => text.replace('S', "5"),
                _ => format!("“{text}”\t"),
            };
            prop_assert_eq!(read("SQ", &typed(&number)), Ok(number));
            prop_assert_eq!(written(&typed(&code)), code);
        }

        #[test]
        fn no_text_is_a_number_by_chance_of_its_shape(typed in "\\PC{0,60}") {
            let said = read("SQ", &typed);
            prop_assert!(said.is_err() || written(&typed).len() == 17);
            prop_assert_eq!(written(&written(&typed)), written(&typed));
        }
    }

    #[test]
    fn every_sign_of_a_keyboard_is_ours_or_is_read_as_one_of_ours() {
        for sign in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
            let read = written(&sign.to_string());
            assert!(read.bytes().all(|b| ALPHABET.contains(&b)) && read.len() == 1, "{sign}");
        }
        assert!(ALPHABET.iter().all(|&b| written(&char::from(b).to_string()).as_bytes() == [b]));
    }
}
