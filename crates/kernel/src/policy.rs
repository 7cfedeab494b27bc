//! The policy in force, put together once and shared: the pack, its roles, calendar and addresses, and the packs of older
//! cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use huitong_codes::Calendar;

use crate::capability::{OfKind, Others};
use crate::error::Result;
use crate::house::House;
use crate::http::{Route, RouteTable};
use crate::pack::{Definition, Grant, Limit, Pack};
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
    /// Every address: those of the house, of the pack's definitions, and of older versions' that open cases still need.
    pub routes: RouteTable,
    /// What all capabilities have handed in.
    pub house: Arc<House>,
    /// Items of our own that the department has confirmed, by their id, each with the paper that says so.
    pub confirmed: BTreeMap<String, String>,
}

impl Default for Policy {
    fn default() -> Policy {
        let calendar = Calendar::builtin().clone();
        let (roles, routes) = (Roles::default(), RouteTable::default());
        Policy {
            pack: None,
            roles,
            calendar,
            older: BTreeMap::new(),
            routes,
            house: Arc::default(),
            confirmed: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Puts a pack in force; `older` are versions that cases may still be pinned to, the newest last.
    ///
    /// # Errors
    /// When an address of the pack is taken, by the house or by another definition, or is open to nobody it is opened to.
    pub fn new(pack: Arc<Pack>, older: Vec<Arc<Pack>>, house: &Arc<House>) -> Result<Policy> {
        let acts = &house.vocabulary.acts;
        let mut labels: BTreeMap<String, String> =
            acts.iter().map(|w| (w.key.to_owned(), w.label.to_owned())).collect();
        labels.extend(pack.definitions.iter().filter(|p| !p.coded).flat_map(Definition::rights));
        let known: Vec<String> = labels.keys().cloned().collect();
        // What a newer version has dropped stays somebody's for the matters that began under it.
        let mut granted = pack.roles.clone();
        for procedure in older.iter().rev().flat_map(|older| &older.definitions).filter(|of| !of.coded) {
            let dropped = procedure.may.iter().filter(|line| !labels.contains_key(&line.act));
            for line in dropped {
                if let Some(role) = granted.iter_mut().find(|role| role.key == line.role) {
                    role.grants.push(Grant { act: line.act.clone(), reach: line.reach, by: line.by.clone() });
                }
            }
            for (act, label) in procedure.rights() {
                labels.entry(act).or_insert(label);
            }
        }
        let roles = Roles::new(&pack.version, granted, labels);
        let mut rows = house.routes().to_vec();
        rows.extend(house.expand(&pack));
        RouteTable::new(rows.clone())?.check(known.iter().map(String::as_str), &roles)?;
        // What a newer version says of an address holds; what it has dropped stays for the cases that began under it.
        let place = |row: &Route| (row.method, row.path.clone(), row.of.clone());
        let mut known: BTreeSet<_> = rows.iter().map(|row| place(row)).collect();
        for row in older.iter().rev().flat_map(|pack| house.expand(pack)) {
            if known.insert(place(&row)) {
                rows.push(row);
            }
        }
        let routes = RouteTable::new(rows)?;
        let older: BTreeMap<_, _> = older.into_iter().map(|p| (p.version.clone(), p)).collect();
        let (calendar, house) = (pack.calendar.clone(), house.clone());
        Ok(Policy { calendar, pack: Some(pack), roles, older, routes, house, confirmed: BTreeMap::new() })
    }

    /// What serves the rows of a kind: whoever was handed in for it, else whoever serves what the pack defines.
    pub fn of_kind<T: OfKind>(&self, kind: &str) -> Option<T> {
        let own = self.house.all::<T>().find(|one| one.kind() == kind).cloned();
        own.or_else(|| self.house.all::<Others<T>>().find_map(|others| (others.of)(self, kind)))
    }

    /// The same for every kind there is, where a row is looked for and its kind is not known.
    pub fn of_every_kind<T: OfKind>(&self) -> Vec<T> {
        let defined = self.house.all::<Others<T>>().flat_map(|others| (others.all)(self));
        self.house.all::<T>().cloned().chain(defined).collect()
    }

    /// Whether a limit may be promised to those outside: it rests on a text in force, or the department has confirmed it.
    pub fn is_settled(&self, limit: &Limit) -> bool {
        !limit.source.kind.needs_confirmation() || self.confirmed.contains_key(&limit.item)
    }

    /// What a limit rests on, in words: the paper by which it was confirmed, else its source, marked where that is our own.
    pub fn ground(&self, limit: &Limit) -> String {
        let (basis, mark) = (&limit.source.basis, limit.source.standing());
        match self.confirmed.get(&limit.item) {
            Some(paper) => paper.clone(),
            None if basis.contains(mark) => basis.clone(),
            None => format!("{basis}（{mark}）"),
        }
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
