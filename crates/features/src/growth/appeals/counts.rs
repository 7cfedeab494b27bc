//! What is counted of cases: everything that a queue asks of them but the time.

use huitong_kernel::counters::{Keys, Tally};

use super::model::Appeal;
use crate::base::units::UnitId;

/// What is counted; [`keys`] gives a case's keys in the same order.
pub static TALLY: Tally = Tally {
    name: "appeals",
    columns: &["state", "kind", "unit", "next_unit", "desk_unit", "assignee", "approved", "solved"],
};

/// Under which keys a case is counted.
pub fn keys(appeal: &Appeal) -> Keys<'_> {
    [
        &appeal.spine.state,
        &appeal.spine.kind,
        id(&appeal.spine.unit),
        id(&appeal.spine.next_unit),
        id(&appeal.spine.desk_unit),
        appeal.spine.assignee.as_deref().unwrap_or_default(),
        if appeal.approved { "1" } else { "0" },
        appeal.solved.as_deref().unwrap_or_default(),
    ]
}

fn id(unit: &Option<UnitId>) -> &str {
    unit.as_ref().map_or("", |unit| unit.as_str())
}
