//! What the code behind a pack knows: what a pack may name of it, each with its meaning.

use super::definition::Words;
use super::needs::{Need, Needed};
use super::part::{PartReader, Question};

/// One word the pack may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written in the pack (`opinion.receive`).
    pub key: &'static str,
    /// What it is, in Chinese.
    pub label: &'static str,
}

/// Everything a pack may refer to in the code; each capability adds its own.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Acts (permissions), dotted: `opinion.receive`.
    pub acts: Vec<Word>,
    /// What it knows of procedures.
    pub procedures: Vec<Words>,
    /// Files of the pack that it reads itself.
    pub parts: Vec<PartReader>,
    /// What examples may ask it.
    pub questions: Vec<Question>,
    /// First words of addresses that are the house's own, so that no definition takes one.
    pub addresses: Vec<String>,
    /// What the code asks for by name.
    pub needs: Vec<Need>,
}

impl Vocabulary {
    /// Adds what another capability knows.
    #[must_use]
    pub fn with(mut self, other: Vocabulary) -> Vocabulary {
        self.acts.extend(other.acts);
        self.procedures.extend(other.procedures);
        self.parts.extend(other.parts);
        self.questions.extend(other.questions);
        self.addresses.extend(other.addresses);
        self.needs.extend(other.needs);
        self
    }
}

/// Makes needs of one kind out of keys and what they are for.
pub fn needs(what: Needed, pairs: &[(&'static str, &'static str)]) -> Vec<Need> {
    pairs.iter().map(|(key, why)| Need { what, key, why }).collect()
}

/// Makes words out of pairs.
pub fn words(pairs: &[(&'static str, &'static str)]) -> Vec<Word> {
    pairs.iter().map(|(key, label)| Word { key, label }).collect()
}
