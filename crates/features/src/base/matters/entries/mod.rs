//! Entries of registers (台账): matters that hold instead of moving. The same row, acts, rights and pages as every matter; what
//! is theirs alone stands here: every version whole, facts that lists ask for, rows within, and that no two hold at once.

mod about;
mod acts;
pub mod api;
pub mod as_of;
pub mod batch;
pub mod changed;
pub mod correction;
mod declared;
mod derived;
mod facts;
mod links;
pub mod list;
mod once;
mod ordered;
pub mod reminders;
mod store;
pub mod versions;

pub use about::admitted;
pub(super) use about::{owners, post_for, settle};
pub use acts::{Work, plain, stand};
pub(super) use acts::{began, checked, keep, recorded, stored};
pub(super) use declared::sentence_facts;
pub use declared::{column, declared, looked_at};
pub(super) use derived::nothing_within;
pub use derived::value as derived_now;
pub(super) use facts::{first_facts, set_facts};
pub(super) use links::LINKS;
pub(super) use once::once;
pub use once::{claim, clash};
pub(super) use ordered::ordered;
pub use store::names_for;
pub(super) use store::{called, find_by, name_of, names, update};
pub use store::{children, referring};

use huitong_kernel::Named;
use huitong_kernel::pack::CURRENT;
use jiff::civil::Date;

use super::plain::Plain;

/// What the id of an entry begins with.
pub struct Entry;
impl Named for Entry {
    const PREFIX: &'static str = "ent";
}

/// An entry that stands and does not hold today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It begins later.
    NotYet,
    /// Its last day has passed, and nobody has ended it.
    NoMore,
}

impl Held {
    /// Whether that is so of an entry.
    pub(super) fn of(entry: &Plain, today: Date) -> Option<Held> {
        let today = today.to_string();
        let stands = is_entry(&entry.spine.id) && entry.spine.state == CURRENT;
        let late = entry.from_on.as_ref().is_some_and(|from| *from > today);
        let over = entry.until_on.as_ref().is_some_and(|until| *until < today);
        match (stands, late, over) {
            (true, true, _) => Some(Held::NotYet),
            (true, _, true) => Some(Held::NoMore),
            _ => None,
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Held::NotYet => "还没有开始",
            Held::NoMore => "已到期",
        }
    }
}

/// Whether an id is that of an entry.
pub fn is_entry(id: &str) -> bool {
    id.strip_prefix(Entry::PREFIX).is_some_and(|rest| rest.starts_with('_'))
}
