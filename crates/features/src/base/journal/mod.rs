//! Looking at what was done and by which rule: the journal's pages, the active pack, and who can see a record.

mod access;
mod interface;
mod pages;
mod reading;
mod rules;
mod since;
mod subject;
mod subjects;

pub use access::{by_role, by_roles};
pub use rules::Drift;
pub use since::{Meanwhile, Opened, Since};
pub use subjects::{Described, Explanation, Kind, Seen, Subject, named};

use huitong_kernel::capability::Capability;

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("journal.view", "查看操作日志"),
    ("pack.view", "查看政策包"),
    ("access.explain", "查询谁能看到一条记录"),
    ("pack.publish", "发布政策包"),
];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: pages::routes(), ..Capability::named("journal", ACTS) }
        .hands(Kind::new(subject::PackSubject))
}
