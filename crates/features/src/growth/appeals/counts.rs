//! Maintained counts of cases by the unit that answers for them, state and kind.

use huitong_kernel::counters::Count;
use huitong_kernel::{Result, Tx};

use super::model::Appeal;

/// Name of the counter; its keys are answering unit (`-` where none), state, kind.
pub const NAME: &str = "appeals";

fn keys(appeal: &Appeal) -> [&str; 3] {
    [appeal.unit.as_ref().map_or("-", |u| u.as_str()), &appeal.state, &appeal.kind]
}

/// Counts a case out of where it was and into where it is.
pub fn moved(tx: &Tx, before: Option<&Appeal>, after: &Appeal) -> Result<()> {
    if before.is_some_and(|b| keys(b) == keys(after)) {
        return Ok(());
    }
    if let Some(before) = before {
        tx.count(Count { name: NAME, keys: keys(before) }, -1)?;
    }
    tx.count(Count { name: NAME, keys: keys(after) }, 1)
}
