//! What appeals are about in any city, as lists of words that mean the same matter; and which matters meet in a text.

use std::sync::LazyLock;

use super::features::{KeyMap, Signs};
use crate::normalize::is_han;

/// One matter a line, its words parted by blanks. Written from general knowledge of what hotlines are called for, not from any
/// city's cases: with few cases a model learns from one word of a matter what another means.
const LIST: &str = include_str!("matters.txt");

/// A word by its signs, and the number of its matter.
type Word = (Vec<char>, u64);

static WORDS: LazyLock<KeyMap<Vec<Word>>> = LazyLock::new(|| {
    let mut starts: KeyMap<Vec<Word>> = KeyMap::default();
    for line in LIST.lines() {
        let matter = number(line);
        for signs in line.split_whitespace().map(|word| Signs::of(word).0) {
            let Some(first) = signs.first() else { continue };
            starts.entry(*first as u64).or_default().push((signs, matter));
        }
    }
    starts
});

/// The number of a matter, from its first word: a list that grows or is put in another order leaves learned models valid.
fn number(line: &str) -> u64 {
    let first = line.split(' ').next().unwrap_or_default();
    mixed(first.chars()) >> (64 - BITS)
}

const BITS: u32 = 24;

fn mixed(signs: impl Iterator<Item = char>) -> u64 {
    signs.fold(7, |h: u64, c| (h ^ c as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}

/// Keys of matters and of their meetings; those of runs and phrases lead with other bits.
const ONE: u64 = 1 << 61;
const TWO: u64 = 1 << 60;
const THERE: u64 = 1 << 59;

/// Calls with the key, the place and the length of each word that names a matter.
pub(crate) fn each(text: &Signs, mut with: impl FnMut(u64, usize, usize)) {
    for at in 0..text.0.len() {
        for (signs, matter) in WORDS.get(&(text.0[at] as u64)).into_iter().flatten() {
            if text.0[at..].starts_with(signs) {
                with(ONE | matter, at, signs.len());
            }
        }
    }
}

/// Calls with the keys of what meets in a text: its matters two by two, and each with each district that is named. Whom a matter
/// belongs to often depends on what else is told and where it is.
pub(crate) fn meetings(text: &Signs, mut with: impl FnMut(u64)) {
    let mut matters = Vec::new();
    each(text, |key, _, _| matters.push(key ^ ONE));
    matters.sort_unstable();
    matters.dedup();
    let districts = districts(text);
    for (i, matter) in matters.iter().enumerate() {
        matters[i + 1..].iter().for_each(|other| with(TWO | matter << BITS | other));
        districts.iter().for_each(|district| with(THERE | (district ^ matter << 40) >> 6));
    }
}

/// The names of districts and counties in a text, as numbers: two signs and 区 or 县.
fn districts(text: &Signs) -> Vec<u64> {
    let named =
        |run: &&[char]| matches!(run[2], '区' | '县') && run[1] != '小' && run.iter().all(|c| is_han(*c));
    let mut all: Vec<u64> = text.0.windows(3).filter(named).map(|run| mixed(run.iter().copied())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn met(text: &str) -> BTreeSet<u64> {
        let mut all = BTreeSet::new();
        meetings(&Signs::of(text), |key| {
            all.insert(key);
        });
        all
    }

    #[test]
    fn different_words_of_one_matter_are_one() {
        let named = |text: &str| {
            let mut all = BTreeSet::new();
            each(&Signs::of(text), |key, _, _| {
                all.insert(key);
            });
            all
        };
        assert_eq!(named("的士"), named("打车"));
        assert!(named("的士").is_disjoint(&named("停水")));
        assert!(named("").is_empty() && met("的士").is_empty());
    }

    #[test]
    fn matters_meet_each_other_and_districts() {
        assert_eq!(met("青羊区的士").len(), 1);
        assert_ne!(met("青羊区的士"), met("武侯区的士"));
        assert_eq!(met("的士和停水"), met("停水，打车"));
        assert!(met("这小区的士").is_empty(), "a compound is no district");
    }

    #[test]
    fn no_list_repeats_a_word_and_none_is_of_one_place() {
        let numbers: BTreeSet<u64> = LIST.lines().map(number).collect();
        assert_eq!(numbers.len(), LIST.lines().count(), "two matters have one number");
        for line in LIST.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let each_once: BTreeSet<&str> = words.iter().copied().collect();
            assert!(words.len() > 1 && words.len() == each_once.len(), "{line}");
            assert!(!line.contains("海口") && !line.contains("成都"), "{line}");
        }
    }
}
