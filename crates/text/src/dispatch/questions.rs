//! What to ask where the first two proposals lie close: which of two things that the text tells is the main one.

use super::features::{GAP, Signs};
use super::model::Machine;
use super::terms::Reading;

/// How many words are tried on each side.
const TRIES: usize = 3;

/// A question to the clerk whose answers decide between the first two labels, in Chinese. It names two words of the text, one that
/// speaks for each, and only such that without the one the other's label would be ahead; none where no such words are.
pub(crate) fn between(
    machine: &Machine,
    reading: &Reading<'_>,
    first: usize,
    second: usize,
) -> Option<String> {
    let one = pivot(machine, reading, first, second)?;
    let other = reading.apart(second, first).into_iter().find(|word| !alike(word, &one))?;
    Some(format!(
        "主要是“{}”的事，还是“{}”的事？前者宜派第一个建议单位，后者宜派第二个。",
        one.iter().collect::<String>(),
        other.iter().collect::<String>()
    ))
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
