//! The words of a text that speak for a label: words are found by how firmly their signs hang together in the cases learned from.

use super::features::{GAP, MARK, Signs};
use super::matters;
use super::model::Machine;
use crate::normalize::is_han;

/// How many words are shown.
const MOST: usize = 5;
/// How firmly two signs of one word hang together: 0 as often as chance has it, 1 never apart.
const FIRM: f32 = 0.12;
/// How long a word may be.
const LONGEST: usize = 7;
/// A word that weighs less than this part of the strongest is not worth showing.
const WORTH: f32 = 0.3;

/// The words that speak for a label, strongest first.
pub(crate) fn of(machine: &Machine, signs: &Signs, label: usize) -> Vec<String> {
    let strength = strengths(machine, signs, label);
    let mut found: Vec<(f32, String)> = Vec::new();
    for (at, length) in words(machine, signs) {
        let word = &signs.0[at..at + length];
        if word.iter().any(|c| is_han(*c) || c.is_alphabetic()) {
            found.push((strength[at..at + length].iter().sum(), word.iter().collect()));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.len().cmp(&a.1.len())));
    let most = found.first().map_or(0.0, |(weight, _)| *weight);
    let mut shown: Vec<String> = Vec::new();
    for (weight, word) in found {
        let again = shown.iter().any(|s| s.contains(&word) || word.contains(s.as_str()));
        if weight > most * WORTH && weight > 0.0 && shown.len() < MOST && !again {
            shown.push(word);
        }
    }
    shown
}

/// How much each sign speaks for the label: what its runs and phrases weigh above the mean of all labels, shared out among their signs.
fn strengths(machine: &Machine, signs: &Signs, label: usize) -> Vec<f32> {
    let mut strength = vec![0f32; signs.0.len()];
    let mut add = |key: u64, at: usize, length: usize| {
        let Some(feature) = machine.vocabulary.numbers.get(&key) else { return };
        let weights = machine.weights(*feature);
        let mean = weights.iter().map(|w| i32::from(*w)).sum::<i32>() as f32 / weights.len() as f32;
        let weight = (f32::from(weights[label]) - mean) * machine.scales[*feature as usize];
        strength[at..at + length].iter_mut().for_each(|s| *s += weight / length as f32);
    };
    signs.each(&mut add);
    machine.vocabulary.phrases.each(signs, &mut add);
    matters::each(signs, &mut add);
    strength
}

/// Words of a text as place and length: phrases of the lexicon, and signs that hang together.
fn words(machine: &Machine, signs: &Signs) -> Vec<(usize, usize)> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    machine.vocabulary.phrases.each(signs, |_, at, length| words.push((at, length)));
    matters::each(signs, |_, at, length| words.push((at, length)));
    words.retain(|(_, length)| *length > 1);
    let mut links: Vec<f32> = signs.0.windows(2).map(|pair| link(machine, pair)).collect();
    for (at, length) in &words {
        links[*at..at + length - 1].iter_mut().for_each(|link| *link = link.max(1.0));
    }
    let mut at = 0;
    while at < signs.0.len() {
        let length = 1 + links[at..].iter().take_while(|link| **link >= FIRM).count();
        split(&links, at, length, &mut words);
        at += length;
    }
    words
}

/// A run too long for a word is parted at its weakest link.
fn split(links: &[f32], at: usize, length: usize, words: &mut Vec<(usize, usize)>) {
    if length <= LONGEST {
        if length >= 2 {
            words.push((at, length));
        }
        return;
    }
    let weaker = |best: usize, i: usize| if links[i] < links[best] { i } else { best };
    let weakest = (at..at + length - 1).fold(at, weaker);
    split(links, at, weakest + 1 - at, words);
    split(links, weakest + 1, at + length - weakest - 1, words);
}

/// How firmly two signs hang together: their common occurrence against chance, or one of them hardly ever without the other.
fn link(machine: &Machine, pair: &[char]) -> f32 {
    let latin = pair.iter().filter(|c| c.is_ascii_alphanumeric()).count();
    if pair.iter().any(|c| *c == GAP || *c == MARK) || latin == 1 {
        return 0.0;
    }
    if latin == 2 {
        return 1.0;
    }
    let vocabulary = &machine.vocabulary;
    let known =
        (vocabulary.frequency(pair), vocabulary.frequency(&pair[..1]), vocabulary.frequency(&pair[1..]));
    let (Some(both), Some(a), Some(b)) = known else { return 0.0 };
    let all = vocabulary.frequencies.iter().copied().max().map_or(0.0, |most| f32::from(most) / 16.0) + 0.1;
    let against_chance = both + all - a - b;
    let faithful = (both - a.min(b)).exp();
    if against_chance > 0.0 && faithful >= 0.5 {
        return faithful;
    }
    against_chance / (all - both).max(0.1)
}
