//! The policy in force, put together once and shared: the pack, its roles, the calendar, and the packs of older cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use huitong_codes::Calendar;

use crate::pack::{Pack, Vocabulary};
use crate::rights::Roles;

/// What acts and pages ask when policy decides.
pub struct Policy {
    /// The pack in force; none outside of a city.
    pub pack: Option<Arc<Pack>>,
    /// Its roles.
    pub roles: Roles,
    /// The calendar of working days.
    pub calendar: Calendar,
    /// Versions that open cases began under.
    pub older: BTreeMap<String, Arc<Pack>>,
}

impl Default for Policy {
    fn default() -> Policy {
        let calendar = Calendar::builtin().clone();
        Policy { pack: None, roles: Roles::default(), calendar, older: BTreeMap::new() }
    }
}

impl Policy {
    /// Puts a pack in force; `older` are versions that cases may still be pinned to.
    pub fn new(pack: Arc<Pack>, older: Vec<Arc<Pack>>, vocabulary: &Vocabulary) -> Policy {
        let labels = vocabulary.acts.iter().map(|w| (w.key.to_owned(), w.label.to_owned())).collect();
        let roles = Roles::new(&pack.version, pack.roles.clone(), labels);
        let older: BTreeMap<_, _> = older.into_iter().map(|p| (p.version.clone(), p)).collect();
        Policy { calendar: pack.calendar.clone(), pack: Some(pack), roles, older }
    }

    /// The calendar of a version: a clock keeps the one it was counted by.
    pub fn calendar_of(&self, version: &str) -> Option<&Calendar> {
        let kept = self.older.values().map(|pack| &pack.calendar);
        let all = [&self.calendar, Calendar::builtin()].into_iter().chain(kept);
        all.into_iter().find(|calendar| calendar.version() == version)
    }

    /// The pack of a version: a case keeps the version it began under.
    pub fn version(&self, version: &str) -> Option<&Pack> {
        let current = self.pack.as_deref().filter(|p| p.version == version);
        current.or_else(|| self.older.get(version).map(Arc::as_ref))
    }
}
