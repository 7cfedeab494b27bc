//! A learned model: what it knows, and what it says of a text.

use super::calibrate::{Calibration, shares};
use super::features::{Signs, Vocabulary};
use super::parallel::parallel;
use super::solver::Weights;
use super::terms::Reading;
use super::{Allowed, Doubt, Prediction, Proposal, Quality, questions};

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
    pub fn pack(vocabulary: Vocabulary, learned: &Weights) -> Machine {
        let classes = learned.classes;
        let mut weights = Vec::with_capacity(learned.all.len());
        let mut scales = Vec::with_capacity(vocabulary.keys.len());
        for row in learned.all.chunks(classes) {
            let scale = (row.iter().fold(0f32, |most, w| most.max(w.abs())) / 127.0).max(1e-12);
            weights.extend(row.iter().map(|w| (w / scale).round() as i8));
            scales.push(scale);
        }
        Machine { vocabulary, classes, weights, scales, biases: learned.biases.clone() }
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

impl Ranked {
    /// Whether the first two lie so close that a question is worth the clerk's time.
    fn open(&self, first: f64, second: f64) -> bool {
        !self.auto && self.doubt.is_none() && first < 0.65 && second >= 0.1
    }
}

/// The best labels that may be responsible, at most `most`.
pub(crate) fn best(scores: &[f32], most: usize, may: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|label| may(*label)).collect();
    let better = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
    if order.len() > most && most > 0 {
        order.select_nth_unstable_by(most - 1, better);
        order.truncate(most);
    }
    order.sort_by(better);
    order
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
        let reading = Reading::of(&self.machine, &signs);
        let proposals: Vec<Proposal> = ranked
            .order
            .iter()
            .enumerate()
            .take_while(|(i, (_, confidence))| *i < LEAST || (*i < MOST && *confidence >= 0.02))
            .map(|(_, (label, confidence))| Proposal {
                label: self.labels[*label].clone(),
                confidence: *confidence,
                terms: reading.terms(*label),
            })
            .collect();
        let question = match ranked.order.as_slice() {
            [(first, a), (second, b), ..] if ranked.open(*a, *b) => {
                questions::between(&self.machine, &reading, *first, *second)
            }
            _ => None,
        };
        Prediction { proposals, auto: ranked.auto, doubt: ranked.doubt, question }
    }

    /// What it says of many texts, on all cores, in their order.
    pub fn predict_all(&self, texts: &[String], allowed: &Allowed<'_>) -> Vec<Prediction> {
        parallel(texts, |text| self.predict(text, allowed))
    }

    pub(crate) fn rank(&self, text: &str, allowed: &Allowed<'_>) -> Ranked {
        self.judge(&Signs::of(text), allowed)
    }

    fn judge(&self, signs: &Signs, allowed: &Allowed<'_>) -> Ranked {
        let doubt = self.doubt(signs);
        if doubt == Some(Doubt::Empty) {
            return Ranked { order: Vec::new(), auto: false, doubt };
        }
        let mut scores = self.machine.scores(signs);
        let first_of_all = best(&scores, 1, &|_| true);
        let among_all = shares(&scores, self.calibration.sharpness);
        let may: Vec<bool> = self.labels.iter().map(|label| allowed.admits(label)).collect();
        for (score, _) in scores.iter_mut().zip(&may).filter(|(_, may)| !**may) {
            *score = f32::NEG_INFINITY;
        }
        let order = best(&scores, MOST, &|label| may[label]);
        let Some(first) = order.first().copied() else {
            return Ranked { order: Vec::new(), auto: false, doubt };
        };
        let shares = shares(&scores, self.calibration.sharpness);
        let confidence = self.calibration.confidence(first, &shares);
        // Where the words speak for a unit that may not be responsible, the next one is no certainty.
        let auto = doubt.is_none() && first_of_all == [first] && confidence >= self.calibration.cut;
        // The confidence of a text that cannot be read is worth little, whatever the few known signs say; and where the words speak
        // for another, that of the next one is its share among all.
        let most = if doubt.is_some() { 0.3 } else { 1.0 };
        let most = if first_of_all == [first] { most } else { f64::from(among_all[first]).min(most) };
        let said = f64::from(confidence).min(most);
        let left = (1.0 - said) / f64::from(1.0 - shares[first]).max(1e-6);
        let each = order.iter().map(|label| {
            let own = (f64::from(shares[*label]) * left).min(said);
            (*label, if *label == first { said } else { own })
        });
        Ranked { order: each.collect(), auto, doubt }
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
            // Digits and letters alone say nothing of the matter, however well known they are.
            let run = &signs.0[at..at + length];
            if length > 1 && run.iter().all(|c| !c.is_ascii()) && known.contains_key(&key) {
                pairs += 1;
                seen[at..at + length].iter_mut().for_each(|s| *s = true);
            }
        });
        let covered = seen.iter().filter(|s| **s).count();
        (pairs < 2 || covered * 3 < words).then_some(Doubt::Unfamiliar)
    }
}
