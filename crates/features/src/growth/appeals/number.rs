//! Numbers and tracking codes of appeals; pure.

use huitong_kernel::clock::Random;
use huitong_kernel::digest::sm3_hex;

use crate::base::matters::{self, letters, written};

/// What the number of an appeal begins with.
const LETTERS: &str = "SQ";

/// Makes a number such as `SQ20250314K7Q2XM9`.
pub fn draw(at: i64, random: &Random) -> String {
    matters::draw_number(LETTERS, at, random)
}

/// Number and tracking code as page and interface read what was typed: each in its one written form.
pub struct Keys {
    /// The number; where it cannot be one of ours, what was typed.
    pub number: String,
    /// The tracking code.
    pub code: String,
    /// What is wrong with the number, in the words of whoever counts its check character.
    pub wrong: Option<String>,
}

impl Keys {
    /// Reads what was typed.
    pub fn read(number: &str, code: &str) -> Keys {
        let code = matters::written(code);
        match matters::read_number(LETTERS, number) {
            Ok(number) => Keys { number, code, wrong: None },
            Err(wrong) => Keys { number: number.trim().to_owned(), code, wrong: Some(wrong) },
        }
    }
}

/// Makes a tracking code of eight characters.
pub fn tracking_code(random: &Random) -> String {
    letters(8, random)
}

/// What is stored of a tracking code: it cannot be read back.
pub fn tracking_digest(number: &str, code: &str) -> String {
    sm3_hex(format!("{number}\n{}", written(code)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_does_not_depend_on_case_and_blanks() {
        assert_eq!(tracking_digest("SQ1", " ab12cd34 "), tracking_digest("SQ1", "AB12CD34"));
        assert_ne!(tracking_digest("SQ1", "AB12CD34"), tracking_digest("SQ2", "AB12CD34"));
    }
}
