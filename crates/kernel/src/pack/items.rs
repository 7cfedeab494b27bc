//! The pack as a flat list of items, for the page that shows it with basis and source.

use super::source::SourceKind;

/// One item of the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    /// By what it says: another version that says the same has the same.
    pub id: String,
    /// What it is, in Chinese (`时限`, `清单`).
    pub kind: &'static str,
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
