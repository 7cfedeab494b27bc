//! A stored model with what was measured of it; pure.

use huitong_kernel::{Id, Named, columns};
use huitong_text::dispatch::Quality;
use serde::{Deserialize, Serialize};

impl Named for DispatchModel {
    const PREFIX: &'static str = "dmo";
}

/// Id of a model.
pub type ModelId = Id<DispatchModel>;

columns! {
    /// A model that proposes units. Its content stands apart: it is large, and read only where it is used.
    pub struct DispatchModel {
        /// Id.
        id: ModelId,
        /// 第几版: 1, 2, 3 …
        number: i64,
        /// One of the states below.
        state: String,
        /// When it was learned.
        learned_at: i64,
        /// The newest case it has seen was closed then.
        learned_until: i64,
        /// Closed cases it learned from.
        cases: i64,
        /// Of these, cases in which a person had decided against the proposal.
        corrections: i64,
        /// Words of the 职能词典 it learned from.
        words: i64,
        /// [`Figures`] as JSON.
        quality: String,
        /// Cases that neither it nor the one before had seen, on which both were asked.
        held_out: i64,
        /// How often its first proposal was right on them.
        right_now: i64,
        /// How often that of the one before was.
        right_before: i64,
    }
}

/// It answers.
pub const IN_FORCE: &str = "in_force";
/// It answered until a better one came.
pub const REPLACED: &str = "replaced";
/// It answered until somebody took it back.
pub const ROLLED_BACK: &str = "rolled_back";
/// It was no better than the one in force.
pub const REFUSED: &str = "refused";

/// What was measured when it was learned, on cases that were held out.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Cases that were held out; 0 where there were too few.
    pub n: u32,
    /// Share in which the first proposal was right.
    pub top1: f64,
    /// Share in which one of the first three was right.
    pub top3: f64,
    /// Mean over units of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// How far confidences are from what came true.
    pub ece: f64,
    /// Share of answers above the cut.
    pub auto_share: f64,
    /// Share of these that were right.
    pub auto_precision: f64,
}

impl From<Quality> for Figures {
    fn from(q: Quality) -> Figures {
        Figures {
            n: q.n,
            top1: q.top1,
            top3: q.top3,
            macro_f1: q.macro_f1,
            ece: q.ece,
            auto_share: q.auto_share,
            auto_precision: q.auto_precision,
        }
    }
}

impl DispatchModel {
    /// What was measured.
    pub fn figures(&self) -> Figures {
        serde_json::from_str(&self.quality).unwrap_or_default()
    }
}
