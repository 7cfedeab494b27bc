//! Past cases in memory: which of them told the same matter as the one at hand.

use std::collections::HashMap;

use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx, followers};
use huitong_text::duplicates::{Index, Note, Options, shared};
use parking_lot::RwLock;
use serde::Serialize;

use super::super::model::Appeal;
use super::super::store as cases;
use super::store;
use crate::base::matters::{KEYS, Rules};
use crate::base::units;

/// So many past cases are remembered at the start of a process.
const REMEMBERED: i64 = 100_000;
/// So many of them are read at once, so that nobody waits long for the memory.
const AT_ONCE: i64 = 500;
/// So many days a case is told of.
const DAYS: u32 = 365;
/// So many are shown.
const SHOWN: usize = 5;
/// So many are asked for: some may be out of the reader's reach.
const ASKED: usize = 30;

/// What was taken back is no past case, however the memory stands.
const WITHDRAWN: &str = "withdrawn";

/// The memory of a process.
struct Past(RwLock<Remembered>);

struct Remembered {
    index: Index,
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
    standing: Standing,
}

/// How far a memory has come.
#[derive(Clone)]
enum Standing {
    /// Nothing was read.
    Begun,
    /// The newest cases are being read, from the oldest of them on: when and which was the last one, and where the journal stood at
    /// the begin.
    Reading { after: (i64, String), position: i64 },
    /// All entries of the journal up to this one were taken into account.
    At(i64),
}

impl Default for Past {
    fn default() -> Past {
        Past(RwLock::new(Remembered::nothing()))
    }
}

impl Remembered {
    fn nothing() -> Remembered {
        let index = Index::new(Options { days: Some(DAYS), ..Options::default() });
        Remembered { index, ids: Vec::new(), numbers: HashMap::new(), standing: Standing::Begun }
    }

    fn add(&mut self, id: String, text: &str, at: i64) {
        if self.numbers.contains_key(&id) {
            return;
        }
        let number = self.index.insert(Note { text, at: Some(at) });
        self.numbers.insert(id.clone(), number);
        self.ids.push(id);
    }
}

/// Takes what came in and what was withdrawn since into account.
pub fn step(tx: &Tx) -> Result<usize> {
    let place = tx.ctx().shelf.of::<Past>();
    // What grew for long is read anew, so that it holds the newest only.
    let grown = i64::try_from(place.0.read().ids.len()).unwrap_or(i64::MAX) > 2 * REMEMBERED;
    if grown {
        *place.0.write() = Remembered::nothing();
    }
    let standing = place.0.read().standing.clone();
    let (taken, standing) = match standing {
        Standing::Begun => {
            let after = store::past_begin(tx, REMEMBERED)?.unwrap_or_default();
            (1, Standing::Reading { after, position: followers::last_position(tx)? })
        }
        Standing::Reading { after, position } => read(tx, &place, &after, position)?,
        Standing::At(position) => follow(tx, &place, position)?,
    };
    place.0.write().standing = standing;
    Ok(taken)
}

/// Remembers the next of the newest cases.
fn read(tx: &Tx, place: &Past, after: &(i64, String), position: i64) -> Result<(usize, Standing)> {
    let found = store::past(tx, after, AT_ONCE)?;
    let Some(last) = found.last() else { return Ok((1, Standing::At(position))) };
    let after = (last.submitted_at, last.id.to_string());
    for case in &found {
        place.0.write().add(case.id.to_string(), &case.text, case.submitted_at);
    }
    Ok((found.len(), Standing::Reading { after, position }))
}

/// Takes the next entries of the journal into account.
fn follow(tx: &Tx, place: &Past, position: i64) -> Result<(usize, Standing)> {
    let entries = followers::entries_after(tx, position)?;
    let Some(last) = entries.last().and_then(|entry| entry.position) else {
        return Ok((0, Standing::At(position)));
    };
    let mut fresh = Vec::new();
    for entry in entries.iter().filter(|e| matches!(e.act.as_str(), "appeal.submit" | "appeal.register")) {
        let id = &entry.subject;
        fresh.extend(cases::find(tx, &Scope::all(), id)?);
    }
    let mut past = place.0.write();
    for case in &fresh {
        past.add(case.id.clone(), &store::told_by(case), case.began_at);
    }
    for entry in entries.iter().filter(|entry| entry.act == "appeal.withdraw") {
        let gone = past.numbers.get(&entry.subject).copied();
        gone.into_iter().for_each(|number| past.index.forget(number));
    }
    Ok((entries.len(), Standing::At(last)))
}

/// A past case that told the same matter.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Similar {
    /// The case.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its state, in words.
    pub state_label: String,
    /// The unit that answers for it; empty where none does yet.
    pub unit_name: String,
    /// When it came in.
    pub submitted_on: String,
    /// 0 to 1.
    pub similarity: f64,
    /// What both say; never personal data.
    pub shared: Vec<String>,
}

/// Past cases within the reader's reach that told the matter of a case, the most similar first.
pub fn similar(tx: &Tx, appeal: &Appeal) -> Result<Vec<Similar>> {
    let text = store::told_by(appeal);
    let near: Vec<(String, f64)> = {
        let place = tx.ctx().shelf.of::<Past>();
        let past = place.0.read();
        let near = past.index.near(Note { text: &text, at: Some(appeal.began_at) }, ASKED);
        near.into_iter().map(|near| (past.ids[near.item as usize].clone(), near.similarity)).collect()
    };
    let scope = tx.ctx().right("appeal.view")?.scope(&KEYS);
    let mut found = Vec::new();
    for (id, similarity) in near.into_iter().filter(|(id, _)| *id != appeal.id) {
        let Some(other) = cases::find(tx, &scope, &id)?.filter(|other| other.state != WITHDRAWN) else {
            continue;
        };
        found.push(shown(tx, &text, &other, similarity)?);
        if found.len() == SHOWN {
            break;
        }
    }
    Ok(found)
}

fn shown(tx: &Tx, text: &str, other: &Appeal, similarity: f64) -> Result<Similar> {
    let state = Rules::of(tx.ctx(), &other.spine)?.of.state(&other.state);
    Ok(Similar {
        id: other.id.to_string(),
        number: other.number.clone(),
        title: other.title.clone(),
        state_label: state.map_or_else(|| other.state.clone(), |state| state.label_for(other).to_owned()),
        unit_name: other.unit.as_ref().map_or(Ok(String::new()), |unit| units::name_of(tx, unit))?,
        submitted_on: huitong_kernel::clock::civil_date(other.began_at).to_string(),
        similarity,
        shared: shared(text, &store::told_by(other)),
    })
}
