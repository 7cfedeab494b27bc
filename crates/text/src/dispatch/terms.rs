//! The words of a text that speak for a label: runs that weigh, joined where they overlap.

use super::features::{GAP, Signs};
use super::model::Machine;
use crate::normalize::is_han;

/// How many words are shown.
const MOST: usize = 5;

pub(crate) fn of(machine: &Machine, signs: &Signs, label: usize) -> Vec<String> {
    let mut strength = vec![0f32; signs.0.len()];
    let mut found: Vec<(usize, usize, f32)> = Vec::new();
    signs.each(|key, at, length| {
        let Some(feature) = machine.vocabulary.numbers.get(&key) else { return };
        let weights = machine.weights(*feature);
        let mean = weights.iter().map(|w| f32::from(*w)).sum::<f32>() / weights.len() as f32;
        let weight = (f32::from(weights[label]) - mean) * machine.scales[*feature as usize];
        if length > 1 && weight > 0.0 {
            found.push((at, length, weight));
            strength[at..at + length].iter_mut().for_each(|s| *s += weight / length as f32);
        }
    });
    let most = found.iter().map(|(_, _, w)| *w).fold(0f32, f32::max);
    let mut covered = vec![false; signs.0.len()];
    for (at, length, _) in found.iter().filter(|(_, _, w)| *w >= most * 0.35) {
        covered[*at..at + length].iter_mut().for_each(|c| *c = true);
    }
    spans(signs, &covered, &strength)
}

fn spans(signs: &Signs, covered: &[bool], strength: &[f32]) -> Vec<String> {
    let mut spans: Vec<(f32, String)> = Vec::new();
    let mut at = 0;
    while at < covered.len() {
        let length = covered[at..].iter().zip(&signs.0[at..]).take_while(|(c, s)| **c && **s != GAP).count();
        let span = &signs.0[at..at + length];
        if (2..=10).contains(&length) && span.iter().any(|c| is_han(*c) || c.is_alphabetic()) {
            spans.push((strength[at..at + length].iter().sum(), span.iter().collect()));
        }
        at += length.max(1);
    }
    spans.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut shown: Vec<String> = Vec::new();
    for (_, span) in spans {
        if shown.len() < MOST && !shown.iter().any(|s| s.contains(&span)) {
            shown.push(span);
        }
    }
    shown
}
