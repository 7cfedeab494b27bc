//! Learning a model: from cases and the duty lexicon, measured on the way by holding parts of the cases out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::calibrate::{Calibration, HeldOut};
use super::features::{Phrases, Row, Signs, Vocabulary, length};
use super::groups::groups;
use super::measure::{Judged, Quality, judge};
use super::model::{Machine, Model, best};
use super::parallel::{Random, parallel};
use super::solver::{Problem, Settings, Weights, hinge, softmax};
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
        Options { seed: 20_260_101, folds: 4, auto_precision: 0.965, lexicon_weight: 1.0 }
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
    phrases: Phrases,
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
    let (machine, calibration, quality) = learn(&kept, &material, options);
    Ok(Model { labels: material.labels, machine, calibration, quality })
}

fn prepare(examples: &[Example], lexicon: &Lexicon, options: &Options) -> Material {
    let names: BTreeMap<&str, u32> = {
        let all = examples.iter().map(|e| e.label.trim()).chain(lexicon.rows().map(|(label, _)| label));
        let sorted: BTreeSet<&str> = all.collect();
        sorted.into_iter().zip(0..).collect()
    };
    let mut material = Material {
        labels: names.keys().map(|name| (*name).to_owned()).collect(),
        signs: Vec::new(),
        truths: Vec::new(),
        weights: Vec::new(),
        phrases: Phrases::new(lexicon.rows().map(|(_, phrase)| phrase.to_owned())),
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

/// Room for weights: a model stays well below 20 MB.
const ROOM: usize = 16_000_000;

/// Learns three machines that see the same features differently, and adds them up to one: what two of them get wrong the third
/// often gets right, and a sum of linear machines costs no more than one of them.
fn fit(material: &Material, without: &[usize], options: &Options) -> Machine {
    let mut learned = vec![true; material.signs.len()];
    without.iter().for_each(|i| learned[*i] = false);
    let chosen: Vec<usize> = (0..learned.len()).filter(|i| learned[*i]).collect();
    let signs: Vec<&Signs> = chosen.iter().map(|i| &material.signs[*i]).collect();
    let classes = material.labels.len();
    let least = if material.cases < 500 { 1 } else { 2 };
    let (vocabulary, counts) = Vocabulary::learn(&signs, material.phrases.clone(), least, ROOM / classes);
    let rows: Vec<Row> = signs.iter().map(|signs| vocabulary.row(signs)).collect();
    let labels: Vec<u32> = chosen.iter().map(|i| material.truths[*i]).collect();
    let weights: Vec<f32> = chosen.iter().map(|i| material.weights[*i]).collect();
    let features = vocabulary.keys.len();
    let problem =
        Problem { rows: &rows, labels: &labels, weights: &weights, features, classes, seed: options.seed };
    // Rare short runs speak louder; runs of three are left to the others.
    let rarity = |(key, count): (&u64, &u32)| match length(*key) {
        3 => 0.0,
        _ => (((rows.len() + 1) as f32 / (count + 1) as f32).ln() + 1.0).powi(2),
    };
    let rare: Vec<f32> = vocabulary.keys.iter().zip(&counts).map(rarity).collect();
    let without_long = |row: &Row| row.iter().filter(|(f, _)| rare[*f as usize] > 0.0).copied().collect();
    let short_rows: Vec<Row> = rows.iter().map(without_long).collect();
    let short = Problem { rows: &short_rows, ..problem };
    let mut sum = Weights::none(&problem);
    hinge(&problem, &Settings { pace: 0.2, ratio: 0.8, rounds: 5 }, &vec![1.0; features], 9.3, &mut sum);
    hinge(&short, &Settings { pace: 0.02, ratio: 0.5, rounds: 5 }, &rare, 5.9, &mut sum);
    softmax(&problem, &Settings { pace: 0.5, ratio: 0.5, rounds: 7 }, 0.7, &mut sum);
    Machine::pack(vocabulary, &sum)
}

/// With fewer cases than these a measurement would say nothing.
const FEWEST: usize = 60;

/// Learns the model, and holds each part of the cases out once to learn how far its scores can be believed.
fn learn(examples: &[Example], material: &Material, options: &Options) -> (Machine, Calibration, Quality) {
    let mut parts = parts(examples, options);
    if material.cases < FEWEST || parts.iter().any(|part| part.is_empty()) {
        return (fit(material, &[], options), Calibration::unmeasured(0.3), Quality::default());
    }
    // The model itself is the one that leaves nothing out.
    parts.push(Vec::new());
    let mut learned = parallel(&parts, |part| {
        let machine = fit(material, part, options);
        let scores: Vec<Vec<f32>> = part.iter().map(|i| machine.scores(&material.signs[*i])).collect();
        // Only the last machine is kept; the others have done their work.
        (part.is_empty().then_some(machine), scores)
    });
    let machine = learned.pop().and_then(|(machine, _)| machine);
    let mut scores: Vec<Vec<f32>> = vec![Vec::new(); material.cases];
    let mut part_of = vec![0; material.cases];
    for (number, (part, (_, found))) in parts.iter().zip(learned).enumerate() {
        for (i, found) in part.iter().zip(found) {
            scores[*i] = found;
            part_of[*i] = number;
        }
    }
    let truths = &material.truths[..material.cases];
    let held_out = HeldOut { scores: &scores, truths, parts: &part_of };
    let (calibration, confidences) = Calibration::learn(&held_out, options.auto_precision);
    let judged: Vec<Judged> = scores
        .iter()
        .zip(truths)
        .zip(&confidences)
        .map(|((scores, truth), confidence)| {
            let order = best(scores, 3, &|_| true);
            Judged {
                truth: *truth as usize,
                first: order.first().copied(),
                among_three: order.contains(&(*truth as usize)),
                confidence: f64::from(*confidence),
                auto: *confidence >= calibration.cut,
            }
        })
        .collect();
    let quality = judge(&judged, material.labels.len()).0;
    (machine.unwrap_or_else(|| fit(material, &[], options)), calibration, quality)
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
