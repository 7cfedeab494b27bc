//! The written form in which texts are compared, and what counts as a word.

pub use huitong_codes::text::{fold, is_han, is_word, normalize};
