//! A text as comparing sees it: pairs of neighbouring signs as compact keys, and the places it names.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::places::{Place, places};
use crate::mask::{self, mask};
use crate::normalize::{fold, is_han, is_word, normalize};

/// What stands behind these many signs is not read: whoever tells the same matter tells it at the beginning.
const LONGEST: usize = 4000;

/// The smallest thing that is compared: one Chinese sign, or one run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// The sign itself, or the hash of the run; `GAP` parts words.
    pub key: u32,
    /// Where it begins and ends in the masked text, in signs.
    pub from: u32,
    /// The end, exclusive.
    pub to: u32,
}

/// Stands for all that parts words, and for masked personal data.
pub(crate) const GAP: u32 = 0;
const RUN: u32 = 1 << 31;
const DIGITS: u32 = 1 << 30;

impl Token {
    /// Whether it is a number.
    pub fn number(self) -> bool {
        self.key & (RUN | DIGITS) == RUN | DIGITS
    }

    /// Whether it is a run of letters and digits.
    pub fn run(self) -> bool {
        self.key & RUN != 0
    }

    /// The sign, if it is one.
    pub fn sign(self) -> Option<char> {
        if self.run() || self.key == GAP { None } else { char::from_u32(self.key) }
    }
}

/// A masked text cut into tokens.
pub(crate) struct Cut {
    /// The masked text, sign by sign, as it was written.
    pub signs: Vec<char>,
    pub tokens: Vec<Token>,
}

impl Cut {
    pub fn of(text: &str) -> Cut {
        let head: String = text.chars().take(LONGEST).collect();
        let signs: Vec<char> = mask(&head).chars().collect();
        let mut tokens: Vec<Token> = Vec::with_capacity(signs.len());
        let (mut at, mut marked) = (0, false);
        while at < signs.len() {
            let from = at as u32;
            let Some(c) = fold(signs[at]) else {
                at += 1;
                continue;
            };
            at += 1;
            let key = match c {
                mask::OPEN => {
                    marked = true;
                    GAP
                }
                mask::CLOSE => {
                    marked = false;
                    GAP
                }
                _ if marked => GAP,
                _ if is_han(c) => c as u32,
                _ if is_word(c) => {
                    let (mut hash, mut digits) = (mix(7, c as u32), c.is_ascii_digit());
                    let more = |at: usize| {
                        signs.get(at).and_then(|c| fold(*c)).filter(|c| is_word(*c) && !is_han(*c))
                    };
                    while let Some(c) = more(at) {
                        hash = mix(hash, c as u32);
                        digits &= c.is_ascii_digit();
                        at += 1;
                    }
                    hash & (DIGITS - 1) | RUN | if digits { DIGITS } else { 0 }
                }
                _ => GAP,
            };
            if key != GAP || tokens.last().is_some_and(|last| last.key != GAP) {
                tokens.push(Token { key, from, to: at as u32 });
            }
        }
        Cut { signs, tokens }
    }

    /// The key of the pair that begins at a token; `None` where a gap parts the two.
    pub fn pair(&self, at: usize) -> Option<u32> {
        match (self.tokens.get(at), self.tokens.get(at + 1)) {
            (Some(a), Some(b)) if a.key != GAP && b.key != GAP => Some(pair(*a, *b)),
            _ => None,
        }
    }
}

/// A hash of the whole text in its one written form and without blanks, to know one text told twice; `None` where it holds no
/// word.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let plain: String = normalize(text).split(' ').collect();
    let mut hasher = DefaultHasher::new();
    plain.hash(&mut hasher);
    plain.chars().any(is_word).then(|| hasher.finish())
}

/// The key of two neighbouring tokens.
pub(crate) fn pair(a: Token, b: Token) -> u32 {
    mix(mix(0x51, a.key), b.key)
}

fn mix(hash: u32, next: u32) -> u32 {
    let mixed = (u64::from(hash) << 32 | u64::from(next)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_shr(32) as u32
}

/// What is kept of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told {
    /// The keys of its pairs, sorted, each once; those with [`WHERE`] belong to names of places, the others say what the matter is.
    pub keys: Vec<u32>,
    pub places: Vec<Place>,
    /// Which of the keys were kept.
    pub sieve: Sieve,
}

/// Marks the key of a pair that belongs to the name of a place; the bits above it are the pair.
pub(crate) const WHERE: u32 = 1;

impl Told {
    pub fn of(cut: &Cut) -> Told {
        let named = places(&cut.tokens);
        let mut keys: Vec<u32> = Vec::with_capacity(cut.tokens.len());
        let mut inside = vec![0; cut.tokens.len()];
        for (_, zone) in &named.zones {
            inside[zone.start..zone.end.min(cut.tokens.len())].fill(WHERE);
        }
        for at in 1..cut.tokens.len() {
            keys.extend(cut.pair(at - 1).map(|key| key & !WHERE | inside[at - 1] & inside[at]));
        }
        keys.sort_unstable();
        // Of both kinds of one pair the one in a name stays.
        keys.dedup_by(|next, kept| {
            let same = *next & !WHERE == *kept & !WHERE;
            *kept |= if same { *next & WHERE } else { 0 };
            same
        });
        Told { keys, places: named.places, sieve: Sieve::default() }
    }

    /// Whether a pair is in the text.
    pub fn has(&self, key: u32) -> bool {
        self.keys.binary_search_by_key(&key, |own| own & !WHERE).is_ok()
    }

    /// Keeps about `most` keys of the matter and all of the places.
    pub fn sift(&mut self, most: usize) {
        let what = self.keys.iter().filter(|key| **key & WHERE == 0).count();
        if what > most {
            let sieve = Sieve(((u64::from(u32::MAX) * most as u64) / what as u64) as u32);
            self.keys.retain(|key| *key & WHERE != 0 || sieve.passes(*key));
            self.sieve = sieve;
        }
    }
}

/// A choice of pairs that is the same in all texts, so that chosen parts of two texts can be held against each other.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Sieve(pub u32);

impl Default for Sieve {
    fn default() -> Sieve {
        Sieve(u32::MAX)
    }
}

impl Sieve {
    /// The stricter one.
    pub fn min(self, other: Sieve) -> Sieve {
        Sieve(self.0.min(other.0))
    }

    /// Whether it lets a key through.
    pub fn passes(self, key: u32) -> bool {
        (key & !WHERE).wrapping_mul(0x9e37_79b1).rotate_left(16).wrapping_mul(0x85eb_ca6b) <= self.0
    }

    /// Which share of all keys passes.
    pub fn share(self) -> f32 {
        (self.0 as f32 / u32::MAX as f32).max(1e-6)
    }
}
