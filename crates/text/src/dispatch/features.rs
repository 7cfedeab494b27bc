//! A text as learning sees it: runs of one to three signs, without marks of masked data.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::matters;
use crate::mask::{self, mask};
use crate::normalize::{is_han, is_word, normalize};

/// Longer texts say nothing new; what stands behind is not read.
const LONGEST: usize = 4000;

/// A text prepared for learning: masked, in one form, cut into signs.
pub(crate) struct Signs(pub Vec<char>);

/// Stands for everything that parts words.
pub(crate) const GAP: char = '\0';
/// Stands for masked personal data: that there was some says something, what it was is not known.
pub(crate) const MARK: char = '□';

impl Signs {
    pub fn of(text: &str) -> Signs {
        let head: String = text.chars().take(LONGEST).collect();
        let mut signs = Vec::with_capacity(head.len() / 3);
        let mut marked = false;
        let plain = normalize(&mask(&head));
        let mut rest = plain.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                // Chinese is written without blanks: one between two signs is an accident of typing or a text cut into words.
                ' ' if !marked
                    && signs.last().copied().is_some_and(is_han)
                    && rest.peek().copied().is_some_and(is_han) => {}
                mask::OPEN => {
                    marked = true;
                    signs.push(MARK);
                }
                mask::CLOSE => marked = false,
                _ if marked => {}
                _ if is_word(c) => signs.push(c),
                _ if signs.last().is_some_and(|c| *c != GAP) => signs.push(GAP),
                _ => {}
            }
        }
        Signs(signs)
    }

    /// Calls with the key, the place and the length of each run of 1 to 3 signs; all digits are alike.
    pub fn each(&self, mut with: impl FnMut(u64, usize, usize)) {
        for at in 0..self.0.len() {
            let mut key = 1u64;
            for (n, c) in self.0[at..].iter().take(3).enumerate() {
                if *c == GAP {
                    break;
                }
                key = longer(key, *c);
                with(key, at, n + 1);
            }
        }
    }

    /// How many signs are words.
    pub fn words(&self) -> usize {
        self.0.iter().filter(|c| **c != GAP && **c != MARK).count()
    }
}

/// The key of a run with one more sign. Three signs fill 63 bits; the leading one tells runs of different length apart.
fn longer(key: u64, sign: char) -> u64 {
    key << 21 | if sign.is_ascii_digit() { '0' } else { sign } as u64
}

/// How many signs the run of a key has; 0 for a phrase of the lexicon and for matters.
pub(crate) fn length(key: u64) -> usize {
    match 63 - key.max(1).leading_zeros() {
        63 => 3,
        42 => 2,
        21 => 1,
        _ => 0,
    }
}

/// The phrases of the lexicon, to be found in texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Phrases {
    /// Sorted, each once.
    pub all: Vec<String>,
    starts: KeyMap<Vec<(Vec<char>, u64)>>,
}

impl Phrases {
    pub fn new(phrases: impl IntoIterator<Item = String>) -> Phrases {
        let all: BTreeSet<String> = phrases.into_iter().collect();
        let mut starts: KeyMap<Vec<(Vec<char>, u64)>> = KeyMap::default();
        for phrase in &all {
            let signs = Signs::of(phrase).0;
            let Some(first) = signs.first().copied().filter(|_| !signs.contains(&MARK)) else { continue };
            let hash = signs.iter().fold(7u64, |h, c| (h ^ *c as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            // Between the keys of runs of two and of three signs.
            starts.entry(first as u64).or_default().push((signs, hash >> 2 | 1 << 62));
        }
        Phrases { all: all.into_iter().collect(), starts }
    }

    /// Calls with the key, the place and the length of each phrase in a text.
    pub fn each(&self, text: &Signs, mut with: impl FnMut(u64, usize, usize)) {
        for at in 0..text.0.len() {
            for (signs, key) in self.starts.get(&(text.0[at] as u64)).into_iter().flatten() {
                if text.0[at..].starts_with(signs) {
                    with(*key, at, signs.len());
                }
            }
        }
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

/// Which runs and phrases are known, and their numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vocabulary {
    pub keys: Vec<u64>,
    /// How frequent each is, in sixteenths of the natural logarithm of the texts that hold it.
    pub frequencies: Vec<u8>,
    pub phrases: Phrases,
    pub numbers: KeyMap<u32>,
}

/// Known runs of a text by number, with their values.
pub(crate) type Row = Vec<(u32, f32)>;

impl Vocabulary {
    pub fn new(keys: Vec<u64>, frequencies: Vec<u8>, phrases: Phrases) -> Vocabulary {
        let numbers = keys.iter().enumerate().map(|(i, key)| (*key, i as u32)).collect();
        Vocabulary { keys, frequencies, phrases, numbers }
    }

    /// The runs, phrases and matters that occur in at least `least` texts, at most `most`, the most frequent first; and in how many each is.
    pub fn learn(texts: &[&Signs], phrases: Phrases, least: u32, most: usize) -> (Vocabulary, Vec<u32>) {
        let mut counts: KeyMap<(u32, u32)> = KeyMap::default();
        for (i, text) in texts.iter().enumerate() {
            let mut count = |key, _, _| {
                let entry = counts.entry(key).or_insert((0, u32::MAX));
                if entry.1 != i as u32 {
                    *entry = (entry.0 + 1, i as u32);
                }
            };
            text.each(&mut count);
            phrases.each(text, &mut count);
            matters::each(text, &mut count);
            matters::meetings(text, |key| count(key, 0, 0));
        }
        let mut kept: Vec<(u32, u64)> =
            counts.iter().filter(|(_, (n, _))| *n >= least).map(|(key, (n, _))| (*n, *key)).collect();
        kept.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        kept.truncate(most);
        let (counts, keys): (Vec<u32>, Vec<u64>) = kept.into_iter().unzip();
        let frequencies = counts.iter().map(|n| ((*n as f32).ln() * 16.0) as u8).collect();
        (Vocabulary::new(keys, frequencies, phrases), counts)
    }

    /// The natural logarithm of the number of texts that hold a run of at most three signs; `None` for one that is not known.
    pub fn frequency(&self, run: &[char]) -> Option<f32> {
        let number = self.numbers.get(&run.iter().fold(1, |key, c| longer(key, *c)))?;
        Some(f32::from(self.frequencies[*number as usize]) / 16.0)
    }

    /// The row of a text: tamed counts, longer texts scaled down almost to the length of short ones.
    pub fn row(&self, text: &Signs) -> Row {
        let mut found: Vec<u32> = Vec::with_capacity(text.0.len() * 3);
        text.each(|key, _, _| found.extend(self.numbers.get(&key)));
        self.phrases.each(text, |key, _, _| found.extend(self.numbers.get(&key)));
        matters::each(text, |key, _, _| found.extend(self.numbers.get(&key)));
        matters::meetings(text, |key| found.extend(self.numbers.get(&key)));
        found.sort_unstable();
        let mut row: Row = Vec::with_capacity(found.len());
        for number in found {
            match row.last_mut() {
                Some((last, count)) if *last == number => *count += 1.0,
                _ => row.push((number, 1.0)),
            }
        }
        for (_, value) in &mut row {
            *value = 1.0 + value.ln();
        }
        let length = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(1e-9).powf(0.85);
        row.iter_mut().for_each(|(_, v)| *v /= length);
        row
    }
}
