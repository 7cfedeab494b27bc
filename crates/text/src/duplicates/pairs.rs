//! The sweep: all pairs in a set of texts that tell one matter.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::compare::Evidence;
use super::passages::passages;
use super::rarity::Rarity;
use super::told::{Cut, GAP, Told, WHERE, whole};
use super::{Note, Options, Pair, in_window};

/// A pair of signs in more texts than these finds no candidates: those it would find share rarer ones, too.
const COMMON: usize = 1500;

/// Fewer texts do not say what is rare.
const FEW: usize = 300;

/// So many words of a text that is too short for a passage are shown.
const OWN: usize = 12;

/// Keys are mixed already: the hash of one is itself.
#[derive(Default)]
pub(crate) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }
    fn write_u32(&mut self, key: u32) {
        // A table chooses by the upper bits, too.
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

pub(crate) type Mixed = BuildHasherDefault<Same>;

/// A set of texts, prepared once.
pub(crate) struct Set {
    pub told: Vec<Told>,
    pub rarity: Rarity,
    /// The weight of what each text says of its matter.
    whats: Vec<f32>,
}

impl Set {
    /// These texts; the first `usual` of them say what is rare, or all if those are few.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>, usual: usize) -> Set {
        let told: Vec<Told> = texts.map(|text| Told::of(&Cut::of(text))).collect();
        let mut rarity = Rarity::new();
        let usual = if usual < FEW { told.len() } else { usual };
        told.iter().take(usual).for_each(|told| rarity.count(&told.keys));
        let what = |told: &Told| {
            told.keys.iter().filter(|key| **key & WHERE == 0).map(|key| rarity.weight(*key)).sum()
        };
        let whats = told.iter().map(what).collect();
        Set { told, rarity, whats }
    }

    /// Calls with every two of these texts that may reach `least` by what `at_most` says of their
    /// likeness and shared weight, of each with at most
    /// `closest` of those that stand before it: the one that stands first, the other, the evidence.
    pub fn each(
        &self,
        among: &[usize],
        may: impl Fn(usize, usize) -> bool,
        at_most: fn(f32, f32) -> f64,
        least: f64,
        closest: usize,
        mut with: impl FnMut(usize, usize, Evidence),
    ) {
        let mut holders: HashMap<u32, Vec<u32>, Mixed> = HashMap::default();
        let mut shared: Vec<f32> = vec![0.0; self.told.len()];
        let mut met: Vec<u32> = Vec::new();
        for i in among.iter().copied() {
            for key in &self.told[i].keys {
                let weight = self.rarity.weight(*key);
                if weight <= 0.0 {
                    continue;
                }
                let holders = holders.entry(*key & !WHERE).or_default();
                if holders.len() < COMMON {
                    for other in holders.iter() {
                        let sum = &mut shared[*other as usize];
                        if *sum == 0.0 {
                            met.push(*other);
                        }
                        *sum += weight;
                    }
                    holders.push(i as u32);
                }
            }
            let mut bounds: Vec<(f64, usize)> = Vec::new();
            for other in met.drain(..) {
                let j = other as usize;
                let weight = std::mem::take(&mut shared[j]);
                let bound = at_most(self.likeness_at_most(i, j, weight), weight);
                if bound >= least && may(j, i) {
                    bounds.push((bound, j));
                }
            }
            if bounds.len() > closest {
                bounds.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
                bounds.truncate(closest);
            }
            for (_, j) in bounds {
                with(j, i, Evidence::of(&self.told[j], &self.told[i], &self.rarity));
            }
        }
    }

    /// How alike two texts can be at most that share this weight, names of places included.
    fn likeness_at_most(&self, i: usize, j: usize, shared: f32) -> f32 {
        let (a, b) = (self.whats[i], self.whats[j]);
        shared * (2.0 / ((a + b) * a.min(b))).sqrt()
    }
}

/// All pairs above the cut, best first; those of one text twice before all others.
pub(crate) fn sweep(notes: &[Note<'_>], options: &Options) -> Vec<Pair> {
    let set = Set::of(notes.iter().map(|note| note.text), notes.len());
    let all: Vec<usize> = (0..notes.len()).collect();
    let wholes: Vec<Option<u64>> = notes.iter().map(|note| whole(note.text)).collect();
    let same = |a: usize, b: usize| wholes[a].is_some() && wholes[a] == wholes[b];
    let near = |a: usize, b: usize| in_window(notes[a].at, notes[b].at, options.days);
    let mut found = twice(&wholes, near);
    set.each(&all, near, Evidence::similar_at_most, options.cut, usize::MAX, |a, b, evidence| {
        let similarity = evidence.similarity();
        if similarity >= options.cut && !same(a, b) {
            found.push((a, b, similarity));
        }
    });
    found.sort_by(|x, y| {
        let (one, other) = (same(x.0, x.1), same(y.0, y.1));
        other.cmp(&one).then(y.2.total_cmp(&x.2)).then((x.0, x.1).cmp(&(y.0, y.1)))
    });
    let both_say = |a: usize, b: usize| {
        let seen = |key| set.rarity.frequency(key) as usize;
        let (one, other) = (notes[a].text, notes[b].text);
        passages(Cut::of(one), &Cut::of(other), |key| set.rarity.weight(key), seen)
    };
    let with_passages = |(a, b, similarity): (usize, usize, f64)| {
        let mut shared = both_say(a, b);
        if shared.is_empty() && same(a, b) {
            shared = own_words(notes[a].text);
        } else if shared.is_empty() {
            // The same passages may be parted otherwise in the order of the other text.
            shared = both_say(b, a);
        }
        // Without a passage nobody could tell why the two should be one.
        (!shared.is_empty()).then_some(Pair { a, b, similarity, shared })
    };
    found.into_iter().filter_map(with_passages).collect()
}

/// Every two texts in the window that are one text twice.
fn twice(wholes: &[Option<u64>], near: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize, f64)> {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (i, whole) in wholes.iter().enumerate() {
        let Some(whole) = whole else { continue };
        let holders = holders.entry(*whole).or_default();
        found.extend(holders.iter().filter(|j| near(**j, i)).map(|j| (*j, i, 1.0)));
        if holders.len() < COMMON {
            holders.push(i);
        }
    }
    found
}

/// What a text says that stands there twice, however common its words are.
fn own_words(text: &str) -> Vec<String> {
    let words = passages(Cut::of(text), &Cut::of(text), |_| f32::INFINITY, |_| 0);
    if !words.is_empty() {
        return words;
    }
    let cut = Cut::of(text);
    let said = cut.tokens.iter().filter(|token| token.key != GAP).take(OWN);
    let said: String = said.flat_map(|token| &cut.signs[token.from as usize..token.to as usize]).collect();
    if said.is_empty() { Vec::new() } else { vec![said] }
}
