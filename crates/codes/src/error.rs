//! The one error of this crate: a sentence for the person who typed the code.

use std::fmt;

/// A code that was refused: what is wrong, where, and what to do, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeError {
    /// Position of the first wrong character, counted from 1 in the normalised input, where one can be named.
    pub at: Option<usize>,
    /// The sentence shown beside the field.
    pub message: String,
}

impl CodeError {
    /// Makes a refusal that concerns the whole input.
    pub fn new(message: impl Into<String>) -> Self {
        Self { at: None, message: message.into() }
    }

    /// Makes a refusal that points at the character `at`, counted from 1.
    pub fn at(at: usize, message: impl Into<String>) -> Self {
        Self { at: Some(at), message: message.into() }
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CodeError {}

/// Says how far a length is from the right one: `应为18位，现有17位（少1位）`.
pub(crate) fn wrong_length(what: &str, want: usize, have: usize) -> CodeError {
    let gap = if have < want { format!("少{}位", want - have) } else { format!("多{}位", have - want) };
    CodeError::new(format!("{what}应为{want}位，现有{have}位（{gap}），请逐位核对"))
}

/// Refuses an empty input.
pub(crate) fn empty(what: &str) -> CodeError {
    CodeError::new(format!("{what}为空，请填写"))
}
