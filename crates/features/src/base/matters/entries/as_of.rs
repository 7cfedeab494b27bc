//! What a register said on a day, as it was known at an instant. Only the versions answer that, never the journal.

use std::collections::BTreeMap;

use huitong_codes::search::Terms;
use huitong_kernel::clock::parse_instant;
use huitong_kernel::condition::{Facts as _, Value as FactValue};
use huitong_kernel::http::Pairs;
use huitong_kernel::list::{Asked, ListDef, Listed};
use huitong_kernel::pack::{Definition, StandsFor, VOID};
use huitong_kernel::{Error, Result, Tx};
use jiff::civil::Date;

use super::super::matter::{Matter as _, Rules};
use super::super::plain::Plain;
use super::versions::{self, Version};
use super::{acts, derived, list, store};

/// Entries of a register that are looked at one by one; beyond, a past day is answered by from when until when they hold.
pub const MOST: i64 = 10_000;

/// A day in the past, and until when what is said of it had become known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The day.
    pub day: Date,
    /// The instant.
    pub known_at: i64,
}

impl AsOf {
    /// Reads `as_of` and `known_at` of an address; nothing where no day is asked for.
    pub fn read(pairs: &Pairs) -> Result<Option<AsOf>> {
        let text = |name: &str| pairs.get(name).map(str::trim).filter(|text| !text.is_empty());
        let known = text("known_at").map(|text| {
            let whole_day = if text.len() == 10 { huitong_kernel::clock::DAY - 1 } else { 0 };
            parse_instant(text).map(|at| at + whole_day).ok_or_else(|| {
                Error::invalid("known_at", "“已掌握到”须是 2025-03-14 这样的日期或 RFC 3339 时间")
            })
        });
        let known = known.transpose()?;
        let Some(day) = text("as_of") else {
            return match known {
                Some(_) => Err(Error::invalid("known_at", "“已掌握到”要和“哪一天的情况”（as_of）一起用")),
                None => Ok(None),
            };
        };
        let day = day.parse().ok().filter(|_| day.len() == 10);
        let day = day.ok_or_else(|| Error::invalid("as_of", "“哪一天的情况”须是 2025-03-14 这样的日期"))?;
        Ok(Some(AsOf { day, known_at: known.unwrap_or(i64::MAX) }))
    }

    /// An entry as it stood with what lay within it; nothing where it did not hold, or was not known.
    pub fn of(self, tx: &Tx, entry: &Plain, all: &[Version], within: &Within) -> Result<Option<Plain>> {
        let Some(version) = versions::on(all, self.day, self.known_at) else { return Ok(None) };
        if version.stood.state == VOID {
            return Ok(None);
        }
        let rules = Rules::of(tx.ctx(), &entry.spine)?;
        let mut stood = entry.clone();
        acts::stand(&mut stood, rules.of, &version.stood);
        stood.spine.version = version.version;
        stood.spine.updated_at = version.at;
        for one in rules.of.register.iter().flat_map(|register| &register.derived) {
            let key = format!("{}.{}", rules.of.key, one.of);
            let rows = within.rows(&entry.spine.id, &key);
            match derived::of_rows(rows, one, tx.ctx().now, self.day.year()) {
                Some(value) => drop(stood.marks.derived.insert(one.key.clone(), value)),
                None => drop(stood.marks.derived.remove(&one.key)),
            }
        }
        stood.settle(tx, rules)?;
        let day = self.day.to_string();
        let began = stood.from_on.as_ref().is_none_or(|from| *from <= day);
        let ended = stood.until_on.as_ref().is_some_and(|until| *until < day);
        Ok((began && !ended).then_some(stood))
    }
}

/// What lay within entries on a past day, by entry and kind.
#[derive(Debug, Default)]
pub struct Within(BTreeMap<(String, String), Vec<Plain>>);

impl Within {
    /// Reads it for one entry, or for all of a register.
    pub fn read(tx: &Tx, of: &Definition, entry: Option<&str>, past: AsOf) -> Result<Within> {
        let mut all: BTreeMap<(String, String), Vec<Plain>> = BTreeMap::new();
        for key in of.register.iter().flat_map(|register| &register.within) {
            let mut versions = match entry {
                Some(_) => BTreeMap::new(),
                None => store::versions_in(tx, key)?,
            };
            let rows = match entry {
                Some(parent) => store::ever_within(tx, parent, key)?,
                None => store::whole(tx, key)?,
            };
            for row in rows {
                let known = match entry {
                    Some(_) => store::versions_of(tx, &row.spine.id)?,
                    None => versions.remove(&row.spine.id).unwrap_or_default(),
                };
                let stood = past.of(tx, &row, &known, &Within::default())?;
                let Some(stood) = stood.filter(|row| row.day <= Some(past.day.to_string())) else { continue };
                let parent = stood.parent.clone().unwrap_or_default();
                all.entry((parent, key.clone())).or_default().push(stood);
            }
        }
        Ok(Within(all))
    }

    /// The rows of one kind within an entry, the latest first.
    pub fn rows(&self, entry: &str, kind: &str) -> &[Plain] {
        self.0.get(&(entry.to_owned(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// A page of a register as it stood; also answers whether it was answered by the versions, or because there are too many only
/// by from when until when entries hold.
pub fn page(
    tx: &Tx,
    (of, def): (&Definition, &ListDef),
    asked: &Asked,
    pairs: &Pairs,
    as_of: AsOf,
) -> Result<(Listed<Plain>, bool)> {
    if store::size(tx, &of.key)? > MOST {
        return Ok((by_validity(tx, of, def, asked, as_of)?, false));
    }
    let scope = Plain::reach(tx, tx.ctx().right(&of.view())?)?.scope(&super::super::matter::KEYS);
    let mut all = store::versions_in(tx, &of.key)?;
    let within = Within::read(tx, of, None, as_of)?;
    let mut found = Vec::new();
    for entry in store::whole(tx, &of.key)?.iter().filter(|entry| super::admitted(&scope, entry)) {
        let versions = all.remove(&entry.spine.id).unwrap_or_default();
        if let Some(stood) = as_of.of(tx, entry, &versions, &within)?
            && fits(of, &stood, pairs)
        {
            found.push(stood);
        }
    }
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from((asked.page - 1) * asked.size).unwrap_or(usize::MAX);
    let size = usize::try_from(asked.size).unwrap_or(usize::MAX);
    let items = found.into_iter().skip(skip).take(size).collect();
    Ok((Listed { items, total: Some(total), next: None }, true))
}

/// Whether an entry as it stood is what an address asks for.
fn fits(of: &Definition, entry: &Plain, pairs: &Pairs) -> bool {
    let asked = |name: &str| pairs.get(name).map(str::trim).filter(|text| !text.is_empty());
    let words = asked("q").is_none_or(|words| {
        Terms::of(words).patterns().all(|pattern| entry.search.contains(pattern.trim_matches('%')))
    });
    let spine = &entry.spine;
    let about =
        |id: &str| spine.association.as_deref() == Some(id) || entry.marks.about.iter().any(|one| one == id);
    let unit = |id: &str| spine.unit.as_ref().is_some_and(|unit| unit.as_str() == id);
    let fields = of
        .fields
        .iter()
        .filter(|field| list_asks(field))
        .all(|field| asked(&field.key).is_none_or(|wanted| says(entry, &field.key, wanted)));
    words
        && fields
        && asked("state").is_none_or(|state| spine.state == state)
        && asked("association").is_none_or(about)
        && asked("unit").is_none_or(unit)
}

fn list_asks(field: &huitong_kernel::pack::Field) -> bool {
    super::facts::is_fact(field)
        || matches!(
            field.stands_for,
            Some(StandsFor::Kind | StandsFor::Day | StandsFor::Assignee | StandsFor::OtherUnit)
        )
}

fn says(entry: &Plain, field: &str, wanted: &str) -> bool {
    if let Some(all) = entry.said(field).and_then(serde_json::Value::as_array) {
        return all.iter().any(|one| one.as_str() == Some(wanted));
    }
    match entry.fact(field) {
        Some(FactValue::Text(text)) => text == wanted,
        Some(FactValue::Number(number)) => number.to_string() == wanted,
        Some(FactValue::Date(day)) => day.to_string() == wanted,
        Some(FactValue::Flag(yes)) => yes.to_string() == wanted,
        Some(FactValue::Instant(_)) | None => false,
    }
}

/// The entries that hold on a day by what is known today.
fn by_validity(tx: &Tx, of: &Definition, def: &ListDef, asked: &Asked, as_of: AsOf) -> Result<Listed<Plain>> {
    list::holding(tx, (of, def), asked, as_of.day)
}
