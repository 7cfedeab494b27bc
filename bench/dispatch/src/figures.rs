//! What came out: each held-out case with its answer, and the figures over all of them.

use std::collections::BTreeMap;

use huitong_text::dispatch::{Prediction, Quality};
use serde_json::json;

/// A case that was not learned from, and what the model said of it.
pub struct Outcome {
    pub truth: String,
    /// How many signs its text has.
    pub length: usize,
    pub said: Prediction,
}

impl Outcome {
    /// The unit that was proposed first.
    pub fn first(&self) -> Option<&str> {
        self.said.proposals.first().map(|p| p.label.as_str())
    }

    /// Whether the right unit is among the first `n`.
    pub fn among(&self, n: usize) -> bool {
        self.said.proposals.iter().take(n).any(|p| p.label == self.truth)
    }

    fn confidence(&self) -> f64 {
        self.said.proposals.first().map_or(0.0, |p| p.confidence)
    }
}

fn share(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

/// The figures over all outcomes together, so that a label with one case in each part counts once.
pub fn quality(all: &[Outcome]) -> Quality {
    let mut labels: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut bands = [(0f64, 0f64); 10];
    for outcome in all {
        let right = outcome.among(1);
        for label in [Some(outcome.truth.as_str()), outcome.first()].into_iter().flatten() {
            let (both, hits) = labels.entry(label).or_default();
            *both += 1;
            *hits += usize::from(right);
        }
        let band = &mut bands[((outcome.confidence() * 10.0) as usize).min(9)];
        *band = (band.0 + outcome.confidence(), band.1 + f64::from(u8::from(right)));
    }
    // Hits were counted once as truth and once as proposal, as F1 wants them.
    let f1: f64 = labels.values().map(|(both, hits)| share(*hits, *both)).sum();
    let auto: Vec<&Outcome> = all.iter().filter(|o| o.said.auto).collect();
    Quality {
        n: all.len() as u32,
        top1: share(all.iter().filter(|o| o.among(1)).count(), all.len()),
        top3: share(all.iter().filter(|o| o.among(3)).count(), all.len()),
        macro_f1: f1 / labels.len().max(1) as f64,
        ece: bands.iter().map(|(said, right)| (said - right).abs()).sum::<f64>() / all.len().max(1) as f64,
        auto_share: share(auto.len(), all.len()),
        auto_precision: share(auto.iter().filter(|o| o.among(1)).count(), auto.len()),
    }
}

/// The head of the table of figures.
pub const HEAD: &str = "| measured | cases | top-1 | top-3 | macro-F1 | ECE | auto | right of auto |\n|---|---|---|---|---|---|---|---|";

/// A line of the table, or an object for programs.
pub fn line(name: &str, q: &Quality, for_programs: bool) -> String {
    if for_programs {
        return json!({ "measured": name, "cases": q.n, "top1": q.top1, "top3": q.top3, "macro_f1": q.macro_f1,
            "ece": q.ece, "auto_share": q.auto_share, "auto_precision": q.auto_precision })
        .to_string();
    }
    format!(
        "| {name} | {} | {:.4} | {:.4} | {:.4} | {:.4} | {:.3} | {:.3} |",
        q.n, q.top1, q.top3, q.macro_f1, q.ece, q.auto_share, q.auto_precision
    )
}
