//! What the code behind a pack knows: acts, facts, guards and placeholders a pack may name, each with its meaning.

use super::needs::{Need, Needed};
use crate::condition::FactDef;

/// One word the pack may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written in the pack (`appeal.sign`).
    pub key: &'static str,
    /// What it is, in Chinese.
    pub label: &'static str,
}

/// Everything a pack may refer to in the code; each capability adds its own.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Acts (permissions), dotted: `appeal.sign`.
    pub acts: Vec<Word>,
    /// Facts that conditions may ask for.
    pub facts: Vec<FactDef>,
    /// Named functions that a flow may use as guards.
    pub guards: Vec<Word>,
    /// Whom a notice can go to.
    pub recipients: Vec<Word>,
    /// Placeholders of sentences, notices and reply templates, without braces.
    pub placeholders: Vec<Word>,
    /// What the code asks for by name.
    pub needs: Vec<Need>,
}

impl Vocabulary {
    /// Adds what another capability knows.
    #[must_use]
    pub fn with(mut self, other: Vocabulary) -> Vocabulary {
        self.acts.extend(other.acts);
        self.facts.extend(other.facts);
        self.guards.extend(other.guards);
        self.recipients.extend(other.recipients);
        self.placeholders.extend(other.placeholders);
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
