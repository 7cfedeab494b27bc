//! The sweep: all pairs in a set of texts that tell one matter.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::compare::Evidence;
use super::passages::passages;
use super::rarity::Rarity;
use super::told::{Cut, Told, WHERE};
use super::{Note, Options, Pair, in_window};

/// A pair of signs in more texts than these finds no candidates: those it would find share rarer ones, too.
const COMMON: usize = 1500;

/// Fewer texts do not say what is rare.
const FEW: usize = 300;

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

/// All pairs above the cut, best first.
pub(crate) fn sweep(notes: &[Note<'_>], options: &Options) -> Vec<Pair> {
    let set = Set::of(notes.iter().map(|note| note.text), notes.len());
    let all: Vec<usize> = (0..notes.len()).collect();
    let near = |a: usize, b: usize| in_window(notes[a].at, notes[b].at, options.days);
    let mut found: Vec<(usize, usize, f64)> = Vec::new();
    set.each(&all, near, Evidence::similar_at_most, options.cut, usize::MAX, |a, b, evidence| {
        let similarity = evidence.similarity();
        if similarity >= options.cut {
            found.push((a, b, similarity));
        }
    });
    found.sort_by(|x, y| y.2.total_cmp(&x.2).then((x.0, x.1).cmp(&(y.0, y.1))));
    let passages_of = |(a, b, similarity): (usize, usize, f64)| {
        let weight = |key| set.rarity.weight(key);
        let seen = |key| set.rarity.frequency(key) as usize;
        let shared = passages(Cut::of(notes[a].text), &Cut::of(notes[b].text), weight, seen);
        Pair { a, b, similarity, shared }
    };
    found.into_iter().map(passages_of).collect()
}
