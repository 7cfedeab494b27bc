//! A learned model: what it knows, and what it says of a text.

use super::calibrate::{Calibration, shares};
use super::features::{Signs, Vocabulary};
use super::solver::{BLOCK, Block};
use super::{Allowed, Doubt, Prediction, Proposal, Quality, terms};

/// A model that proposes units; made by [`super::train`] or [`Model::from_bytes`].
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) labels: Vec<String>,
    pub(crate) machine: Machine,
    pub(crate) calibration: Calibration,
    pub(crate) quality: Quality,
}

/// The linear machines of all labels, in one byte a weight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Machine {
    pub vocabulary: Vocabulary,
    pub classes: usize,
    /// By feature, then label.
    pub weights: Vec<i8>,
    /// What the weights of a feature are multiplied by.
    pub scales: Vec<f32>,
    pub biases: Vec<f32>,
}

impl Machine {
    pub fn pack(vocabulary: Vocabulary, blocks: &[Block], classes: usize) -> Machine {
        let mut weights = Vec::with_capacity(vocabulary.keys.len() * classes);
        let mut scales = Vec::with_capacity(vocabulary.keys.len());
        for feature in 0..vocabulary.keys.len() {
            let row = || blocks.iter().flat_map(|b| b.weights[feature]).take(classes);
            let scale = (row().fold(0f32, |most, w| most.max(w.abs())) / 127.0).max(1e-12);
            weights.extend(row().map(|w| (w / scale).round() as i8));
            scales.push(scale);
        }
        let biases = blocks.iter().flat_map(|b| b.biases).take(classes).collect();
        debug_assert_eq!(blocks.len(), classes.div_ceil(BLOCK));
        Machine { vocabulary, classes, weights, scales, biases }
    }

    /// The weights of a feature by label, to be multiplied by its scale.
    pub fn weights(&self, feature: u32) -> &[i8] {
        let at = feature as usize * self.classes;
        &self.weights[at..at + self.classes]
    }

    pub fn scores(&self, signs: &Signs) -> Vec<f32> {
        let mut scores = self.biases.clone();
        for (feature, value) in self.vocabulary.row(signs) {
            let factor = value * self.scales[feature as usize];
            for (score, weight) in scores.iter_mut().zip(self.weights(feature)) {
                *score += factor * f32::from(*weight);
            }
        }
        scores
    }
}

/// Labels with confidences, best first.
pub(crate) struct Ranked {
    pub order: Vec<(usize, f64)>,
    pub auto: bool,
    pub doubt: Option<Doubt>,
}

/// The labels that may be responsible: number, confidence, share.
pub(crate) fn rank(
    scores: &[f32],
    calibration: &Calibration,
    may: &dyn Fn(usize) -> bool,
) -> Vec<(usize, f64, f32)> {
    let shares = shares(scores, calibration.sharpness);
    let mut order: Vec<usize> = (0..scores.len()).filter(|label| may(*label)).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order.truncate(5);
    let Some(first) = order.first() else { return Vec::new() };
    let confidence = f64::from(calibration.confidence(shares[*first])).clamp(0.0, 1.0);
    let left = (1.0 - confidence) / f64::from(1.0 - shares[*first]).max(1e-6);
    let each = order.iter().map(|label| {
        let own = f64::from(shares[*label]);
        let said = if label == first { confidence } else { (own * left).min(confidence) };
        (*label, said, shares[*label])
    });
    each.collect()
}

/// How many proposals are made where there are labels enough.
const MOST: usize = 5;
const LEAST: usize = 3;

impl Model {
    /// The labels it knows, sorted.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// The figures measured on held-out cases when it was learned; `n` is 0 when there were too few cases.
    pub fn quality(&self) -> Quality {
        self.quality
    }

    /// What it says of a text. A label that may not be responsible is never proposed; personal data is masked first and never
    /// shown; a text that it cannot read carries a doubt and is never `auto`.
    pub fn predict(&self, text: &str, allowed: &Allowed<'_>) -> Prediction {
        let signs = Signs::of(text);
        let ranked = self.judge(&signs, allowed);
        let proposals: Vec<Proposal> = ranked
            .order
            .iter()
            .enumerate()
            .take_while(|(i, (_, confidence))| *i < LEAST || (*i < MOST && *confidence >= 0.02))
            .map(|(_, (label, confidence))| Proposal {
                label: self.labels[*label].clone(),
                confidence: *confidence,
                terms: terms::of(&self.machine, &signs, *label),
            })
            .collect();
        Prediction { proposals, auto: ranked.auto, doubt: ranked.doubt, questions: Vec::new() }
    }

    pub(crate) fn rank(&self, text: &str, allowed: &Allowed<'_>) -> Ranked {
        self.judge(&Signs::of(text), allowed)
    }

    fn judge(&self, signs: &Signs, allowed: &Allowed<'_>) -> Ranked {
        let doubt = self.doubt(signs);
        if doubt == Some(Doubt::Empty) {
            return Ranked { order: Vec::new(), auto: false, doubt };
        }
        let scores = self.machine.scores(signs);
        let ranked = rank(&scores, &self.calibration, &|label| allowed.admits(&self.labels[label]));
        // The confidence of a text that cannot be read is worth little, whatever the few known signs say.
        let most = if doubt.is_some() { 0.3 } else { 1.0 };
        let auto =
            doubt.is_none() && ranked.first().is_some_and(|(_, _, share)| *share >= self.calibration.cut);
        let order = ranked.into_iter().map(|(label, confidence, _)| (label, confidence.min(most))).collect();
        Ranked { order, auto, doubt }
    }

    fn doubt(&self, signs: &Signs) -> Option<Doubt> {
        let words = signs.words();
        if words == 0 {
            return Some(Doubt::Empty);
        }
        let known = &self.machine.vocabulary.numbers;
        let mut seen = vec![false; signs.0.len()];
        let mut pairs = 0;
        signs.each(|key, at, length| {
            if length > 1 && known.contains_key(&key) {
                pairs += 1;
                seen[at..at + length].iter_mut().for_each(|s| *s = true);
            }
        });
        let covered = seen.iter().filter(|s| **s).count();
        (pairs < 2 || covered * 3 < words).then_some(Doubt::Unfamiliar)
    }
}
