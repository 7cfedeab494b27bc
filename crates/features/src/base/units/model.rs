//! A unit and what is known of it.

use huitong_kernel::{Id, Named};

impl Named for Unit {
    const PREFIX: &'static str = "unt";
}

/// Id of a unit.
pub type UnitId = Id<Unit>;

/// A body of the city that can answer for something.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Id.
    pub id: UnitId,
    /// Key by which the pack's city file names it; made from the name where the file does not know it.
    pub key: String,
    /// Full name.
    pub name: String,
    /// Name where space is short.
    pub short_name: String,
    /// Kinds of unit (keys of the pack).
    pub kinds: Vec<String>,
    /// Functions it performs (names of the pack), to which the dispatch directory sends.
    pub functions: Vec<String>,
    /// Office telephone.
    pub phone: Option<String>,
    /// The unit it belongs to.
    pub parent: Option<UnitId>,
    /// Whether it may still be given new work.
    pub active: bool,
    /// Version for concurrent edits.
    pub version: i64,
}

impl Unit {
    /// Whether it is of a kind of the pack.
    pub fn is(&self, kind: &str) -> bool {
        self.kinds.iter().any(|k| k == kind)
    }
}
