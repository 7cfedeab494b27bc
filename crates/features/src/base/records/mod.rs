//! Looking at what was done and by which rule: the journal's pages, the active pack, and who can see a record.

mod access;
mod interface;
mod kinds;
mod pages;
mod reading;
mod rules;
mod since;
mod subjects;

pub use access::by_roles;
pub use kinds::{ASSOCIATION, ATTACHMENT, BASE, IMPORT, LINK, PACK, POST, SESSION, TOKEN, UNIT, USER};
pub use pages::routes;
pub use rules::Drift;
pub use since::{Meanwhile, Opened, Since};
pub use subjects::{Described, Explain, Explanation, Meaning, Seen, Subject, Subjects, Word};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("journal.view", "查看操作日志"),
    ("pack.view", "查看政策包"),
    ("access.explain", "查询谁能看到一条记录"),
    ("pack.publish", "发布政策包"),
];
