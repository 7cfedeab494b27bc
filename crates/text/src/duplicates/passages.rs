//! The passages that two texts share, as a person reads them.

use std::collections::HashMap;

use super::people::take_out;
use super::told::{Cut, GAP};

/// More passages are not read.
const MOST: usize = 5;
/// A passage that weighs less says nothing: two rare pairs are enough.
const LEAST: f32 = 6.0;
/// A pair that stands in more places of a text than these is looked for at the first ones only.
const PLACES: usize = 8;

/// The heaviest passages of `a` that are in `b`, too, in the order of `a`; each once, without punctuation,
/// marks and names of people; `seen` says in how many texts a pair stands.
pub(crate) fn passages(
    a: Cut,
    b: &Cut,
    weight: impl Fn(u32) -> f32,
    seen: impl Fn(u32) -> usize,
) -> Vec<String> {
    let mut told = [a];
    take_out(&mut told, 2, seen);
    let [a] = &told;
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for at in 0..b.tokens.len() {
        if let Some(key) = b.pair(at) {
            let places = places.entry(key).or_default();
            if places.len() < PLACES {
                places.push(at);
            }
        }
    }
    let mut found: Vec<(f32, usize, usize)> = Vec::new();
    let mut at = 0;
    while at < a.tokens.len() {
        let starts = a.pair(at).and_then(|key| places.get(&key));
        let length = starts.into_iter().flatten().map(|start| common(a, at, b, *start)).max().unwrap_or(0);
        if length < 2 {
            at += 1;
            continue;
        }
        let says: f32 = (at..at + length - 1).filter_map(|at| a.pair(at)).map(&weight).sum();
        if length >= 3 && says >= LEAST {
            found.push((says, at, length));
        }
        at += length;
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    let mut kept: Vec<(usize, String)> = Vec::new();
    for (_, at, length) in found {
        let (from, to) = (a.tokens[at].from as usize, a.tokens[at + length - 1].to as usize);
        let words: String = a.signs[from..to].iter().collect();
        if kept.len() < MOST && !kept.iter().any(|(_, other)| other.contains(&words)) {
            kept.push((at, words));
        }
    }
    kept.sort_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, words)| words).collect()
}

/// How many tokens are the same from here on.
fn common(a: &Cut, at: usize, b: &Cut, start: usize) -> usize {
    let pairs = a.tokens[at..].iter().zip(&b.tokens[start..]);
    pairs.take_while(|(x, y)| x.key == y.key && x.key != GAP).count()
}
