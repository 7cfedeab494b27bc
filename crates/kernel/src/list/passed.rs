//! Counts that no act keeps: by columns that no count has a key for, and by instants that pass while nothing happens.
//!
//! What was counted along an index is kept with what stamps the state of the rows: how often their counts were folded and how
//! many changes are not. While the stamp stays, only what passes has to be known, and that is read for a while ahead; another
//! stamp counts anew. The stamp tells two states apart on any number of servers, because each change of a row leaves a change
//! of a count.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::counters::Stamp;
use crate::db::Tx;
use crate::error::Result;

/// Counts by the value of a column; one under none where no column was named.
pub(super) type Groups = BTreeMap<Option<String>, i64>;

/// So long (milliseconds) what has passed since is added; later all is counted anew.
const SINCE: i64 = 3_600_000;
/// So long (milliseconds) what will pass is read ahead.
const AHEAD: i64 = 60_000;
/// Questions kept; beyond, all are forgotten.
const QUESTIONS: usize = 512;

/// What one process has counted.
#[derive(Default)]
struct Counted(Mutex<HashMap<String, Arc<Entry>>>);

struct Entry {
    stamp: Stamp,
    /// Counted is what was before this instant.
    at: i64,
    groups: Groups,
    /// What passes from that instant until this one, in its order.
    until: i64,
    coming: Vec<(i64, Option<String>)>,
}

impl Entry {
    /// The counts before an instant that is not past `until`.
    fn before(&self, at: i64) -> Groups {
        let mut groups = self.groups.clone();
        for (_, value) in self.coming.iter().take_while(|(passes, _)| *passes < at) {
            *groups.entry(value.clone()).or_default() += 1;
        }
        groups
    }
}

fn known(tx: &Tx, stamp: Stamp, question: &str) -> Option<Arc<Entry>> {
    let counted = tx.ctx().shelf.of::<Counted>();
    let known = counted.0.lock().get(question).cloned();
    known.filter(|known| known.stamp == stamp)
}

fn keep(tx: &Tx, question: &str, entry: Entry) {
    let counted = tx.ctx().shelf.of::<Counted>();
    let mut counted = counted.0.lock();
    if counted.len() >= QUESTIONS {
        counted.clear();
    }
    counted.insert(question.to_owned(), Arc::new(entry));
}

/// The counts of a question in which no time passes.
pub(super) fn standing(
    tx: &Tx,
    stamp: Stamp,
    question: &str,
    count: impl FnOnce() -> Result<Groups>,
) -> Result<Groups> {
    if let Some(known) = known(tx, stamp, question) {
        return Ok(known.groups.clone());
    }
    let groups = count()?;
    keep(tx, question, Entry { stamp, at: 0, groups: groups.clone(), until: 0, coming: Vec::new() });
    Ok(groups)
}

/// The counts before `at`: `count` counts what is before an instant, `between` names what passes from one to another.
pub(super) fn before(
    tx: &Tx,
    stamp: Stamp,
    question: &str,
    at: i64,
    count: impl Fn(i64) -> Result<Groups>,
    between: impl Fn(i64, i64) -> Result<Vec<(i64, Option<String>)>>,
) -> Result<Groups> {
    match known(tx, stamp, question).filter(|known| known.at <= at && at - known.at <= SINCE) {
        Some(known) if at <= known.until => Ok(known.before(at)),
        Some(known) => {
            let (groups, until) = (known.before(known.until), at + AHEAD);
            let entry = Entry { stamp, at: known.until, groups, until, coming: between(known.until, until)? };
            let groups = entry.before(at);
            keep(tx, question, entry);
            Ok(groups)
        }
        None => {
            let groups = count(at)?;
            keep(tx, question, Entry { stamp, at, groups: groups.clone(), until: at, coming: Vec::new() });
            Ok(groups)
        }
    }
}
