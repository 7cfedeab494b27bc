//! How good a model is on cases it has not seen: the figures by which models are compared and promoted.

use std::collections::BTreeMap;

use super::{Allowed, Example, Model};

/// The figures of a held-out measurement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// Cases measured; 0 when nothing could be held out.
    pub n: u32,
    /// Share of cases whose first proposal was right.
    pub top1: f64,
    /// Share of cases with the right unit among the first three.
    pub top3: f64,
    /// F1 averaged over the labels that occur or were proposed first.
    pub macro_f1: f64,
    /// Expected calibration error of the first proposal's confidence, ten bands of equal width.
    pub ece: f64,
    /// Share of cases marked `auto`.
    pub auto_share: f64,
    /// Share of right ones among those marked `auto`; 1 when none was.
    pub auto_precision: f64,
}

/// One label in a measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelReport {
    /// The label.
    pub label: String,
    /// How many cases belong to it.
    pub n: u32,
    /// Share of right ones among those proposed first for it; 0 when none was.
    pub precision: f64,
    /// Share of its cases whose first proposal was it; 0 for a label the model does not know.
    pub recall: f64,
}

/// A measurement with its labels, the most frequent first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// The figures over all.
    pub quality: Quality,
    /// Each label that occurs in the cases.
    pub labels: Vec<LabelReport>,
    /// Cases whose label the model does not know; they count as wrong.
    pub unknown: u32,
}

/// One judged case: labels by number, the order of proposals.
pub(crate) struct Judged {
    pub truth: usize,
    pub first: Option<usize>,
    pub among_three: bool,
    pub confidence: f64,
    pub auto: bool,
}

/// Measures a model on cases it has not learned from; a label it does not know counts as wrong.
pub fn evaluate(model: &Model, examples: &[Example]) -> Report {
    let mut names: Vec<String> = model.labels().map(str::to_owned).collect();
    let known = names.len();
    let mut numbers: BTreeMap<String, usize> = names.iter().cloned().zip(0..).collect();
    let predictions = super::parallel::parallel(examples, |e| model.rank(&e.text, &Allowed::All));
    let mut judged = Vec::with_capacity(examples.len());
    for (example, ranked) in examples.iter().zip(predictions) {
        let truth = *numbers.entry(example.label.clone()).or_insert_with(|| {
            names.push(example.label.clone());
            names.len() - 1
        });
        judged.push(Judged {
            truth,
            first: ranked.order.first().map(|(label, _)| *label),
            among_three: ranked.order.iter().take(3).any(|(label, _)| *label == truth),
            confidence: ranked.order.first().map_or(0.0, |(_, confidence)| *confidence),
            auto: ranked.auto,
        });
    }
    let (quality, labels) = judge(&judged, names.len());
    let mut labels: Vec<LabelReport> = labels
        .into_iter()
        .zip(names)
        .filter(|((n, _, _), _)| *n > 0)
        .map(|((n, precision, recall), label)| LabelReport { label, n, precision, recall })
        .collect();
    labels.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.label.cmp(&b.label)));
    let unknown = judged.iter().filter(|j| j.truth >= known).count() as u32;
    Report { quality, labels, unknown }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

/// The figures over all, and number, precision and recall of each label.
pub(crate) fn judge(judged: &[Judged], labels: usize) -> (Quality, Vec<(u32, f64, f64)>) {
    let mut counts = vec![(0usize, 0usize, 0usize); labels];
    for j in judged {
        counts[j.truth].0 += 1;
        if let Some(first) = j.first {
            counts[first].1 += 1;
            counts[first].2 += usize::from(first == j.truth);
        }
    }
    let occurring = counts.iter().filter(|(n, proposed, _)| n + proposed > 0);
    let f1: Vec<f64> = occurring.map(|(n, proposed, right)| share(2 * right, n + proposed)).collect();
    let right = |j: &&Judged| j.first == Some(j.truth);
    let auto: Vec<&Judged> = judged.iter().filter(|j| j.auto).collect();
    let quality = Quality {
        n: judged.len() as u32,
        top1: share(judged.iter().filter(right).count(), judged.len()),
        top3: share(judged.iter().filter(|j| j.among_three).count(), judged.len()),
        macro_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
        ece: calibration_error(judged),
        auto_share: share(auto.len(), judged.len()),
        auto_precision: if auto.is_empty() {
            1.0
        } else {
            share(auto.iter().filter(|j| right(j)).count(), auto.len())
        },
    };
    let by_label =
        counts.iter().map(|(n, proposed, right)| (*n as u32, share(*right, *proposed), share(*right, *n)));
    (quality, by_label.collect())
}

fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bands = [(0usize, 0f64, 0f64); 10];
    for j in judged {
        let band = &mut bands[((j.confidence * 10.0) as usize).min(9)];
        *band = (band.0 + 1, band.1 + j.confidence, band.2 + f64::from(u8::from(j.first == Some(j.truth))));
    }
    bands.iter().map(|(_, said, right)| (said - right).abs()).sum::<f64>() / judged.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_counted_as_their_names_say() {
        let case = |truth, first, among_three, confidence, auto| Judged {
            truth,
            first: Some(first),
            among_three,
            confidence,
            auto,
        };
        let judged = [
            case(0, 0, true, 1.0, true),
            case(0, 1, true, 0.5, false),
            case(1, 1, true, 0.5, true),
            case(2, 0, false, 0.75, true),
        ];
        let (quality, labels) = judge(&judged, 3);
        assert_eq!((quality.n, quality.top1, quality.top3), (4, 0.5, 0.75));
        assert!(
            (quality.auto_share - 0.75).abs() < 1e-9 && (quality.auto_precision - 2.0 / 3.0).abs() < 1e-9
        );
        assert!((quality.macro_f1 - (0.5 + 2.0 / 3.0 + 0.0) / 3.0).abs() < 1e-9);
        assert!((quality.ece - 0.75 / 4.0).abs() < 1e-9);
        assert_eq!(labels[0], (2, 0.5, 0.5));
    }
}
