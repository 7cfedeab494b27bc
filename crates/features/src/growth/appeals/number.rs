//! Numbers and tracking codes of appeals; pure.

use huitong_kernel::clock::Random;
use huitong_kernel::digest::sm3_hex;

use crate::base::matters::{self, letters};

/// What the number of an appeal begins with.
const LETTERS: &str = "SQ";

/// Makes a number such as `SQ20250314K7Q2XM9`.
pub fn draw(at: i64, random: &Random) -> String {
    matters::draw_number(LETTERS, at, random)
}

/// Whether a typed number can be one of ours: shape and check character.
pub fn plausible(number: &str) -> bool {
    matters::plausible(LETTERS, number)
}

/// Makes a tracking code of eight characters.
pub fn tracking_code(random: &Random) -> String {
    letters(8, random)
}

/// What is stored of a tracking code: it cannot be read back.
pub fn tracking_digest(number: &str, code: &str) -> String {
    sm3_hex(format!("{number}\n{}", code.trim().to_uppercase()).as_bytes())
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
