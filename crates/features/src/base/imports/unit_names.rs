//! Units as files name them: by full name, short name or key; unknown ones are entered only when somebody says so.

use std::collections::BTreeMap;

use huitong_codes::resident_id;
use huitong_codes::text::{self, is_han, is_nothing, same};
use huitong_kernel::city::City;
use huitong_kernel::ctx::Actor;
use huitong_kernel::{Result, Tx};

use super::line::lines;
use super::mapping::Mapping;
use crate::base::sheets::Sheet;
use crate::base::units::{self, NewUnit, Unit, UnitId};

/// The units of the city by every name they go by, in the form in which names are compared.
#[derive(Debug, Clone, Default)]
pub struct UnitNames {
    ids: BTreeMap<String, UnitId>,
    full: Vec<String>,
}

/// Names in a file that no unit goes by, as they stand there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Those that may be entered as they are.
    pub new: Vec<String>,
    /// Those that may mean a unit that is there, or another one of the file, with its name: somebody has to say so.
    pub near: Vec<(String, String)>,
}

/// The name in a cell as it is kept; "" where the cell says that there is none.
pub fn unit_name(cell: &str) -> String {
    if is_nothing(cell) { String::new() } else { text::name(cell) }
}

impl UnitNames {
    /// Takes up the units of the city.
    pub fn load(tx: &Tx) -> Result<UnitNames> {
        let mut names = UnitNames::default();
        let all = units::all(tx)?;
        names.full = all.iter().map(|unit| unit.name.clone()).collect();
        // A full name goes before another unit's short name or key.
        let by: [fn(&Unit) -> &String; 3] = [|u| &u.name, |u| &u.short_name, |u| &u.key];
        for of in by {
            for unit in all.iter().filter(|u| u.active) {
                names.ids.entry(same(of(unit))).or_insert_with(|| unit.id.clone());
            }
        }
        Ok(names)
    }

    /// The unit of a name.
    pub fn get(&self, name: &str) -> Option<&UnitId> {
        self.ids.get(&same(name))
    }

    /// Names in a column of the file that no unit goes by; what holds no Chinese sign, or an identity number, is no name of a unit.
    pub fn unknown(&self, sheet: &Sheet, mapping: &Mapping, key: &str) -> Result<Unknown> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let mut reader = sheet.reader()?;
        for line in lines(&mut reader, mapping)? {
            let line = line?;
            let name = unit_name(line.text(key));
            let named = name.chars().any(is_han) && !resident_id::stands_in(&name);
            if line.torn().is_none() && named && self.get(&name).is_none() {
                found.entry(same(&name)).or_insert(name);
            }
        }
        let mut unknown = Unknown::default();
        // Of two names of one unit the longer one is the whole.
        let mut found: Vec<String> = found.into_values().collect();
        found.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        for name in found {
            match self.full.iter().chain(&unknown.new).find(|known| near(&name, known)) {
                Some(known) => unknown.near.push((name.clone(), known.clone())),
                None => unknown.new.push(name),
            }
        }
        Ok(unknown)
    }

    /// Enters units by their names (`unit.add`), each an act of its own with its record.
    pub fn create(&mut self, city: &City, actor: &Actor, names: &[String]) -> Result<()> {
        for name in names {
            let new = NewUnit { key: name.clone(), name: name.clone(), ..NewUnit::default() };
            let unit = city.db.write(&city.ctx(actor.clone()), |tx| units::add(tx, &new))?;
            self.ids.insert(same(name), unit.id);
        }
        Ok(())
    }
}

/// Whether two names may mean the same unit: one is the other with something before, behind or left out (市商务局), or they
/// differ in one sign.
fn near(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (same(one).chars().collect(), same(other).chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < 3 {
        return false;
    }
    if short.len() == long.len() {
        return short.iter().zip(&long).filter(|(a, b)| a != b).count() == 1;
    }
    // A handful of signs turn up in order in many a long name.
    let mut rest = long.iter();
    let held = short.iter().all(|sign| rest.any(|c| c == sign));
    held && (long.len() == short.len() + 1 || long.ends_with(&short) || long.starts_with(&short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_those_that_may_mean_one_unit() {
        for (one, other) in [
            ("市商务局", "锦宁市商务局"),
            ("锦宁市商务局", "锦宁市商务局（口岸办）"),
            ("锦宁市商务局", "锦宁市商业局"),
            ("锦宁商务局", "锦宁市商务局"),
        ] {
            assert!(near(one, other) && near(other, one), "{one} {other}");
        }
        for (one, other) in
            [("锦宁市商务局", "锦宁市水务集团"), ("公安局", "锦宁市公共安全局"), ("市局", "市商务局")]
        {
            assert!(!near(one, other) && !near(other, one), "{one} {other}");
        }
    }

    #[test]
    fn cells_that_name_nobody_are_no_names() {
        for cell in ["-", "无", " 不详 ", "/", "\u{200b}", "\u{2800}\u{2800}", "N/A"] {
            assert_eq!(unit_name(cell), "", "{cell}");
        }
        assert_eq!(unit_name("锦宁市\u{a0}商务局\u{200b}"), "锦宁市 商务局");
    }
}
