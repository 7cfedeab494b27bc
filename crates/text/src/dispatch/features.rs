//! A text as learning sees it: runs of one to three signs, without marks of masked data.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::mask::{self, mask};
use crate::normalize::{is_word, normalize};

/// Longer texts say nothing new; what stands behind is not read.
const LONGEST: usize = 4000;

/// A text prepared for learning: masked, in one form, cut into signs; what is no word is 0.
pub(crate) struct Signs(pub Vec<char>);

/// Stands for everything that parts words.
pub(crate) const GAP: char = '\0';

impl Signs {
    pub fn of(text: &str) -> Signs {
        let head: String = text.chars().take(LONGEST).collect();
        let mut signs = Vec::with_capacity(head.len() / 3);
        let mut marked = false;
        for c in normalize(&mask(&head)).chars() {
            match c {
                mask::OPEN => marked = true,
                mask::CLOSE => marked = false,
                _ if marked => {}
                _ if is_word(c) => {
                    signs.push(c);
                    continue;
                }
                _ => {}
            }
            if signs.last().is_some_and(|c| *c != GAP) {
                signs.push(GAP);
            }
        }
        Signs(signs)
    }

    /// Calls with the key and the place of each run of 1 to 3 signs.
    pub fn each(&self, mut with: impl FnMut(u64, usize, usize)) {
        for at in 0..self.0.len() {
            let mut key = 1u64;
            for (n, c) in self.0[at..].iter().take(3).enumerate() {
                if *c == GAP {
                    break;
                }
                key = key << 21 | *c as u64;
                // Three signs fill 63 bits; the guard bit of a run of three is shifted out to the top.
                with(key, at, n + 1);
            }
        }
    }

    /// How many signs are words.
    pub fn words(&self) -> usize {
        self.0.iter().filter(|c| **c != GAP).count()
    }
}

/// Hashes a key that is already well mixed enough by one multiplication.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

pub(crate) type KeyMap<V> = HashMap<u64, V, BuildHasherDefault<KeyHasher>>;

/// Which runs are known, and their numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vocabulary {
    pub keys: Vec<u64>,
    pub numbers: KeyMap<u32>,
}

impl Vocabulary {
    pub fn new(keys: Vec<u64>) -> Vocabulary {
        let numbers = keys.iter().enumerate().map(|(i, key)| (*key, i as u32)).collect();
        Vocabulary { keys, numbers }
    }

    /// The runs that occur in at least `least` texts, the most frequent `most`, in a fixed order.
    pub fn learn(texts: &[&Signs], least: u32, most: usize) -> Vocabulary {
        let mut counts: KeyMap<(u32, u32)> = KeyMap::default();
        for (i, text) in texts.iter().enumerate() {
            text.each(|key, _, _| {
                let entry = counts.entry(key).or_insert((0, u32::MAX));
                if entry.1 != i as u32 {
                    *entry = (entry.0 + 1, i as u32);
                }
            });
        }
        let mut kept: Vec<(u32, u64)> =
            counts.iter().filter(|(_, (n, _))| *n >= least).map(|(key, (n, _))| (*n, *key)).collect();
        kept.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        kept.truncate(most);
        Vocabulary::new(kept.into_iter().map(|(_, key)| key).collect())
    }

    /// The known runs of a text with their values, of length 1 together.
    pub fn row(&self, text: &Signs) -> Vec<(u32, f32)> {
        let mut found: Vec<u32> = Vec::with_capacity(text.0.len() * 3);
        text.each(|key, _, _| found.extend(self.numbers.get(&key)));
        found.sort_unstable();
        let mut row: Vec<(u32, f32)> = Vec::with_capacity(found.len());
        for number in found {
            match row.last_mut() {
                Some((last, count)) if *last == number => *count += 1.0,
                _ => row.push((number, 1.0)),
            }
        }
        for (_, value) in &mut row {
            *value = 1.0 + value.ln();
        }
        let length = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(1e-9);
        row.iter_mut().for_each(|(_, v)| *v /= length);
        row
    }
}
