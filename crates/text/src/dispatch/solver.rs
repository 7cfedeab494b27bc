//! Linear machines over log-count ratios: one against the rest with squared hinge, and all labels against each other.

use super::features::Row;
use super::parallel::Random;

/// How many labels are learned side by side.
const BLOCK: usize = 16;

/// What is learned from: rows of known features, their labels by number, their weights.
pub(crate) struct Problem<'a> {
    pub rows: &'a [Row],
    pub labels: &'a [u32],
    pub weights: &'a [f32],
    pub features: usize,
    pub classes: usize,
    pub seed: u64,
}

/// How one machine sees the features.
pub(crate) struct Settings {
    /// What a mistake costs (hinge), or how far a step goes (softmax).
    pub pace: f32,
    /// How strongly the log-count ratio stretches a feature: 0 not at all, 1 fully.
    pub ratio: f32,
    pub rounds: usize,
}

/// Weights by feature, then label.
pub(crate) struct Weights {
    pub classes: usize,
    pub all: Vec<f32>,
    pub biases: Vec<f32>,
}

impl Weights {
    pub fn none(problem: &Problem<'_>) -> Weights {
        let Problem { features, classes, .. } = *problem;
        Weights { classes, all: vec![0.0; features * classes], biases: vec![0.0; classes] }
    }
}

const SMOOTHING: f32 = 0.3;

/// How much more often a feature stands in texts of a label than in others, squared and tempered, by feature for the labels from
/// `first` on; `stretch` comes on top.
fn ratios(
    problem: &Problem<'_>,
    settings: &Settings,
    stretch: &[f32],
    first: usize,
    width: usize,
) -> Vec<f32> {
    let mut own = vec![SMOOTHING; problem.features * width];
    let mut all = vec![SMOOTHING; problem.features];
    for ((row, label), weight) in problem.rows.iter().zip(problem.labels).zip(problem.weights) {
        let b = (*label as usize).wrapping_sub(first);
        for (feature, _) in row {
            all[*feature as usize] += weight;
            if b < width {
                own[*feature as usize * width + b] += weight;
            }
        }
    }
    let total: f32 = all.iter().sum();
    let mut sums = vec![0f32; width];
    own.chunks(width).for_each(|row| row.iter().zip(&mut sums).for_each(|(v, sum)| *sum += v));
    for ((row, all), stretch) in own.chunks_mut(width).zip(&all).zip(stretch) {
        for (value, sum) in row.iter_mut().zip(&sums) {
            let rest = (all - *value + SMOOTHING) / (total - sum + SMOOTHING * problem.features as f32);
            let ratio = (*value / sum / rest).ln();
            *value = (ratio * ratio).powf(settings.ratio) * stretch;
        }
    }
    own
}

/// Adds machines that each tell one label from the rest, `factor` strong. Dual coordinate descent on the squared hinge.
pub(crate) fn hinge(
    problem: &Problem<'_>,
    settings: &Settings,
    stretch: &[f32],
    factor: f32,
    into: &mut Weights,
) {
    for first in (0..problem.classes).step_by(BLOCK) {
        let (weights, biases) = block(problem, settings, stretch, first);
        let add = |sums: &mut [f32], learned: &[f32; BLOCK]| {
            sums[first..].iter_mut().zip(learned).for_each(|(sum, w)| *sum += factor * w);
        };
        add(&mut into.biases, &biases);
        into.all.chunks_mut(problem.classes).zip(&weights).for_each(|(row, learned)| add(row, learned));
    }
}

fn block(
    problem: &Problem<'_>,
    settings: &Settings,
    stretch: &[f32],
    first: usize,
) -> (Vec<[f32; BLOCK]>, [f32; BLOCK]) {
    let ratios = ratios(problem, settings, stretch, first, BLOCK);
    let (ratios, _) = ratios.as_chunks::<BLOCK>();
    let mut weights = vec![[0f32; BLOCK]; problem.features];
    let mut biases = [0f32; BLOCK];
    let length = |row: &Row| {
        let mut sum = [1.0; BLOCK];
        for (feature, value) in row {
            let ratio = &ratios[*feature as usize];
            (0..BLOCK).for_each(|b| sum[b] += value * value * ratio[b]);
        }
        sum
    };
    let lengths: Vec<[f32; BLOCK]> = problem.rows.iter().map(length).collect();
    let mut alphas = vec![[0f32; BLOCK]; problem.rows.len()];
    let mut order: Vec<usize> = (0..problem.rows.len()).collect();
    let mut random = Random(problem.seed);
    for _ in 0..settings.rounds {
        random.shuffle(&mut order);
        for i in &order {
            let row = &problem.rows[*i];
            let mut scores = biases;
            for (feature, value) in row {
                let weights = &weights[*feature as usize];
                (0..BLOCK).for_each(|b| scores[b] += value * weights[b]);
            }
            let slack = 0.5 / (settings.pace * problem.weights[*i]).max(1e-9);
            let own = (problem.labels[*i] as usize).wrapping_sub(first);
            let mut steps = [0f32; BLOCK];
            for b in 0..BLOCK {
                let sign = if own == b { 1.0 } else { -1.0 };
                let alpha = alphas[*i][b];
                let gradient = sign * scores[b] - 1.0 + alpha * slack;
                alphas[*i][b] = (alpha - gradient / (lengths[*i][b] + slack)).max(0.0);
                steps[b] = (alphas[*i][b] - alpha) * sign;
            }
            if steps.iter().all(|step| step.abs() < 1e-6) {
                continue;
            }
            (0..BLOCK).for_each(|b| biases[b] += steps[b]);
            for (feature, value) in row {
                let at = *feature as usize;
                let (weights, ratio) = (&mut weights[at], &ratios[at]);
                (0..BLOCK).for_each(|b| weights[b] += value * steps[b] * ratio[b]);
            }
        }
    }
    (weights, biases)
}

/// Adds a machine that weighs all labels against each other, `factor` strong. Stochastic descent on the logarithmic loss, with steps
/// that shrink for features often seen.
pub(crate) fn softmax(problem: &Problem<'_>, settings: &Settings, factor: f32, into: &mut Weights) {
    let width = problem.classes;
    let ratios = ratios(problem, settings, &vec![1.0; problem.features], 0, width);
    let mut weights = vec![0f32; problem.features * width];
    let mut biases = vec![0f32; width];
    let mut seen = vec![0f32; problem.features];
    let mut order: Vec<usize> = (0..problem.rows.len()).collect();
    let mut random = Random(problem.seed);
    let mut gradient = vec![0f32; width];
    for round in 0..settings.rounds {
        random.shuffle(&mut order);
        let pace = settings.pace / (1.0 + 0.3 * round as f32);
        for i in &order {
            let (row, weight) = (&problem.rows[*i], problem.weights[*i]);
            gradient.copy_from_slice(&biases);
            for (feature, value) in row {
                let weights = &weights[*feature as usize * width..][..width];
                gradient.iter_mut().zip(weights).for_each(|(g, w)| *g += value * w);
            }
            let most = gradient.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            gradient.iter_mut().for_each(|g| *g = (*g - most).exp());
            let sum: f32 = gradient.iter().sum();
            gradient.iter_mut().for_each(|g| *g /= sum);
            gradient[problem.labels[*i] as usize] -= 1.0;
            let size = gradient.iter().map(|g| g * g).sum::<f32>() * weight * weight;
            biases.iter_mut().zip(&gradient).for_each(|(b, g)| *b -= pace * 0.05 * weight * g);
            for (feature, value) in row {
                let at = *feature as usize;
                seen[at] += size * value * value;
                let step = pace * weight * value / (seen[at].sqrt() + 1e-3);
                let weights = weights[at * width..][..width].iter_mut();
                let ratios = &ratios[at * width..][..width];
                weights.zip(&gradient).zip(ratios).for_each(|((w, g), r)| *w -= step * g * r);
            }
        }
    }
    into.all.iter_mut().zip(&weights).for_each(|(sum, w)| *sum += factor * w);
    into.biases.iter_mut().zip(&biases).for_each(|(sum, b)| *sum += factor * b);
}
