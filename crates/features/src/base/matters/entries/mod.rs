//! Entries of registers (台账): matters that hold instead of moving. The same row, acts, rights and pages as every matter; what
//! is theirs alone stands here: every version whole, facts that lists ask for, rows within, and that no two hold at once.

mod about;
mod acts;
pub mod api;
pub mod as_of;
mod declared;
mod derived;
mod facts;
pub mod list;
mod once;
mod store;
pub mod versions;

pub(super) use about::{admitted, owners, post_for, settle};
pub use acts::{Work, stand};
pub(super) use acts::{began, checked, keep, recorded, stored};
pub(super) use declared::sentence_facts;
pub use declared::{column, declared};
pub(super) use derived::nothing_within;
pub use derived::value as derived_now;
pub(super) use facts::{first_facts, set_facts};
pub(super) use once::once;
pub(super) use store::{called, find_by, name_of, update};
pub use store::{children, referring};

use huitong_kernel::Named;

/// What the id of an entry begins with.
pub struct Entry;
impl Named for Entry {
    const PREFIX: &'static str = "ent";
}

/// Whether an id is that of an entry.
pub fn is_entry(id: &str) -> bool {
    id.strip_prefix(Entry::PREFIX).is_some_and(|rest| rest.starts_with('_'))
}
