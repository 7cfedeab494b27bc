//! The words of a text that speak for a label: words are found by how firmly their signs hang together in the cases learned from.

use super::features::{GAP, MARK, Signs};
use super::idle::tells;
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
/// A word that speaks for another label so much more tells nobody why this one is proposed: less than this part of what it weighs
/// for that one.
const OWN: f32 = 0.5;

/// What names of places end with.
const PLACES: &str = "路街村镇区县道";

/// A text taken apart once, to ask for the words of several labels.
pub(crate) struct Reading<'a> {
    machine: &'a Machine,
    signs: &'a Signs,
    /// Words as place and length; up to `known` those of the lexicon and of matters, behind them what looks like words.
    words: Vec<(usize, usize)>,
    known: usize,
    /// Known runs, phrases and matters: number, mean weight over all labels, place and length.
    found: Vec<(u32, f32, usize, usize)>,
}

impl<'a> Reading<'a> {
    pub fn of(machine: &'a Machine, signs: &'a Signs) -> Reading<'a> {
        let mut found = Vec::with_capacity(signs.0.len() * 3);
        let mut add = |key: u64, at: usize, length: usize| {
            let Some(feature) = machine.vocabulary.numbers.get(&key) else { return };
            let weights = machine.weights(*feature);
            let mean = weights.iter().map(|w| i32::from(*w)).sum::<i32>() as f32 / weights.len() as f32;
            found.push((*feature, mean, at, length));
        };
        signs.each(&mut add);
        machine.vocabulary.phrases.each(signs, &mut add);
        matters::each(signs, &mut add);
        let (words, known) = words(machine, signs);
        Reading { machine, signs, words, known, found }
    }

    /// The words that speak for a label, strongest first.
    pub fn terms(&self, label: usize) -> Vec<String> {
        let strength = self.strengths(label);
        let mut found: Vec<(f32, usize, usize)> = Vec::new();
        for (at, length) in &self.words {
            found.push((strength[*at..at + length].iter().sum(), *at, *length));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(&b.1)));
        let mut most = 0f32;
        let mut shown: Vec<String> = Vec::new();
        for (weight, at, length) in found {
            if weight <= 0.0 || weight < most * WORTH || shown.len() == MOST {
                break;
            }
            let signs = &self.signs.0[at..at + length];
            let word: String = signs.iter().collect();
            let again = shown.iter().any(|s| s.contains(&word) || word.contains(s.as_str()));
            if tells(signs) && !again && self.speaks_for(label, at, length) {
                most = most.max(weight);
                shown.push(word);
            }
        }
        shown
    }

    /// The text itself.
    pub fn signs(&self) -> &Signs {
        self.signs
    }

    /// Known words that speak for one label more than for the other, the strongest first; names of places are none.
    pub fn apart(&self, label: usize, other: usize) -> Vec<Vec<char>> {
        let (own, others) = (self.strengths(label), self.strengths(other));
        let mut found: Vec<(f32, usize, usize)> = Vec::new();
        for (at, length) in &self.words[..self.known] {
            let word = &self.signs.0[*at..at + length];
            let (speaks, against): (f32, f32) =
                (own[*at..at + length].iter().sum(), others[*at..at + length].iter().sum());
            let place = word.last().is_some_and(|c| PLACES.contains(*c));
            if speaks > 0.0 && speaks > against && !place && tells(word) {
                found.push((speaks - against, *at, *length));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, at, length)| self.signs.0[at..at + length].to_vec()).collect()
    }

    /// Whether a word of the text speaks for the label about as much as for any other.
    fn speaks_for(&self, label: usize, at: usize, length: usize) -> bool {
        let mut weights = vec![0f32; self.machine.classes];
        for (feature, mean, from, n) in &self.found {
            let common = (at + length).min(from + n).saturating_sub(at.max(*from));
            let each = self.machine.scales[*feature as usize] * common as f32 / *n as f32;
            let of = self.machine.weights(*feature);
            weights.iter_mut().zip(of).for_each(|(sum, w)| *sum += (f32::from(*w) - mean) * each);
        }
        weights[label] >= OWN * weights.iter().copied().fold(0.0, f32::max)
    }

    /// How much each sign speaks for the label: what its runs, phrases and matters weigh above the mean of all labels, shared out
    /// among their signs.
    fn strengths(&self, label: usize) -> Vec<f32> {
        let mut strength = vec![0f32; self.signs.0.len()];
        for (feature, mean, at, length) in &self.found {
            let above = f32::from(self.machine.weights(*feature)[label]) - mean;
            let each = above * self.machine.scales[*feature as usize] / *length as f32;
            strength[*at..at + length].iter_mut().for_each(|s| *s += each);
        }
        strength
    }
}

/// Words of a text as place and length: phrases of the lexicon and words of matters, whose number is said, and signs that hang
/// together.
fn words(machine: &Machine, signs: &Signs) -> (Vec<(usize, usize)>, usize) {
    let mut words: Vec<(usize, usize)> = Vec::new();
    machine.vocabulary.phrases.each(signs, |_, at, length| words.push((at, length)));
    matters::each(signs, |_, at, length| words.push((at, length)));
    words.retain(|(_, length)| *length > 1);
    let known = words.len();
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
    let (sure, guessed) = words.split_at(known);
    let kept = guessed.iter().filter(|word| !halved(signs, **word, sure));
    (sure.iter().chain(kept).copied().collect(), known)
}

/// Whether a guessed word is likely cut wrong: a known word and one sign of its neighbour, or the end of a place's name.
fn halved(signs: &Signs, (at, length): (usize, usize), sure: &[(usize, usize)]) -> bool {
    let holds = sure.iter().any(|(from, n)| *from >= at && from + n <= at + length && n + 1 == length);
    let place = length == 2 && PLACES.contains(signs.0[at + 1]);
    holds || (place && at > 0 && is_han(signs.0[at - 1]))
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
    // The most frequent stands first.
    let all = vocabulary.frequencies.first().map_or(0.0, |most| f32::from(*most) / 16.0) + 0.1;
    let against_chance = both + all - a - b;
    let faithful = (both - a.min(b)).exp();
    if against_chance > 0.0 && faithful >= 0.5 {
        return faithful;
    }
    against_chance / (all - both).max(0.1)
}
