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
pub use reading::UNNAMED;
pub use rules::Drift;
pub use since::{Meanwhile, Opened, Since};
pub use subjects::{Described, Explanation, Kind, Seen, Subject, named};

use huitong_kernel::capability::Capability;

use crate::base::places::{self, Side, place, under};

/// Acts of this capability, with their Chinese names.
pub const ACTS: &[(&str, &str)] = &[
    ("journal.view", "查看操作日志"),
    ("pack.view", "查看政策规则库"),
    ("pack.confirm", "确认政策规则库中系统默认、待核实的内容"),
    ("access.explain", "核查一条记录的可见范围"),
    ("pack.publish", "发布政策规则库"),
];

/// What this capability hands to the house.
pub fn capability() -> Capability {
    Capability { routes: pages::routes(), ..Capability::named("journal", ACTS) }
        .hands(Kind::new(subject::PackSubject))
        .hands(under(places::RULES, &["access", "journal", "pack"]))
        .hands(
            place("/admin/pack", "政策规则库", "规则库", "books", "pack.view")
                .at(Side::Inside, 50)
                .administration()
                .entrance(50, "清单、时限、流程和依据，一项一项列明"),
        )
        .hands(
            place("/admin/access", "可见范围核查", "可见", "eye", "access.explain")
                .at(Side::Inside, 100)
                .administration()
                .entrance(80, "一条记录的可见范围和依据的规则"),
        )
        .hands(
            place("/admin/journal", "操作日志", "日志", "history", "journal.view")
                .at(Side::Inside, 110)
                .administration()
                .entrance(70, "谁在什么时候以什么身份做了什么"),
        )
}
