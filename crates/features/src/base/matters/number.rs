//! Numbers of matters: letters of the procedure, date, random signs, a check character; pure.

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

/// Whether a typed number can be one of ours that begins with these letters: shape and check character.
pub fn plausible(letters: &str, number: &str) -> bool {
    let length = letters.len() + 15;
    let shaped = number.len() == length && number.starts_with(letters) && number.is_ascii();
    shaped && number.ends_with(check(&number[..length - 1]))
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
            prop_assert!(plausible("SQ", &number));
            let mut wrong = number.clone().into_bytes();
            if wrong[place] != ALPHABET[other] {
                wrong[place] = ALPHABET[other];
                prop_assert!(!plausible("SQ", &String::from_utf8(wrong).unwrap()));
            }
        }
    }
}
