//! Learning a model: from cases and the duty lexicon, measured on the way by holding parts of the cases out.

use std::collections::BTreeMap;
use std::fmt;

use super::calibrate::Calibration;
use super::features::{Signs, Vocabulary};
use super::groups::groups;
use super::measure::{Judged, Quality, judge};
use super::model::{Machine, Model};
use super::solver::{Problem, Random, Settings, solve};
use super::{Example, Lexicon};

/// How a model is learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The same seed and cases give the same model.
    pub seed: u64,
    /// Into how many parts the cases are cut to measure and calibrate; each is held out once.
    pub folds: usize,
    /// What share of the held-out cases above the `auto` cut must have been right.
    pub auto_precision: f64,
    /// How much a phrase of the lexicon counts beside a case.
    pub lexicon_weight: f32,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 20_260_101, folds: 4, auto_precision: 0.97, lexicon_weight: 0.5 }
    }
}

/// Why nothing could be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrainError {
    /// Neither a case with text and label nor a phrase.
    Nothing,
    /// Only one label: there is nothing to tell apart.
    OneLabel,
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrainError::Nothing => "没有可学习的内容：既没有同时写明正文和单位的诉求，也没有职能词",
            TrainError::OneLabel => "只有一个单位，没有可区分的内容；至少需要两个单位的诉求或职能词",
        })
    }
}

impl std::error::Error for TrainError {}

/// Everything to learn from, prepared.
struct Material {
    labels: Vec<String>,
    signs: Vec<Signs>,
    truths: Vec<u32>,
    weights: Vec<f32>,
    /// How many of them are cases; the rest are phrases of the lexicon.
    cases: usize,
}

/// Learns a model from closed cases and the lexicon; either may be empty. Cases without text or label are passed over.
pub fn train(examples: &[Example], lexicon: &Lexicon, options: &Options) -> Result<Model, TrainError> {
    let kept: Vec<&Example> = examples
        .iter()
        .filter(|e| !e.text.trim().is_empty() && !e.label.trim().is_empty() && e.weight > 0.0)
        .collect();
    let kept: Vec<Example> = kept.into_iter().cloned().collect();
    let material = prepare(&kept, lexicon, options);
    match material.labels.len() {
        0 => return Err(TrainError::Nothing),
        1 => return Err(TrainError::OneLabel),
        _ => {}
    }
    let (calibration, quality) = measure(&kept, &material, options);
    let all: Vec<usize> = (0..material.signs.len()).collect();
    Ok(Model { machine: fit(&material, &all, options), labels: material.labels, calibration, quality })
}

fn prepare(examples: &[Example], lexicon: &Lexicon, options: &Options) -> Material {
    let names: BTreeMap<&str, u32> = {
        let all = examples.iter().map(|e| e.label.trim()).chain(lexicon.rows().map(|(label, _)| label));
        let sorted: std::collections::BTreeSet<&str> = all.collect();
        sorted.into_iter().zip(0..).collect()
    };
    let mut material = Material {
        labels: names.keys().map(|name| (*name).to_owned()).collect(),
        signs: Vec::new(),
        truths: Vec::new(),
        weights: Vec::new(),
        cases: examples.len(),
    };
    let cases = examples.iter().map(|e| (e.text.as_str(), e.label.trim(), e.weight));
    let phrases = lexicon.rows().map(|(label, phrase)| (phrase, label, options.lexicon_weight));
    for (text, label, weight) in cases.chain(phrases) {
        material.signs.push(Signs::of(text));
        material.truths.push(names[label]);
        material.weights.push(weight);
    }
    material
}

fn fit(material: &Material, chosen: &[usize], options: &Options) -> Machine {
    let signs: Vec<&Signs> = chosen.iter().map(|i| &material.signs[*i]).collect();
    let least = if material.cases < 500 { 1 } else { 2 };
    let vocabulary = Vocabulary::learn(&signs, least, 60_000);
    let rows: Vec<_> = signs.iter().map(|signs| vocabulary.row(signs)).collect();
    let labels: Vec<u32> = chosen.iter().map(|i| material.truths[*i]).collect();
    let weights: Vec<f32> = chosen.iter().map(|i| material.weights[*i]).collect();
    let problem = Problem {
        rows: &rows,
        labels: &labels,
        weights: &weights,
        features: vocabulary.keys.len(),
        classes: material.labels.len(),
    };
    let settings = Settings { cost: 0.3, smoothing: 0.5, rounds: 12, seed: options.seed };
    let blocks = solve(&problem, &settings);
    Machine::pack(vocabulary, &blocks, material.labels.len())
}

/// Holds each part of the cases out once, and learns from that how far scores can be believed.
fn measure(examples: &[Example], material: &Material, options: &Options) -> (Calibration, Quality) {
    let parts = parts(examples, options);
    // With fewer cases than these a figure would say nothing.
    if material.cases < 60 || parts.iter().any(|part| part.is_empty()) {
        return (Calibration::unmeasured(2.0), Quality::default());
    }
    let mut scores: Vec<Vec<f32>> = vec![Vec::new(); material.cases];
    for part in &parts {
        let chosen: Vec<usize> = {
            let mut learned = vec![true; material.signs.len()];
            part.iter().for_each(|i| learned[*i] = false);
            (0..material.signs.len()).filter(|i| learned[*i]).collect()
        };
        let machine = fit(material, &chosen, options);
        for i in part {
            scores[*i] = machine.scores(&material.signs[*i]);
        }
    }
    let truths = &material.truths[..material.cases];
    let calibration = Calibration::learn(&scores, truths, options.auto_precision);
    let judged: Vec<Judged> = scores
        .iter()
        .zip(truths)
        .map(|(scores, truth)| {
            let ranked = super::model::rank(scores, &calibration, &|_| true);
            Judged {
                truth: *truth as usize,
                first: ranked.first().map(|(label, _, _)| *label),
                among_three: ranked.iter().take(3).any(|(label, _, _)| *label == *truth as usize),
                confidence: ranked.first().map_or(0.0, |(_, confidence, _)| *confidence),
                auto: ranked.first().is_some_and(|(_, _, share)| *share >= calibration.cut),
            }
        })
        .collect();
    (calibration, judge(&judged, material.labels.len()).0)
}

/// Parts of about equal size that no group straddles.
fn parts(examples: &[Example], options: &Options) -> Vec<Vec<usize>> {
    let groups = groups(examples);
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    groups.iter().enumerate().for_each(|(i, group)| members.entry(*group).or_default().push(i));
    let mut members: Vec<Vec<usize>> = members.into_values().collect();
    Random(options.seed).shuffle(&mut members);
    let mut parts = vec![Vec::new(); options.folds.max(2)];
    for group in members {
        if let Some(smallest) = parts.iter_mut().min_by_key(|part| part.len()) {
            smallest.extend(group);
        }
    }
    parts
}
