//! Counts of what is past an instant: nothing happens when it passes, so that no act could count it.
//!
//! It is counted along an index and kept with the moment, and with what stamps the state of the rows: how often their counts were
//! folded and how many changes are not. While the stamp stays, only what has passed since is counted; another stamp counts anew.
//! The stamp tells two states apart on any number of servers, because each change of a row leaves a change of a count.

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
/// Questions kept; beyond, all are forgotten.
const QUESTIONS: usize = 512;

/// What one process has counted.
#[derive(Default)]
struct Counted(Mutex<HashMap<String, Entry>>);

#[derive(Clone)]
struct Entry {
    stamp: Stamp,
    at: i64,
    groups: Arc<Groups>,
}

/// The counts before `at`; `between` counts from one instant (all before, where there is none) to another.
pub(super) fn before(
    tx: &Tx,
    stamp: Stamp,
    question: &str,
    at: i64,
    between: impl Fn(Option<i64>, i64) -> Result<Groups>,
) -> Result<Groups> {
    let counted = tx.ctx().shelf.of::<Counted>();
    let known = counted.0.lock().get(question).cloned();
    if let Some(known) =
        known.filter(|known| known.stamp == stamp && known.at <= at && at - known.at <= SINCE)
    {
        let mut groups = (*known.groups).clone();
        if known.at < at {
            for (value, n) in between(Some(known.at), at)? {
                *groups.entry(value).or_default() += n;
            }
        }
        return Ok(groups);
    }
    let groups = between(None, at)?;
    let mut counted = counted.0.lock();
    if counted.len() >= QUESTIONS {
        counted.clear();
    }
    counted.insert(question.to_owned(), Entry { stamp, at, groups: Arc::new(groups.clone()) });
    Ok(groups)
}
