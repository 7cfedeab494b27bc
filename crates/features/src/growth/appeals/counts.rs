//! Maintained counts of cases by the unit that answers for them, state and kind.

use std::collections::BTreeMap;

use huitong_kernel::counters::Count;
use huitong_kernel::{Result, Tx};

use super::model::Appeal;

/// Name of the counter; its keys are answering unit (`-` where none), state, kind.
pub const NAME: &str = "appeals";

fn keys(appeal: &Appeal) -> [&str; 3] {
    [appeal.unit.as_ref().map_or("-", |u| u.as_str()), &appeal.state, &appeal.kind]
}

/// Counts new cases into where they begin.
pub fn began(tx: &Tx, appeals: &[&Appeal]) -> Result<()> {
    let mut sums = BTreeMap::<[&str; 3], i64>::new();
    for appeal in appeals {
        *sums.entry(keys(appeal)).or_default() += 1;
    }
    let changes: Vec<_> = sums.into_iter().map(|(keys, n)| (Count { name: NAME, keys }, n)).collect();
    tx.count_all(&changes)
}

/// Counts a case out of where it was and into where it is.
pub fn moved(tx: &Tx, before: &Appeal, after: &Appeal) -> Result<()> {
    if keys(before) == keys(after) {
        return Ok(());
    }
    let count = |appeal| Count { name: NAME, keys: keys(appeal) };
    tx.count_all(&[(count(before), -1), (count(after), 1)])
}
