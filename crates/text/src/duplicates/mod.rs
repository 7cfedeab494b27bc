//! The same matter told twice: the same complaint about the same place in the same weeks.

pub(crate) mod compare;
mod index;
pub(crate) mod pairs;
mod passages;
pub(crate) mod people;
pub(crate) mod places;
mod postings;
pub(crate) mod rarity;
pub(crate) mod told;

pub use index::Index;

use passages::passages;
use rarity::Rarity;
use told::Cut;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A text and when it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note<'a> {
    /// What the person wrote, with title or without; masked here before anything is made of it. Only the first 4000 signs are read.
    pub text: &'a str,
    /// UTC milliseconds; a text without time is in every window.
    pub at: Option<i64>,
}

impl<'a> Note<'a> {
    /// A text without time.
    pub fn new(text: &'a str) -> Note<'a> {
        Note { text, at: None }
    }
}

/// What counts as the same matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How many days two texts may lie apart; `None` for any time.
    pub days: Option<u32>,
    /// The similarity from which on two texts tell one matter, 0 to 1.
    pub cut: f64,
}

impl Default for Options {
    fn default() -> Options {
        Options { days: Some(30), cut: 0.45 }
    }
}

/// A text of the index that tells the matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The number that [`Index::insert`] gave.
    pub item: u32,
    /// 0 to 1, at least the cut.
    pub similarity: f64,
}

/// Two texts of a set that tell one matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Place of the first text in the set.
    pub a: usize,
    /// Place of the second, behind the first.
    pub b: usize,
    /// 0 to 1, at least the cut; 1 for one text twice.
    pub similarity: f64,
    /// What both say, in the words of the first: one to five passages, no personal data as far as it is known by its
    /// form, mere forms of words only where the whole texts are the same.
    pub shared: Vec<String>,
}

/// All pairs of a set that tell one matter, best first; the order of the set makes no difference to what is found.
pub fn pairs(notes: &[Note<'_>], options: &Options) -> Vec<Pair> {
    pairs::sweep(notes, options)
}

/// What two texts both say, in the words of the first: up to five passages in its order, no personal data as far as it is known
/// by its form, never mere forms of
/// words.
pub fn shared(a: &str, b: &str) -> Vec<String> {
    let rarity = Rarity::new();
    // Nothing has been counted: only titles and introductions tell who is a person.
    passages(Cut::of(a), &Cut::of(b), |key| rarity.weight(key), |_| 5)
}

/// Whether two instants lie no more than these days apart, as far as they are known.
fn in_window(a: Option<i64>, b: Option<i64>, days: Option<u32>) -> bool {
    match (a, b, days) {
        (Some(a), Some(b), Some(days)) => a.abs_diff(b) <= u64::from(days) * DAY as u64,
        _ => true,
    }
}
