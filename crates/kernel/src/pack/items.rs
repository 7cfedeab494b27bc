//! The pack as a flat list of items, for the page that shows it with basis and source.

use super::source::SourceKind;

/// What an item of the pack is, decided once where such items are read: policy of the city, or a setting of the system.
///
/// Policy is what a department answers for: limits, duties, relations, categories, where a matter goes, units, days off, stop
/// markings. Where it is our own default, the department confirms it by its paper. A setting is how the system works and speaks:
/// roles, queues, forms, steps, wordings, names that it knows. Nobody is ever asked to confirm one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKind {
    /// What it is, in Chinese (`时限`, `选项清单`).
    pub title: &'static str,
    /// Whether a department answers for it.
    pub policy: bool,
}

impl ItemKind {
    /// A kind of items that a department answers for.
    pub const fn policy(title: &'static str) -> ItemKind {
        ItemKind { title, policy: true }
    }

    /// A kind of items that say how the system works and speaks.
    pub const fn setting(title: &'static str) -> ItemKind {
        ItemKind { title, policy: false }
    }
}

/// One item of the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    /// By what it says: another version that says the same has the same.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What it rests on.
    pub basis: String,
    /// Where that comes from.
    pub source_kind: SourceKind,
    /// `系统默认`, `待核实`, `有依据` or `公开报道`.
    pub standing_label: &'static str,
    /// File it stands in.
    pub file: String,
    /// Line it stands at.
    pub line: usize,
    /// What it says, in a sentence or two.
    pub summary: String,
}

impl ItemView {
    /// Whether a policy administrator has still to confirm it: policy that no paper in force says.
    pub fn needs_confirmation(&self) -> bool {
        self.kind.policy && self.source_kind.needs_confirmation()
    }
}
