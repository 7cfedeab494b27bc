//! Maintained counts of cases by what queues ask for, beside the time.

use std::collections::BTreeMap;

use huitong_kernel::counters::{Count, Keys, Tally};
use huitong_kernel::{Result, Tx};

use super::model::Appeal;
use crate::base::units::UnitId;

/// What is counted; `keys` gives a case's keys in the same order.
pub static TALLY: Tally = Tally {
    name: "appeals",
    columns: &["state", "kind", "unit", "next_unit", "desk_unit", "assignee", "approved", "solved"],
};

/// Under which keys a case is counted.
pub fn keys(appeal: &Appeal) -> Keys<'_> {
    [
        &appeal.state,
        &appeal.kind,
        id(&appeal.unit),
        id(&appeal.next_unit),
        id(&appeal.desk_unit),
        appeal.assignee.as_deref().unwrap_or_default(),
        if appeal.approved { "1" } else { "0" },
        appeal.solved.as_deref().unwrap_or_default(),
    ]
}

/// Counts new cases into where they begin.
pub fn began(tx: &Tx, appeals: &[&Appeal]) -> Result<()> {
    let mut sums = BTreeMap::<Keys, i64>::new();
    for appeal in appeals {
        *sums.entry(keys(appeal)).or_default() += 1;
    }
    let changes: Vec<_> = sums.into_iter().map(|(keys, n)| (count(keys), n)).collect();
    tx.count_all(&changes)
}

/// Counts a case out of where it was and into where it is; one that stays under its keys leaves a change by zero, which says
/// that something of it changed all the same.
pub fn moved(tx: &Tx, before: &Appeal, after: &Appeal) -> Result<()> {
    if keys(before) == keys(after) {
        return tx.count(count(keys(after)), 0);
    }
    tx.count_all(&[(count(keys(before)), -1), (count(keys(after)), 1)])
}

fn id(unit: &Option<UnitId>) -> &str {
    unit.as_ref().map_or("", |unit| unit.as_str())
}

fn count(keys: Keys<'_>) -> Count<'_> {
    Count { name: TALLY.name, keys }
}
