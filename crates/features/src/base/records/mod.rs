//! Looking at what was done and by which rule: the journal's pages, the active pack, and who can see a record.

mod access;
mod interface;
mod pages;
mod rules;
mod subjects;

pub use access::by_roles;
pub use pages::routes;
pub use subjects::{BASE, Described, Explain, Explanation, Seen, Subject, Subjects};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("journal.view", "查看操作日志"),
    ("pack.view", "查看政策包"),
    ("access.explain", "查询谁能看到一条记录"),
    ("pack.publish", "发布政策包"),
];
