//! From scores to confidences that mean what they say: how often a first proposal of this kind was right on held-out cases.

/// How scores become confidences.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    /// What scores are multiplied by before they become shares.
    pub sharpness: f32,
    /// What the signs of certainty weigh; empty when nothing was measured, then shares are taken as they are.
    pub weights: Vec<f32>,
    /// What is added for each label: some are more often right than their shares say.
    pub labels: Vec<f32>,
    /// The confidence above which the answer is `auto`; above 1 for never.
    pub cut: f32,
}

/// How many signs of certainty there are.
pub(crate) const SIGNS: usize = 7;
/// How strongly a label's own correction is held back.
const RESTRAINT: f32 = 5.0;
const ROUNDS: usize = 400;

/// A first proposal as the calibration sees it.
#[derive(Debug, Clone, Copy)]
struct First {
    label: usize,
    signs: [f32; SIGNS],
    right: bool,
    part: usize,
}

/// Scores of held-out cases: by label, the right label, which part they were in.
pub(crate) struct HeldOut<'a> {
    pub scores: &'a [Vec<f32>],
    pub truths: &'a [u32],
    pub parts: &'a [usize],
}

impl Calibration {
    /// What holds when nothing could be held out: shares as they are, never `auto`.
    pub fn unmeasured(sharpness: f32) -> Calibration {
        Calibration { sharpness, weights: Vec::new(), labels: Vec::new(), cut: 2.0 }
    }

    /// Learns from held-out cases. Answers also the confidence of each, given by a calibration that has not seen its part: the cut
    /// and the figures come from these.
    pub fn learn(held_out: &HeldOut<'_>, precision: f64) -> (Calibration, Vec<f32>) {
        let sharpness = sharpest(held_out.scores, held_out.truths);
        let classes = held_out.scores.first().map_or(0, Vec::len);
        let cases = held_out.scores.iter().zip(held_out.truths).zip(held_out.parts);
        let firsts: Vec<First> = cases
            .map(|((scores, truth), part)| {
                let shares = shares(scores, sharpness);
                let label = (0..classes).fold(0, |best, l| if shares[l] > shares[best] { l } else { best });
                First { label, signs: signs(&shares), right: label == *truth as usize, part: *part }
            })
            .collect();
        let mut confidences = vec![0f32; firsts.len()];
        let parts = held_out.parts.iter().max().map_or(0, |most| most + 1);
        for part in 0..parts {
            let seen: Vec<First> = firsts.iter().filter(|f| f.part != part).copied().collect();
            let (weights, labels) = regression(&seen, classes);
            for (first, confidence) in firsts.iter().zip(&mut confidences).filter(|(f, _)| f.part == part) {
                *confidence = said(&weights, &labels, first.label, &first.signs);
            }
        }
        let (weights, labels) = regression(&firsts, classes);
        let cut = cut(&confidences, &firsts, precision);
        (Calibration { sharpness, weights, labels, cut }, confidences)
    }

    /// The confidence of a first proposal, from the shares of all that were compared.
    pub fn confidence(&self, label: usize, shares: &[f32]) -> f32 {
        if self.weights.len() != SIGNS {
            return shares.iter().copied().fold(0.0, f32::max);
        }
        said(&self.weights, &self.labels, label, &signs(shares))
    }
}

fn said(weights: &[f32], labels: &[f32], label: usize, signs: &[f32; SIGNS]) -> f32 {
    let own = labels.get(label).copied().unwrap_or(0.0);
    let sum: f32 = weights.iter().zip(signs).map(|(w, s)| w * s).sum();
    1.0 / (1.0 + (-(own + sum)).exp())
}

/// Scores as shares of one.
pub(crate) fn shares(scores: &[f32], sharpness: f32) -> Vec<f32> {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f32> = scores.iter().map(|s| ((s - most) * sharpness).exp()).collect();
    let sum: f32 = shares.iter().sum::<f32>().max(1e-30);
    shares.iter_mut().for_each(|s| *s /= sum);
    shares
}

/// What tells how certain a first proposal is: its share, its lead over the second and the third, how scattered the rest is.
fn signs(shares: &[f32]) -> [f32; SIGNS] {
    let mut best = [1e-6f32; 3];
    for share in shares {
        if *share > best[0] {
            best = [*share, best[0], best[1]];
        } else if *share > best[1] {
            best = [best[0], *share, best[1]];
        } else if *share > best[2] {
            best[2] = *share;
        }
    }
    let scatter: f32 = shares.iter().map(|s| if *s > 1e-9 { -s * s.ln() } else { 0.0 }).sum();
    let share = best[0].min(0.9999);
    let lead = (best[0] / best[1]).ln().min(12.0);
    [
        1.0,
        (share / (1.0 - share)).ln(),
        lead,
        scatter,
        (best[0] / best[2]).ln().min(12.0),
        share,
        lead.min(2.0),
    ]
}

/// The sharpness under which the right labels are least surprising.
fn sharpest(scores: &[Vec<f32>], truths: &[u32]) -> f32 {
    let surprise = |sharpness: f32| -> f64 {
        let cases = scores.iter().zip(truths);
        cases.map(|(s, t)| -f64::from(shares(s, sharpness)[*t as usize].max(1e-9).ln())).sum()
    };
    let (mut low, mut high) = (-5f32, 4f32);
    for _ in 0..18 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if surprise(a.exp()) < surprise(b.exp()) { high = b } else { low = a }
    }
    ((low + high) / 2.0).exp()
}

/// Logistic regression of being right on the signs of certainty, with a restrained correction for each label.
fn regression(firsts: &[First], classes: usize) -> (Vec<f32>, Vec<f32>) {
    let n = firsts.len().max(1) as f32;
    let mut means = [0f32; SIGNS];
    firsts.iter().for_each(|f| (1..SIGNS).for_each(|j| means[j] += f.signs[j] / n));
    let mut spreads = [0f32; SIGNS];
    firsts.iter().for_each(|f| (0..SIGNS).for_each(|j| spreads[j] += (f.signs[j] - means[j]).powi(2) / n));
    spreads.iter_mut().for_each(|s| *s = s.sqrt().max(1e-6));
    spreads[0] = 1.0;
    let scaled: Vec<First> = firsts
        .iter()
        .map(|f| First { signs: std::array::from_fn(|j| (f.signs[j] - means[j]) / spreads[j]), ..*f })
        .collect();
    let (mut weights, mut labels) = (vec![0f32; SIGNS], vec![0f32; classes]);
    for _ in 0..ROUNDS {
        let mut slopes = [0f32; SIGNS];
        let mut own = vec![0f32; classes];
        for first in &scaled {
            let off = said(&weights, &labels, first.label, &first.signs) - f32::from(u8::from(first.right));
            (0..SIGNS).for_each(|j| slopes[j] += off * first.signs[j]);
            own[first.label] += off;
        }
        (0..SIGNS).for_each(|j| weights[j] -= 1.5 * (slopes[j] / n + 1e-3 * weights[j]));
        let corrections = labels.iter_mut().zip(&own);
        corrections.for_each(|(label, off)| *label -= 0.02 * (off + RESTRAINT * *label).clamp(-10.0, 10.0));
    }
    // Back to signs as they come.
    for j in 1..SIGNS {
        weights[j] /= spreads[j];
        weights[0] -= weights[j] * means[j];
    }
    (weights, labels)
}

/// The lowest confidence above which held-out cases were right often enough.
fn cut(confidences: &[f32], firsts: &[First], precision: f64) -> f32 {
    let mut order: Vec<usize> = (0..firsts.len()).collect();
    order.sort_by(|a, b| confidences[*b].total_cmp(&confidences[*a]));
    let (mut n, mut right, mut cut) = (0f64, 0f64, 2.0);
    for (at, i) in order.iter().enumerate() {
        n += 1.0;
        right += f64::from(u8::from(firsts[*i].right));
        // Equal confidences are above the cut together or not at all.
        let last = order.get(at + 1).is_none_or(|next| confidences[*next] < confidences[*i]);
        if last && n >= 20.0 && right / n >= precision {
            cut = confidences[*i];
        }
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of two labels; the first is right as often as its share of ten says.
    fn cases() -> (Vec<Vec<f32>>, Vec<u32>, Vec<usize>) {
        let scores = (0..2000).map(|i| vec![(i % 10) as f32 * 0.5, 0.0]).collect();
        let truths = (0..2000).map(|i| u32::from(i / 10 % 10 > 4 + i % 10 / 2)).collect();
        (scores, truths, (0..2000).map(|i| i / 10 % 4).collect())
    }

    #[test]
    fn confidences_are_as_often_right_as_they_say() {
        let (scores, truths, parts) = cases();
        let held_out = HeldOut { scores: &scores, truths: &truths, parts: &parts };
        let (calibration, confidences) = Calibration::learn(&held_out, 0.85);
        let mean = confidences.iter().map(|c| f64::from(*c)).sum::<f64>() / 2000.0;
        let right =
            scores.iter().zip(&truths).filter(|(s, t)| (s[0] < s[1]) == (**t == 1)).count() as f64 / 2000.0;
        assert!((mean - right).abs() < 0.05, "{mean} {right}");
        assert!(calibration.cut < 1.0);
        let above: Vec<bool> = confidences
            .iter()
            .zip(&truths)
            .filter(|(c, _)| **c >= calibration.cut)
            .map(|(_, t)| *t == 0)
            .collect();
        let precision = above.iter().filter(|right| **right).count() as f64 / above.len() as f64;
        assert!(above.len() > 100 && precision >= 0.85, "{} {precision}", above.len());
    }

    #[test]
    fn without_held_out_cases_nothing_is_automatic() {
        let unmeasured = Calibration::unmeasured(1.0);
        assert!(unmeasured.cut > 1.0);
        assert!((unmeasured.confidence(0, &[0.4, 0.3, 0.3]) - 0.4).abs() < 1e-6);
    }
}
