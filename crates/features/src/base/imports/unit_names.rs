//! Units as files name them: by full name, short name or key; unknown ones are entered only when somebody says so.

use std::collections::{BTreeMap, BTreeSet};

use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Result, Tx};

use super::mapping::Mapping;
use super::sheet::Sheet;
use crate::base::units::{self, NewUnit, Unit, UnitId};

/// The units of the city by every name they go by.
#[derive(Debug, Clone, Default)]
pub struct UnitNames(BTreeMap<String, UnitId>);

impl UnitNames {
    /// Takes up the units of the city.
    pub fn load(tx: &Tx) -> Result<UnitNames> {
        let mut names = UnitNames::default();
        let all = units::all(tx)?;
        // A full name goes before another unit's short name or key.
        let by: [fn(&Unit) -> &String; 3] = [|u| &u.name, |u| &u.short_name, |u| &u.key];
        for of in by {
            for unit in all.iter().filter(|u| u.active) {
                names.0.entry(of(unit).clone()).or_insert_with(|| unit.id.clone());
            }
        }
        Ok(names)
    }

    /// The unit of a name.
    pub fn get(&self, name: &str) -> Option<&UnitId> {
        self.0.get(name)
    }

    /// Names in a column of the file that no unit goes by.
    pub fn unknown(&self, sheet: &Sheet, mapping: &Mapping, key: &str) -> Result<BTreeSet<String>> {
        let mut unknown = BTreeSet::new();
        for line in sheet.lines(mapping)? {
            let line = line?;
            let name = line.text(key);
            if !name.is_empty() && self.get(name).is_none() && !unknown.contains(name) {
                unknown.insert(name.to_owned());
            }
        }
        Ok(unknown)
    }

    /// Enters units by their names (`unit.add`), each an act of its own with its record.
    pub fn create(&mut self, city: &City, actor: &Actor, names: &BTreeSet<String>) -> Result<()> {
        for name in names {
            let new = NewUnit { key: name.clone(), name: name.clone(), ..NewUnit::default() };
            let unit = city.db.write(&city.ctx(actor.clone()), |tx| units::add(tx, &new))?;
            self.0.insert(name.clone(), unit.id);
        }
        Ok(())
    }
}
