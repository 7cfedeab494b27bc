//! What the words of a case say of who answers for it: proposals with the words that speak for each.

use std::sync::Arc;

use huitong_kernel::pack::Pack;
use huitong_kernel::{Id, Result, Tx};
use huitong_text::dispatch::{Allowed, Doubt, Lexicon, Model, Options, train};
use parking_lot::Mutex;
use serde::Serialize;

use super::super::model::Appeal;
use super::super::policy;
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
    /// What stands as the reason of the dispatch. It goes into the journal, so that of the words only those of the dictionary are
    /// in it and none that a person alone has written.
    pub why: String,
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
    let learned = in_force.as_ref().map(|stored| learned(tx, stored)).transpose()?.flatten();
    let known = match learned {
        Some((model, source)) => Some((model, source, true)),
        None => by_dictionary(tx, pack)?.map(|(model, source)| (model, source, false)),
    };
    let Some((model, source, measured)) = known else { return Ok(None) };
    let fresh = Arc::new(AtHand { key, model, source, measured });
    *place.0.lock() = Some(fresh.clone());
    Ok(Some(fresh))
}

/// Has the model in force at hand before anybody asks, so that no act waits until it is read.
pub fn warm(tx: &Tx) -> Result<usize> {
    at_hand(tx)?;
    Ok(0)
}

/// What a model of words alone is known by: the pack it comes from, and the units that there are.
fn by_words(pack: &Pack, units: &[Unit]) -> String {
    let performing: Vec<&str> = units.iter().filter(|u| u.active).map(|u| u.key.as_str()).collect();
    format!("{} {}", pack.version, performing.join(" "))
}

/// A stored model; none where this program cannot read it (another version of its format): then the dictionary answers until the
/// next one is learned.
fn learned(tx: &Tx, stored: &DispatchModel) -> Result<Option<(Model, String)>> {
    let content = store::content(tx, &stored.id)?;
    match Model::from_bytes(&content) {
        Ok(model) => {
            let source = format!("第 {} 版模型，学自 {} 件办结诉求和职能词典", stored.number, stored.cases);
            Ok(Some((model, source)))
        }
        Err(error) => {
            tracing::warn!(number = stored.number, %error, "the dispatch model in force cannot be read");
            Ok(None)
        }
    }
}

fn by_dictionary(tx: &Tx, pack: &Pack) -> Result<Option<(Model, String)>> {
    let model = train(&[], &lexicon(pack, &units::all(tx)?), &Options::default()).ok();
    let none_yet = store::newest(tx, 1)?.is_empty();
    let source = if none_yet {
        "职能词典（还没有学过办结的诉求）"
    } else {
        "职能词典（没有在用的模型）"
    };
    Ok(model.map(|model| (model, source.to_owned())))
}

/// The words of the 职能词典 under the units that perform their functions.
pub(super) fn lexicon(pack: &Pack, units: &[Unit]) -> Lexicon {
    let mut lexicon = Lexicon::new();
    for row in &policy::of(pack).lexicon {
        let performs = |unit: &&Unit| unit.active && unit.functions.contains(&row.function);
        for unit in units.iter().filter(performs) {
            row.words.iter().for_each(|word| lexicon.add(&label_of(unit), word));
        }
    }
    lexicon
}

/// Proposals by the words that are shown at most.
const SHOWN: usize = 3;
/// Below this confidence a unit is not proposed.
const LIKELY: f64 = 0.1;

/// Reads a case. A unit that cannot be given the case is never among the answers.
pub fn read(tx: &Tx, appeal: &Appeal) -> Result<Reading> {
    let Some(known) = at_hand(tx)? else { return Ok(Reading::default()) };
    let pack = tx.ctx().pack()?;
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
        questions: Vec::new(),
        source: known.source.clone(),
        items: Vec::new(),
    };
    let asked = said.question.zip(said.proposals.first().zip(said.proposals.get(1)));
    let asked = asked.and_then(|(asked, (first, second))| {
        let (first, second) = (open(&first.label)?, open(&second.label)?);
        Some((asked.ask(&first.name, &second.name), [first.id.to_string(), second.id.to_string()]))
    });
    // What is less sure than one in ten is no proposal, and more than three are a list to search in.
    let likely = said.proposals.into_iter().filter(|p| !known.measured || p.confidence >= LIKELY);
    for proposal in likely.take(SHOWN) {
        let (Some(unit), Some(body)) = (open(&proposal.label), bodies.of(&proposal.label)) else { continue };
        let reason = match (body.named, body.related) {
            (Some(word), _) => format!("正文写到“{word}”"),
            (None, true) => String::from("协会的属地"),
            (None, false) => String::new(),
        };
        reading.items.push(TextProposal {
            why: why(pack, &proposal.terms, &reason),
            unit: unit.id.to_string(),
            unit_name: unit.name.clone(),
            confidence: known.measured.then_some(proposal.confidence),
            terms: proposal.terms,
            reason,
        });
    }
    if !known.measured {
        only_its_words(pack, &units, &mut reading);
    }
    // A question names two units; it is asked where both are proposed.
    let proposed = |unit: &String| reading.items.iter().any(|item| item.unit == *unit);
    reading.questions =
        asked.filter(|(_, units)| units.iter().all(proposed)).map(|(text, _)| text).into_iter().collect();
    Ok(reading)
}

fn why(pack: &Pack, terms: &[String], reason: &str) -> String {
    let known = |term: &&String| {
        policy::of(pack).lexicon.iter().flat_map(|row| &row.words).any(|word| word.to_lowercase() == **term)
    };
    let known: Vec<String> = terms.iter().filter(known).cloned().collect();
    let parts = [known.join("、"), reason.to_owned()].into_iter().filter(|part| !part.is_empty());
    let because = parts.collect::<Vec<_>>().join("；");
    match because.is_empty() {
        true => String::from("按诉求文字派给该单位"),
        false => format!("按诉求文字派给该单位：{because}"),
    }
}

/// With nothing but the dictionary to go by, only its own words count, and a unit of which none was found is not proposed.
fn only_its_words(pack: &Pack, units: &[Unit], reading: &mut Reading) {
    let words = |id: &str| -> Vec<&String> {
        let functions = units.iter().filter(|unit| unit.id.as_str() == id).flat_map(|unit| &unit.functions);
        let rows =
            functions.filter_map(|name| policy::of(pack).lexicon.iter().find(|row| row.function == *name));
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

/// The unit that the words speak for first, where nothing speaks against it; kept with the case, so that a person's other decision
/// is a correction to learn from.
pub fn first(tx: &Tx, appeal: &Appeal) -> Result<Option<UnitId>> {
    let said = read(tx, appeal)?;
    let sure = said.doubt.is_empty();
    Ok(said.items.into_iter().next().filter(|_| sure).map(|item| Id::stored(item.unit)))
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
        Doubt::Unfamiliar => "正文里熟悉的词太少",
    })
}
