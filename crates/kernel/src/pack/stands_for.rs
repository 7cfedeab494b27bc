//! What a field stands for: the column that carries its answer, so that rights, lists and conditions find it.

use super::closed::Closed;
use super::field::Control;

/// The spine columns that a field can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsFor {
    /// The association it is about.
    Association,
    /// The unit that handles it.
    Unit,
    /// The other unit of an entry; it sees the entry as the first one does.
    OtherUnit,
    /// The person in charge.
    Assignee,
    /// What kind it is.
    Kind,
    /// The day it is about.
    Day,
    /// From when until when an entry holds.
    Validity,
    /// The number that an entry is about.
    Amount,
}

impl Closed for StandsFor {
    const WHAT: &'static str = "用途";
    const WORDS: &'static [(&'static str, StandsFor)] = &[
        ("协会", StandsFor::Association),
        ("单位", StandsFor::Unit),
        ("对方单位", StandsFor::OtherUnit),
        ("经办人", StandsFor::Assignee),
        ("分类", StandsFor::Kind),
        ("日期", StandsFor::Day),
        ("有效期", StandsFor::Validity),
        ("金额", StandsFor::Amount),
    ];
}

impl StandsFor {
    /// Types whose answers the column can hold.
    pub(super) fn takes(self, control: Control) -> bool {
        match self {
            StandsFor::Association => control == Control::Association,
            StandsFor::Unit | StandsFor::OtherUnit => control == Control::Unit,
            StandsFor::Assignee => control == Control::Handler,
            StandsFor::Kind => matches!(control, Control::Select | Control::Radio),
            StandsFor::Day => control == Control::Date,
            StandsFor::Validity => control == Control::Period,
            StandsFor::Amount => matches!(control, Control::Money | Control::Integer),
        }
    }
}
