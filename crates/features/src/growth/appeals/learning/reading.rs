//! What the words of a case say of who answers for it: proposals with the words that speak for each.

use std::sync::Arc;

use huitong_kernel::pack::Pack;
use huitong_kernel::{Id, Result, Tx};
use huitong_text::dispatch::{Allowed, Doubt, Lexicon, Model, Options, train};
use parking_lot::Mutex;
use serde::Serialize;

use super::super::model::Appeal;
use super::super::rules;
use super::labels::{Bodies, Body, label_of};
use super::model::DispatchModel;
use super::store;
use crate::base::duty;
use crate::base::units::{self, Unit, UnitId};

/// One unit that the words speak for.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TextProposal {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// How often such a proposal was right on closed cases that were held out, 0 to 1; none where nothing was measured.
    pub confidence: Option<f64>,
    /// The words of the text that speak for it, strongest first; never personal data.
    pub terms: Vec<String>,
    /// Why this one among several of its kind, e.g. the place that the text names.
    pub reason: String,
}

impl TextProposal {
    /// Why a case goes there, in words that stand as the reason of the dispatch.
    pub fn why(&self) -> String {
        let words = self.terms.join("、");
        match (words.is_empty(), self.reason.is_empty()) {
            (true, true) => String::from("按诉求文字派给该单位"),
            (true, false) => format!("按诉求文字派给该单位：{}", self.reason),
            (false, true) => format!("按诉求文字派给该单位：{words}"),
            (false, false) => format!("按诉求文字派给该单位：{words}；{}", self.reason),
        }
    }
}

/// What the words of a case say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Reading {
    /// Units, best first.
    pub items: Vec<TextProposal>,
    /// Whether the first is as good as certain: such proposals were right more than 96 times in 100 on cases
    /// held out. A person dispatches all
    /// the same.
    pub certain: bool,
    /// Why little should be given on it; empty where nothing speaks against it.
    pub doubt: String,
    /// What to ask the person, where the first two lie close together.
    pub questions: Vec<String>,
    /// What it was learned from, in words.
    pub source: String,
}

/// A model as it is used.
pub(super) struct AtHand {
    /// What it is known by.
    key: String,
    pub model: Model,
    /// What it was learned from, in words.
    pub source: String,
    /// Whether its confidences were measured.
    pub measured: bool,
}

/// The model that this process used last.
#[derive(Default)]
struct Last(Mutex<Option<Arc<AtHand>>>);

/// The model in force; before any was learned, one made of the 职能词典 alone; none where the dictionary has too few words.
pub(super) fn at_hand(tx: &Tx) -> Result<Option<Arc<AtHand>>> {
    let in_force = store::in_force(tx)?;
    let pack = tx.ctx().pack()?;
    let units = if in_force.is_none() { units::all(tx)? } else { Vec::new() };
    let key = in_force.as_ref().map_or_else(|| by_words(pack, &units), |model| model.id.to_string());
    let place = tx.ctx().shelf.of::<Last>();
    if let Some(known) = place.0.lock().as_ref().filter(|known| known.key == key) {
        return Ok(Some(known.clone()));
    }
    let Some((model, source)) = load(tx, in_force.as_ref(), pack, &units)? else { return Ok(None) };
    let fresh = Arc::new(AtHand { key, model, source, measured: in_force.is_some() });
    *place.0.lock() = Some(fresh.clone());
    Ok(Some(fresh))
}

/// What a model of words alone is known by: the pack it comes from, and the units that there are.
fn by_words(pack: &Pack, units: &[Unit]) -> String {
    let performing: Vec<&str> = units.iter().filter(|u| u.active).map(|u| u.key.as_str()).collect();
    format!("{} {}", pack.version, performing.join(" "))
}

fn load(
    tx: &Tx,
    in_force: Option<&DispatchModel>,
    pack: &Pack,
    units: &[Unit],
) -> Result<Option<(Model, String)>> {
    let Some(stored) = in_force else {
        let model = train(&[], &lexicon(pack, units), &Options::default()).ok();
        return Ok(model.map(|model| (model, String::from("职能词典（还没有办结的诉求可学）"))));
    };
    let model = Model::from_bytes(&store::content(tx, &stored.id)?)
        .map_err(|e| huitong_kernel::Error::internal(format!("dispatch model {}: {e}", stored.number)))?;
    Ok(Some((model, format!("第 {} 版模型，学自 {} 件办结诉求和职能词典", stored.number, stored.cases))))
}

/// The words of the 职能词典 under the units that perform their functions.
pub(super) fn lexicon(pack: &Pack, units: &[Unit]) -> Lexicon {
    let mut lexicon = Lexicon::new();
    for row in &pack.lexicon {
        let performs = |unit: &&Unit| unit.active && unit.functions.contains(&row.function);
        for unit in units.iter().filter(performs) {
            row.words.iter().for_each(|word| lexicon.add(&label_of(unit), word));
        }
    }
    lexicon
}

/// Reads a case. A unit that cannot be given the case is never among the answers.
pub fn read(tx: &Tx, appeal: &Appeal) -> Result<Reading> {
    let Some(known) = at_hand(tx)? else { return Ok(Reading::default()) };
    let units = units::all(tx)?;
    let (text, places) = (store::told_by(appeal), places(tx, appeal)?);
    let bodies = Bodies { units: &units, text: &text, places: &places };
    let unit = |body: &Body| units.iter().find(|unit| unit.id == *body.unit);
    let open = |label: &str| {
        bodies.of(label).and_then(|body| unit(&body)).filter(|u| rules::cannot_be_given(u, appeal).is_none())
    };
    let said = known.model.predict(&text, &Allowed::Only(&|label| open(label).is_some()));
    let mut reading = Reading {
        certain: said.auto && known.measured,
        doubt: said.doubt.map(doubt).unwrap_or_default(),
        questions: said.questions,
        source: known.source.clone(),
        items: Vec::new(),
    };
    for proposal in said.proposals {
        let (Some(unit), Some(body)) = (open(&proposal.label), bodies.of(&proposal.label)) else { continue };
        reading.items.push(TextProposal {
            unit: unit.id.to_string(),
            unit_name: unit.name.clone(),
            confidence: known.measured.then_some(proposal.confidence),
            terms: proposal.terms,
            reason: match (body.named, body.related) {
                (Some(word), _) => format!("正文写到“{word}”"),
                (None, true) => String::from("协会的属地"),
                (None, false) => String::new(),
            },
        });
    }
    if !known.measured {
        by_dictionary(tx.ctx().pack()?, &units, &mut reading);
    }
    Ok(reading)
}

/// With nothing but the dictionary to go by, only its own words count, and a unit of which none was found is not proposed.
fn by_dictionary(pack: &Pack, units: &[Unit], reading: &mut Reading) {
    let words = |id: &str| -> Vec<&String> {
        let functions = units.iter().filter(|unit| unit.id.as_str() == id).flat_map(|unit| &unit.functions);
        let rows = functions.filter_map(|name| pack.lexicon.iter().find(|row| row.function == *name));
        rows.flat_map(|row| &row.words).collect()
    };
    for item in &mut reading.items {
        let own = words(&item.unit);
        item.terms.retain(|term| own.iter().any(|word| word.to_lowercase() == *term));
    }
    reading.items.retain(|item| !item.terms.is_empty());
    if !reading.items.is_empty() {
        reading.doubt.clear();
    }
}

/// The unit that the words speak for first; kept with the case, so that a person's other decision is a correction to learn from.
pub fn first(tx: &Tx, appeal: &Appeal) -> Result<Option<UnitId>> {
    Ok(read(tx, appeal)?.items.into_iter().next().map(|item| Id::stored(item.unit)))
}

/// Towns and parks to which the association belongs today.
fn places(tx: &Tx, appeal: &Appeal) -> Result<Vec<UnitId>> {
    let Some(association) = &appeal.association else { return Ok(Vec::new()) };
    let links = duty::of_association(tx, &Id::stored(association.clone()))?;
    let today = tx.ctx().today();
    let here = links.into_iter().filter(|link| link.kind == "territory" && link.holds_on(today));
    Ok(here.map(|link| link.unit).collect())
}

fn doubt(doubt: Doubt) -> String {
    String::from(match doubt {
        Doubt::Empty => "正文里没有可以判断的文字",
        Doubt::Unfamiliar => "正文里熟悉的词太少，以下仅供参考",
    })
}
