//! Which unit answers for a matter told in own words: models trained on the city's own cases and on the duty lexicon.

mod bytes;
mod calibrate;
mod features;
mod groups;
mod idle;
mod matters;
mod measure;
mod model;
mod parallel;
mod questions;
mod solver;
mod terms;
mod train;

use std::fmt;

pub use bytes::ModelError;
pub use groups::groups;
pub use measure::{LabelReport, Quality, Report, evaluate};
pub use model::Model;
pub use questions::Question;
pub use train::{Options, TrainError, train};

/// A closed case as material for learning: its text and the unit that in the end answered for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What the person wrote; masked before anything is learned from it.
    pub text: String,
    /// The unit of the catalogue, by whatever key the caller uses for it.
    pub label: String,
    /// How much it counts; 1 for an ordinary case, more for the correction of a proposal.
    pub weight: f32,
    /// Cases of one matter carry one key, so that none of them judges what was learned from another; texts that quote or repeat
    /// each other are found without it.
    pub group: Option<String>,
}

impl Example {
    /// An ordinary case.
    pub fn new(text: impl Into<String>, label: impl Into<String>) -> Example {
        Example { text: text.into(), label: label.into(), weight: 1.0, group: None }
    }
}

/// 职能词典: per unit, words of what it does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lexicon {
    rows: Vec<(String, String)>,
}

impl Lexicon {
    /// An empty lexicon.
    pub fn new() -> Lexicon {
        Lexicon::default()
    }

    /// Adds a phrase to a label; empty ones are passed over.
    pub fn add(&mut self, label: &str, phrase: &str) {
        let (label, phrase) = (label.trim(), phrase.trim());
        if !label.is_empty() && !phrase.is_empty() {
            self.rows.push((label.to_owned(), phrase.to_owned()));
        }
    }

    /// Label and phrase, in the order in which they were added.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows.iter().map(|(label, phrase)| (label.as_str(), phrase.as_str()))
    }

    /// Whether it holds no phrase.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<L: AsRef<str>, P: AsRef<str>> FromIterator<(L, P)> for Lexicon {
    fn from_iter<T: IntoIterator<Item = (L, P)>>(rows: T) -> Lexicon {
        let mut lexicon = Lexicon::new();
        for (label, phrase) in rows {
            lexicon.add(label.as_ref(), phrase.as_ref());
        }
        lexicon
    }
}

/// Which labels can be responsible at all; others are never proposed.
#[derive(Clone, Copy)]
pub enum Allowed<'a> {
    /// Every label the model knows.
    All,
    /// Those for which the caller says yes.
    Only(&'a (dyn Fn(&str) -> bool + Sync + 'a)),
}

impl Allowed<'_> {
    /// Whether a label may be proposed.
    pub fn admits(&self, label: &str) -> bool {
        match self {
            Allowed::All => true,
            Allowed::Only(may) => may(label),
        }
    }
}

impl fmt::Debug for Allowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Allowed::All) { "All" } else { "Only(..)" })
    }
}

/// One unit that is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The label, as it was learned.
    pub label: String,
    /// How often such a proposal was right on cases that were held out, 0 to 1.
    pub confidence: f64,
    /// The words of the text that speak for it, strongest first; may be empty; never personal data.
    pub terms: Vec<String>,
}

/// Why a text cannot be judged well; an answer with a doubt is never `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No word is in it.
    Empty,
    /// Too few of its words have been seen before: another language, digits, one word, noise.
    Unfamiliar,
}

/// What a model says of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prediction {
    /// Three to five proposals, best first; fewer where fewer labels may be responsible, none for a text without words.
    pub proposals: Vec<Proposal>,
    /// Whether the first proposal is above the cut at which held-out cases were right as often as
    /// [`Options::auto_precision`] wants.
    pub auto: bool,
    /// Why little should be given on it, if so.
    pub doubt: Option<Doubt>,
    /// What to ask where the first two lie close together: which of two things that the text tells is the main one. None where no
    /// words of the text decide between them.
    pub question: Option<Question>,
}
