//! What the code hands in for procedures: the words a definition may use of it.

use crate::condition::FactDef;
use crate::pack::field::Field;
use crate::pack::vocabulary::Word;

/// What the code knows of one procedure, or of every procedure that has no code of its own.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The procedure that has its own table and pages; none: all that have not.
    pub key: Option<&'static str>,
    /// Whether this is what the code knows of the entries of every register.
    pub entries: bool,
    /// Facts of its matters.
    pub facts: Vec<FactDef>,
    /// Named checks.
    pub guards: Vec<Word>,
    /// Named effects.
    pub effects: Vec<Word>,
    /// Instants that can be stamped, people that can be remembered, marks that can be set; any where empty.
    pub marks: Vec<Word>,
    /// Whom a notice can go to.
    pub recipients: Vec<Word>,
    /// Placeholders of sentences, notices and templates, without braces.
    pub placeholders: Vec<Word>,
    /// Limits that are as long as a choice says, by the word the pack has for them.
    pub lengths: Vec<LimitWord>,
    /// The same for what is known of an entry from the rows within it: by its key, and whether it is a number.
    pub derived: Option<fn(&str, bool) -> String>,
    /// The column, as it stands in SQL, in which lists find what a field says; none where it has none.
    pub column: Option<fn(&Field) -> Option<String>>,
}

impl Words {
    /// The placeholders with the word for each.
    pub(super) fn named(&self) -> Vec<(String, String)> {
        self.placeholders.iter().map(|word| (word.key.to_owned(), word.label.to_owned())).collect()
    }
}

/// A limit that is as long as the choice of a fact says (`按类型`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitWord {
    /// As the pack says it.
    pub word: &'static str,
    /// The fact whose choice decides.
    pub fact: &'static str,
    /// Which of the lengths of that choice.
    pub length: &'static str,
}
