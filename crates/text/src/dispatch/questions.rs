//! What to ask where the first two proposals lie close: which of two things that the text tells is the main one.

use super::features::{GAP, Signs};
use super::model::Machine;
use super::terms::Reading;

/// How many words are tried on each side.
const TRIES: usize = 3;

/// What decides between the first two proposals: two words of the text, one that speaks for each. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The word for the first proposal, and the word for the second.
    pub words: [String; 2],
}

impl Question {
    /// Asks the clerk, in Chinese; the two proposals by the names that the clerk knows.
    pub fn ask(&self, first: &str, second: &str) -> String {
        let [one, other] = &self.words;
        format!("主要是“{one}”的事，还是“{other}”的事？前者宜派{first}，后者宜派{second}。")
    }
}

/// A question whose answers decide between the first two labels. Without the one word the other's label would be ahead; none where
/// no such words are.
pub(crate) fn between(
    machine: &Machine,
    reading: &Reading<'_>,
    first: usize,
    second: usize,
) -> Option<Question> {
    let one = pivot(machine, reading, first, second)?;
    let other = reading.apart(second, first).into_iter().find(|word| !alike(word, &one))?;
    Some(Question { words: [one.iter().collect(), other.iter().collect()] })
}

/// The word without which the second label would be ahead.
fn pivot(machine: &Machine, reading: &Reading<'_>, first: usize, second: usize) -> Option<Vec<char>> {
    reading.apart(first, second).into_iter().take(TRIES).find(|word| {
        let scores = machine.scores(&without(reading.signs(), word));
        scores[second] > scores[first]
    })
}

fn alike(a: &[char], b: &[char]) -> bool {
    a.windows(2).any(|pair| b.windows(2).any(|other| pair == other))
}

fn without(signs: &Signs, word: &[char]) -> Signs {
    let mut left = signs.0.clone();
    let places: Vec<usize> = (0..left.len()).filter(|at| left[*at..].starts_with(word)).collect();
    places.into_iter().for_each(|at| left[at..at + word.len()].fill(GAP));
    Signs(left)
}
