//! Maintained counts of matters by what queues ask for, beside the time.

use std::collections::BTreeMap;

use huitong_kernel::counters::{Count, Keys};
use huitong_kernel::{Result, Tx};

use super::matter::Matter;

/// Counts new matters into where they begin.
pub fn began<M: Matter>(tx: &Tx, matters: &[&M]) -> Result<()> {
    let mut sums = BTreeMap::<Keys<'_>, i64>::new();
    for matter in matters.iter().filter(|matter| matter.is_counted()) {
        *sums.entry(matter.keys()).or_default() += 1;
    }
    let changes: Vec<_> = sums.into_iter().map(|(keys, n)| (count::<M>(keys), n)).collect();
    tx.count_all(&changes)
}

/// Counts a matter out of where it was and into where it is; one that stays under its keys leaves a change by zero, which says
/// that something of it changed all the same.
pub fn moved<M: Matter>(tx: &Tx, before: &M, after: &M) -> Result<()> {
    if !after.is_counted() {
        return Ok(());
    }
    let (from, to) = (before.keys(), after.keys());
    if from == to {
        return tx.count(count::<M>(to), 0);
    }
    tx.count_all(&[(count::<M>(from), -1), (count::<M>(to), 1)])
}

fn count<M: Matter>(keys: Keys<'_>) -> Count<'_> {
    Count { name: M::TALLY.name, keys }
}
