//! Learning the next model: from closed cases and the 职能词典; it answers only where it is better than the one before on cases
//! that neither has seen.

use std::collections::{BTreeMap, BTreeSet};

use huitong_kernel::capability::Change;
use huitong_kernel::{Error, Result, Tx};
use huitong_text::dispatch::{Example, Lexicon, Model, Options, evaluate, groups, train};

use super::acts;
use super::labels::label_of;
use super::model::Figures;
use super::reading::{at_hand, lexicon};
use super::store::{self, Closed};
use crate::base::units::{self, UnitId};

/// So many cases are learned from at most, the newest.
const MOST: i64 = 20_000;
/// With fewer newly closed cases than these nothing is learned: a comparison on them would say nothing.
pub const LEAST: usize = 60;
/// The share of all cases on which the old and the new model are compared.
const HELD: usize = 4;
/// What a case counts in which a person decided against the proposal.
const CORRECTION: f32 = 3.0;

/// What was learned, and how it compares.
pub struct Learned {
    /// The model, where it is better than the one in force.
    pub model: Option<Model>,
    /// What was measured while learning.
    pub figures: Figures,
    /// Closed cases it learned from.
    pub cases: usize,
    /// Of these, corrections of a proposal.
    pub corrections: usize,
    /// Words of the 职能词典.
    pub words: usize,
    /// The newest case was closed then.
    pub until: i64,
    /// Cases on which both were asked.
    pub held_out: usize,
    /// How often the new one was right on them.
    pub right_now: usize,
    /// How often the one in force was.
    pub right_before: usize,
}

/// Prepares the next model, apart from everybody; what comes of it is entered by [`acts::learn`].
pub fn prepare(tx: &Tx, _body: &str) -> Result<Change> {
    let before = store::in_force(tx)?;
    // A comparison on cases that were compared on already would only wait for luck; what a person took back stays back.
    let Some(learned) = learn(tx, store::learned_until(tx)?)? else { return Ok(Box::new(|_| Ok(()))) };
    let content = learned.model.as_ref().map(Model::to_bytes);
    let before = before.map(|model| model.id);
    Ok(Box::new(move |tx| acts::learn(tx, before.as_ref(), &learned, content.as_deref())))
}

fn learn(tx: &Tx, seen: i64) -> Result<Option<Learned>> {
    let units = units::all(tx)?;
    let labels: BTreeMap<&UnitId, String> = units.iter().map(|unit| (&unit.id, label_of(unit))).collect();
    let mut closed = store::closed(tx, MOST)?;
    closed.retain(|case| labels.contains_key(&case.unit));
    closed.sort_by_key(|case| case.closed_at);
    if closed.iter().filter(|case| case.closed_at > seen).count() < LEAST {
        return Ok(None);
    }
    let corrected = |case: &Closed| {
        let proposed = case.proposed.as_ref().and_then(|unit| labels.get(unit));
        proposed.is_some_and(|label| *label != labels[&case.unit])
    };
    let weight = |case: &Closed| if corrected(case) { CORRECTION } else { 1.0 };
    let examples: Vec<Example> = closed
        .iter()
        .map(|case| Example {
            weight: weight(case),
            ..Example::new(case.text.as_str(), labels[&case.unit].as_str())
        })
        .collect();
    let words = lexicon(tx.ctx().pack()?, &units);
    let held = held_out(&closed, &examples, seen);
    let (right_now, right_before) = compare(tx, &examples, &held, &words)?;
    let better = right_now > right_before;
    let whole = if better { train(&examples, &words, &Options::default()).ok() } else { None };
    Ok(Some(Learned {
        figures: whole.as_ref().map(|model| model.quality().into()).unwrap_or_default(),
        model: whole,
        cases: closed.len(),
        corrections: closed.iter().filter(|case| corrected(case)).count(),
        words: words.rows().count(),
        until: closed.last().map_or(seen, |case| case.closed_at),
        held_out: held.len(),
        right_now,
        right_before,
    }))
}

/// The newest cases that no model has seen, a quarter of all at most; by place.
fn held_out(closed: &[Closed], examples: &[Example], seen: i64) -> BTreeSet<usize> {
    let fresh = closed.iter().filter(|case| case.closed_at > seen).count();
    let many = (examples.len() / HELD).clamp(1, fresh.max(1));
    (examples.len() - many..examples.len()).collect()
}

/// How often a model learned without the cases held out is right on them, and how often the one in force is. What repeats or quotes
/// one of them is left out of learning, too.
fn compare(tx: &Tx, examples: &[Example], held: &BTreeSet<usize>, words: &Lexicon) -> Result<(usize, usize)> {
    let groups = groups(examples);
    let asked: BTreeSet<u32> = held.iter().map(|place| groups[*place]).collect();
    let rest: Vec<Example> = examples
        .iter()
        .zip(&groups)
        .filter(|(_, group)| !asked.contains(group))
        .map(|(example, _)| example.clone())
        .collect();
    let test: Vec<Example> = held.iter().map(|place| examples[*place].clone()).collect();
    let right = |model: &Model| {
        let report = evaluate(model, &test);
        (report.quality.top1 * f64::from(report.quality.n)).round() as usize
    };
    let trial = train(&rest, words, &Options::default()).map_err(|e| Error::internal(e.to_string()));
    let before = at_hand(tx)?.map_or(0, |known| right(&known.model));
    // Where nothing can be learned, what answers now goes on.
    Ok((trial.map_or(0, |model| right(&model)), before))
}
