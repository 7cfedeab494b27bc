//! Closed lists of words: an enum and the words it has in the pack.

/// An enum whose values are written in the pack as words.
pub trait Closed: Copy + PartialEq + 'static {
    /// What the words are, in Chinese, for messages.
    const WHAT: &'static str;
    /// Word and value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// The word of the value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}
